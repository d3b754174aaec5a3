"""What the file calls and the candidate lacks, and where it gets installed."""

import pytest
from msgspec.structs import replace
from rewriting import CANDIDATES, PACKAGES

from stepdown.dockerfile import Dockerfile
from stepdown.flow import catalog
from stepdown.model.facts import Facts, Target
from stepdown.model.image import Tier
from stepdown.model.plan import Candidate, Policy, Rewrite
from stepdown.model.recipe import PackageName
from stepdown.rewrite import rewrite
from stepdown.rewrite.calls import of_instruction

PROGRAMS = catalog.load().programs
NAMES = {**PACKAGES, "tzdata": PackageName(debian="tzdata", alpine=("tzdata",), how="by hand")}


def rewritten(text: str, candidate: str | Candidate, *, tier: Tier = Tier.FULL) -> Rewrite:
    return rewrite(
        text,
        CANDIDATES[candidate] if isinstance(candidate, str) else candidate,
        target=Target(
            repository="/repository",
            commit="0" * 40,
            dockerfile="Dockerfile",
            context=".",
            text=text,
            stage="",
            base="node:22",
            base_line=1,
            family="node",
            tier=tier,
        ),
        facts=Facts(),
        packages=NAMES,
        policy=Policy(form="literal"),
        programs=PROGRAMS,
    )


def added(line: str, candidate: str | Candidate, *, tier: Tier = Tier.FULL) -> set[str]:
    """Return the packages that a file of this line gets."""
    text = rewritten(f"FROM node:22\n{line}\n", candidate, tier=tier).text
    first = text.split("\n")[1]
    if not first.startswith(("RUN apk add", "RUN apt-get update && apt-get install")):
        return set()
    words = first.partition("--no-install-recommends " if "apt" in first else "--no-cache ")[2]
    return set(words.partition(" &&")[0].split())


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("RUN a && b | c; ! d", ["a", "b", "c", "d"]),
        ("RUN env -u X A=1 B=2 make all", ["env", "make"]),
        ("RUN sudo -u git -E gcc a", ["sudo", "gcc"]),
        ("RUN timeout -k 1 5 curl a", ["timeout", "curl"]),
        ("RUN gosu user git a", ["gosu", "git"]),
        ("RUN command -v curl", ["command"]),
        ("RUN xargs -n 1 -0 grep x", ["xargs", "grep"]),
        ("RUN find . -exec sed -i x {} + -o -exec rm {} ';'", ["find", "rm", "sed"]),
        ("RUN find . -exec sed x", ["find", "sed"]),
        ('RUN sh -ec "git a && make"', ["sh", "git", "make"]),
        ("RUN sh x.sh", ["sh"]),
        ("RUN bash --norc -c 'env ps'", ["bash", "env", "ps"]),
        ("RUN sh -e", ["sh"]),
        ("RUN nice", ["nice"]),
        ("RUN A=1", []),
        ("RUN $x y", ["$x"]),
        ('RUN ["sh", "-c", "git a"]', ["sh", "git"]),
        ('CMD [""]', []),
        ("ONBUILD RUN git a", ["git"]),
    ],
)
def test_calls_are_found_through_other_programs(line: str, called: list[str]) -> None:
    stage = Dockerfile(f"FROM x\n{line}\n").stages[0]
    doc = Dockerfile(f"FROM x\n{line}\n")
    assert [one.program for one in of_instruction(doc, stage, stage.instructions[0])] == called


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("RUN git a", {"git"}),
        ("RUN git clone https://a/b", {"git", "ca-certificates"}),
        ("RUN curl -fsSLk https://a", {"curl"}),
        ("RUN wget --no-check-certificate https://a", {"wget"}),
        ("RUN /usr/bin/make", {"make"}),
        ("RUN /opt/bin/make", set()),
        ("RUN cc a.c", {"gcc", "libc6-dev"}),
        ("RUN tar xJf a", {"xz-utils"}),
        ("RUN tar -xf a.tar.bz2", {"bzip2"}),
        ("RUN tar --xz -xf a && tar -xzf b", {"xz-utils"}),
        ("RUN curl a | apt-key add -", {"curl", "gnupg"}),
        ('CMD ["python3", "a.py"]', {"python3"}),
        ("RUN node a && npm ci && ls", set()),
        ("RUN pip install make && make", set()),
        ("RUN cp x /usr/local/bin/hg && hg id", set()),
        ("COPY hg /usr/bin/hg\nRUN hg id", set()),
        ("ENV TZ=Europe/Berlin", set()),
        ("RUN bash x && useradd y && dpkg -l", set()),
    ],
)
def test_what_the_full_image_had_is_added_to_the_slim_one(line: str, names: set[str]) -> None:
    assert added(line, "node-slim") == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("RUN git clone https://a/b", {"git"}),
        ("RUN wget https://a && ps && tar xJf a", set()),
        ("ENV TZ=Europe/Berlin", {"tzdata"}),
        ("ENV TZ=UTC", set()),
        ("RUN bash x", {"bash"}),
        ("RUN grep -P x", {"grep"}),
        ("RUN sed -nE x && grep -E -- -P", set()),
        ("RUN date --date=yesterday", {"coreutils"}),
        ("RUN date -d '2024-01-02 10:11' && date -d @$X && date -d", set()),
        ("RUN date +%s%N", {"coreutils"}),
        ("RUN sed 's/a/\\U&/'", {"sed"}),
        ("RUN mktemp x.XXXXXX.y", {"coreutils"}),
        ("RUN mktemp -d x.XXXXXX", set()),
        ("RUN tar xzf a --wildcards", {"tar"}),
        ("RUN env -i A=1 tar --wildcards", {"tar"}),
        ("RUN timeout --signal=9 5 x", {"coreutils"}),
        ("RUN timeout 5 sort --parallel=2", {"coreutils"}),
        ("RUN sort -t -k", set()),
        ("RUN /opt/gnu/grep -P x", set()),
        ("RUN sed -i.sz a b && cut -d z -f1 && head -n -1", set()),
        ("RUN xargs -d x", {"findutils"}),
        ("RUN find . -newermt x", {"findutils"}),
    ],
)
def test_alpine_gets_what_busybox_lacks(line: str, names: set[str]) -> None:
    assert added(line, "node-alpine") == names


def test_nothing_is_added_where_the_base_was_alpine_already() -> None:
    newer = replace(CANDIDATES["node-alpine"], image="node:24-alpine")
    assert added("RUN grep -P x && git a && echo 'a\\nb'", newer, tier=Tier.ALPINE) == set()
    assert rewritten("FROM a\nRUN echo 'a\\nb'\n", newer, tier=Tier.ALPINE).refusals == ()


@pytest.mark.parametrize(
    ("lists", "added_line"),
    [
        ("RUN apt-get install -y a b && git x", "RUN apt-get install -y a b git && git x"),
        (
            "RUN apt-get install -y \\\r\n  a \\\r\n  b\r\nRUN git x",
            "RUN apt-get install -y \\\r\n  a \\\r\n  b \\\r\n  git",
        ),
        (
            "RUN <<EOF\napt-get install -y \\\n  a\ngit x\nEOF",
            "RUN <<EOF\napt-get install -y \\\n  a \\\n  git\ngit x\nEOF",
        ),
        ("RUN apt-get install -y $x && git x", "FROM node:22-slim\nRUN apt-get update"),
        ("RUN a || apt-get install -y b; git x", "FROM node:22-slim\nRUN apt-get update"),
        ("RUN apt-get install -t x y && git x", "FROM node:22-slim\nRUN apt-get update"),
        ("RUN git x && apt-get install -y a", "FROM node:22-slim\nRUN apt-get update"),
        ("RUN echo x > /etc/apt/x\nRUN git x", "/etc/apt/x\nRUN apt-get update && apt-get inst"),
        (
            "RUN echo x > /etc/apt/x\nUSER me\nRUN git x",
            "FROM node:22-slim\nRUN apt-get update",
        ),
    ],
)
def test_packages_go_where_the_file_installs_already(lists: str, added_line: str) -> None:
    newline = "\r\n" if "\r\n" in lists else "\n"
    text = f"FROM node:22{newline}{lists}{newline}"
    result = rewritten(text, "node-slim")
    assert added_line in result.text
    assert rewritten(result.text, "node-slim").text == result.text


def test_a_list_of_another_stage_is_left_alone() -> None:
    text = "FROM node:22 AS a\nRUN apt-get install -y x\nFROM a\nRUN git x\n"
    assert (
        "RUN apt-get install -y x\nFROM a\nRUN apt-get update" in rewritten(text, "node-slim").text
    )


def test_what_an_earlier_stage_gets_is_there_below_it() -> None:
    text = "FROM node:22 AS a\nRUN git x\nFROM a AS b\nRUN git y\nFROM a\nCOPY --from=b /x /x\n"
    assert rewritten(text, "node-slim").text.count("apt-get install") == 1


def test_only_what_is_built_counts() -> None:
    text = "FROM node:22 AS a\nFROM a AS test\nRUN git x\nFROM a\n"
    assert "apt-get" not in rewritten(text, "node-slim").text


@pytest.mark.parametrize(
    ("line", "blocking"),
    [("RUN svn x", [True]), ("RUN svn x || true", [False]), ("RUN hostname -I", [True])],
)
def test_what_has_no_package_is_refused(line: str, *, blocking: list[bool]) -> None:
    result = rewritten(f"FROM node:22\n{line}\n", "node-alpine")
    assert [one.blocking for one in result.refusals] == blocking


@pytest.mark.parametrize(
    ("line", "fixers"),
    [
        ("ENV LANG=C.UTF-8 LC_ALL=en_US.UTF-8", []),
        ("ENV LANG=$X", []),
        ("ENV LC_ALL=de_DE", ["glibc"]),
        ("COPY a /usr/lib/x86_64-linux-gnu/", ["glibc"]),
        ("RUN ldconfig -p", ["glibc"]),
        ("COPY --from=node:24 a b", ["glibc"]),
        ("COPY --from=node:24-alpine a b", []),
        ("RUN ./x.sh\nRUN ./x.sh", ["scripts"]),
        ("RUN echo -e 'a\\nb'", ["echo"]),
        ("RUN echo a\\\\nb", []),
        ("RUN install -o www-data a b", ["systemusers"]),
        ("RUN chown www-data.www-data a", []),
    ],
)
def test_alpine_gets_notes(line: str, fixers: list[str]) -> None:
    result = rewritten(f"FROM node:22\n{line}\n", "node-alpine")
    assert [(one.fixer, one.blocking) for one in result.refusals] == [(x, False) for x in fixers]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("USER www-data", "USER 33:33"),
        ("USER backup:staff", "USER 34:50"),
        ("USER _apt", "USER 42:65534"),
        ("COPY --chown=www-data a b", "COPY --chown=33:33 a b"),
        ("ADD --chown=root:www-data a b", "ADD --chown=root:www-data a b"),
        ("RUN chown -R www-data.www-data a b", "RUN chown -R 33:33 a b"),
        ("RUN chown www-data: a", "RUN chown 33: a"),
        ("RUN chown $x a && chown", "RUN chown $x a && chown"),
        ("RUN printf '%s' 'a\\nb'", "RUN printf '%s' 'a\\nb'"),
    ],
)
def test_users_of_debian_become_numbers_on_alpine(line: str, expected: str) -> None:
    assert rewritten(f"FROM node:22\n{line}\n", "node-alpine").text.endswith(f"{expected}\n")
