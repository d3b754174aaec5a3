import pytest
from msgspec.structs import replace
from rewriting import CANDIDATES, line, rewritten

from stepdown.model.recipe import Remedy, RemedyKind


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("apt-get update && apt-get install -qqy curl", "apk add --no-cache curl"),
        ("apt update; apt install -y curl; x", "apk add --no-cache curl; x"),
        ("a && apt-get clean; b", "a; b"),
        ("a; apt-get clean && b", "a; b"),
        (
            "apt-get install -y \\\n  software-properties-common \\\n  curl",
            "apk add --no-cache \\\n  curl",
        ),
        ("apt-get install -y curl \\\n  software-properties-common", "apk add --no-cache curl"),
        (
            "apt-get install -y curl \\\n  software-properties-common \\\n  git",
            "apk add --no-cache curl \\\n  git",
        ),
        ("apt-get install -y curl -o Dpkg::Use-Pty=0 -oX=y git", "apk add --no-cache curl git"),
        ("apt-get install -y curl=7.* git=1:2.3-4", "apk add --no-cache curl git"),
        ("apt-get install -y \"curl\" 'git'", "apk add --no-cache curl git"),
        ("apt-get install -y build-essential build-essential", "apk add --no-cache build-base"),
        ("A=1 apt-get -y upgrade", "apk upgrade --no-cache"),
        ("rm -rf /var/lib/apt/lists/* /tmp/x", "rm -rf /tmp/x"),
        ('p="curl  git"; apt-get install -y ${p}', 'p="curl  git"; apk add --no-cache ${p}'),
        (
            "p='software-properties-common curl'; apt-get install $p $p",
            "p=' curl'; apk add --no-cache $p",
        ),
        ("apt-get remove -y && x", "x"),
        (
            "apt-get install -y curl git && x && apt-get autoremove -y git",
            "apk add --no-cache curl git && x && apk del --no-network git",
        ),
        (
            "apt-get install -y curl=7 git && apt-get purge -y curl",
            "apk add --no-cache curl git && apk del --no-network curl",
        ),
        (
            "apt install software-properties-common git; apt purge -y software-properties-common",
            "apk add --no-cache git",
        ),
        (
            "p='curl'; apt-get install -y $p git; apt-get purge -y ${p}",
            "p='curl'; apk add --no-cache $p git; apk del --no-network ${p}",
        ),
        ("a && apt-get clean \\\n && b", "a \\\n && b"),
        ("echo 'APT::x \"1\";' > /etc/apt/apt.conf.d/x && b", "b"),
        ("rm -f /etc/apt/apt.conf.d/docker-clean; b", "b"),
        (
            "sudo apt-get install -y curl; sudo rm -rf /var/lib/apt/lists/* /x",
            "apk add --no-cache curl; sudo rm -rf /x",
        ),
        ("apk add x && rm -rf /var/lib/apt/lists/*", "apk add x"),
        ("echo /var/lib/apt/lists", "echo /var/lib/apt/lists"),
        ("apt-get install -y g\\\n++", "apk add --no-cache g\\\n++"),
    ],
)
def test_calls_of_apt_become_calls_of_apk(run: str, expected: str) -> None:
    assert line(f"RUN {run}", "node-alpine") == (f"RUN {expected}", ())


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        ("apt-get install -y curl:i386", "The package curl:i386 is not a fixed name."),
        ("apt-get install -y lib*", "The package lib* is not a fixed name."),
        ("apt-get install -y c{url,ab}", "The package c{url,ab} is not a fixed name."),
        ("p=$q; apt-get install $p", "The value of p is not a fixed list."),
        ("p=curl; apt-get install $p", "The value of p is not a fixed list."),
        ("p='a'; p='b'; apt-get install $p", "The value of $p is not fixed."),
        ("p='nothing'; apt-get install $p", "No Alpine package is known for nothing."),
        ("apt-get install nothing curl never=1", "No Alpine package is known for nothing, never."),
        ("apt-get purge -y git", "It removes git, which the file does not install by name."),
        ("apt-get install -y git && apt-get purge $x", "The value of $x is not fixed."),
        ("apt-get -y >x install curl", "A redirection stands among the words of apt."),
        ("sudo -u x apt-get update", "apt is called through sudo."),
        ("sudo apt-key add x", "apt-key belongs to Debian alone."),
        (
            "sed -i s/a/b/ /etc/apt/sources.list",
            "It sets up a package source of Debian or takes a .deb file.",
        ),
        (
            "{ echo a; } > /etc/apt/preferences",
            "It sets up a package source of Debian or takes a .deb file.",
        ),
        ("apt-get moo", "apk has nothing like apt-get moo."),
        ("apt-get", "apk has nothing like apt-get."),
        ("if (; apt-get update", "Its shell code could not be read for certain."),
        ("env A=1 apt-get update", "apt is called through env."),
        ("$x apt-get update", "apt is called through another program."),
        ("apt-key add x", "apt-key belongs to Debian alone."),
        (
            "f() { (apt-get update); }",
            "apt stands inside of a function and a group and a subshell.",
        ),
        ("apk update && zypper in x", "The new base has no zypper."),
    ],
)
def test_what_is_not_certain_is_refused_as_a_whole(run: str, reason: str) -> None:
    assert line(f"RUN {run}", "node-alpine") == (f"RUN {run}", (f"blocks: {reason}",))


def test_a_heredoc_of_another_program_is_refused() -> None:
    text = "RUN <<EOF\n#!/usr/bin/python3\nrun('apt-get update')\nEOF"
    assert line(text, "node-alpine") == (text, ("blocks: It calls apt beside a heredoc.",))


def test_onbuild_blocks_nothing() -> None:
    assert line("ONBUILD RUN dpkg -i x", "node-alpine")[1] == (
        "notes: dpkg belongs to Debian alone.",
    )
    assert line('ONBUILD RUN ["apt-get", "update"]', "node-alpine")[1] == (
        "notes: apt-get is not there, and the exec form of RUN is left as it is.",
    )


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (
            "--mount=type=cache,dst=/var/lib/apt/ --mount=type=tmpfs,target=/x apt-get clean; a",
            "--mount=type=cache,dst=/var/cache/apk --mount=type=tmpfs,target=/x a",
        ),
        ("--mount=type=secret,id=x apt-get clean; a", "--mount=type=secret,id=x a"),
    ],
)
def test_cache_mounts_follow_the_package_manager(run: str, expected: str) -> None:
    assert line(f"RUN {run}", "node-alpine") == (f"RUN {expected}", ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "RUN a \\\n # one\n && apt-get clean \\\n # two\n && b",
            "RUN a \\\n # one\n && \\\n # two\n b",
        ),
        (
            "RUN apt-get clean \\\n # one\n # two\n && b",
            "RUN \\\n # one\n # two\n b",
        ),
        (
            "RUN a \\\n # one\n; apt-get clean \\\n # two\n; b",
            "RUN a \\\n # one\n; \\\n # two\nb",
        ),
        ("RUN a && \\\n # one\n\n # two\n apt-get clean", "RUN a\n # one\n # two"),
        ("RUN <<EOF\na; apt-get clean\n# c\nEOF", "RUN <<EOF\na\n# c\nEOF"),
        ("RUN <<EOF\nb; apt-get clean\n# c\nd\nEOF", "RUN <<EOF\nb\n# c\nd\nEOF"),
        ("RUN <<EOF\napt-get clean &&\n# c\nd\nEOF", "RUN <<EOF\n# c\nd\nEOF"),
        ("RUN <<EOF\nx && apt-get clean &&\n# c\nd\nEOF", "RUN <<EOF\nx &&\n# c\nd\nEOF"),
    ],
)
def test_comments_stay_when_commands_go(before: str, after: str) -> None:
    found, refused = line(before, "node-alpine")
    assert refused == ()
    assert found == after
    assert line(after, "node-alpine") == (after, ())


def test_a_run_of_nothing_else_goes_with_its_line() -> None:
    text = "RUN apt-get update\nUSER node"
    assert line(text, "node-alpine") == ("USER node", ())


def test_on_slim_only_other_managers_are_refused() -> None:
    assert line("RUN apt-get update && apt-get install -y x", "node-slim")[1] == ()
    assert line("RUN apk add x", "node-slim")[1] == ("blocks: The new base has no apk.",)
    assert line('RUN ["/usr/bin/dnf", "x"]', "node-slim")[1] == (
        "blocks: dnf is not there, and the exec form of RUN is left as it is.",
    )


def adding(*names: str, apt: tuple[str, ...] = ("x",)) -> Remedy:
    return Remedy(
        kind=RemedyKind.ADD_PACKAGES, text="It is missing.", safe=True, apt=apt, apk=names
    )


def test_remedies_are_merged_sorted_and_not_repeated() -> None:
    advice = Remedy(kind=RemedyKind.ADVICE, text="Think.")
    text = "FROM node:22\nRUN apk add --no-cache git\n"
    result = rewritten(text, "node-alpine", remedies=(adding("b", "git"), advice, adding("a")))
    assert "RUN apk add --no-cache a b\n" in result.text
    again = rewritten(result.text, "node-alpine", remedies=(adding("b"), adding("a")))
    assert again.text == result.text
    assert rewritten(text, "node-alpine", remedies=(advice,)).text.count("apk add") == 1


def test_remedies_that_cannot_be_applied_are_refused() -> None:
    result = rewritten("FROM node:22\n", "node-slim", remedies=(adding("a", apt=()),))
    assert [one.reason for one in result.refusals] == ["No package of apt is known that helps."]


def test_a_candidate_of_an_unprivileged_user_takes_no_packages() -> None:
    nonroot = replace(CANDIDATES["node-alpine"], user="nonroot")
    result = rewritten("FROM node:22\n", nonroot, remedies=(adding("a"),))
    assert [one.blocking for one in result.refusals] == [True]
    assert "nonroot, who may not install" in result.refusals[0].reason
