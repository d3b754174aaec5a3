"""What the repository's files predict for a rung."""

import pytest
from proposals import clue, hazards, target_of

from stepdown.flow.catalog import load
from stepdown.model.facts import Clue, Facts, Need, Trait, Use
from stepdown.model.plan import Policy
from stepdown.propose import propose

ALPINE, DISTROLESS, SCRATCH, SLIM = "alpine", "distroless", "scratch", "slim"
PIP = "FROM python:3.13\nRUN pip install -r r.txt\n"
PYTHON = "FROM python:3.13\nUSER 1\n"
NODE = "FROM node:24\nUSER 1\n"
DEBIAN = "FROM debian:trixie\nUSER 1\nCOPY a /a\n"
GO = "FROM golang:1.24 AS b\nFROM debian:trixie\nUSER 1\nCOPY --from=b /a /a\n"


def _ids(text: str, tier: str, *clues: Clue, language: str = "", static: bool = False) -> set[str]:
    facts = Facts(language=language, clues=clues, static=static or None)
    bare = {hazard.id for hazard in hazards(text, tier, Facts(language=language, static=static))}
    return {hazard.id for hazard in hazards(text, tier, facts)} - bare


@pytest.mark.parametrize(
    ("text", "tier", "trait", "language", "ids"),
    [
        (PYTHON, ALPINE, Trait.GLIBC_ONLY, "python", {"H02"}),
        (PYTHON, SLIM, Trait.GLIBC_ONLY, "python", set()),
        (PYTHON, DISTROLESS, Trait.GLIBC_ONLY, "python", set()),
        ("FROM python:3.13-alpine\n", DISTROLESS, Trait.GLIBC_ONLY, "python", set()),
        (PIP, ALPINE, Trait.COMPILED_ON_MUSL, "python", {"H01"}),
        (PYTHON, ALPINE, Trait.COMPILED_ON_MUSL, "python", set()),
        (f"{PIP}RUN apt-get install -y gcc\n", ALPINE, Trait.COMPILED_ON_MUSL, "python", set()),
        (PIP, ALPINE, Trait.COMPILED, "python", {"H04"}),
        (PIP, SLIM, Trait.COMPILED, "python", {"H04"}),
        (PIP.replace("3.13", "3.13-slim"), DISTROLESS, Trait.COMPILED, "python", set()),
        (NODE, ALPINE, Trait.GLIBC_ONLY, "node", {"A06"}),
        (NODE, ALPINE, Trait.NOT_LOCKED, "node", {"I02"}),
        (NODE, SLIM, Trait.NOT_LOCKED, "node", set()),
        (NODE, ALPINE, Trait.ENGINES, "node", {"I06"}),
        (DEBIAN, ALPINE, Trait.GLIBC_ONLY, "ruby", {"N01"}),
        (DEBIAN, ALPINE, Trait.JNI, "java", {"L02"}),
        (DEBIAN, SLIM, Trait.FONTS, "java", {"L03"}),
        (DEBIAN, ALPINE, Trait.TARGET, "dotnet", {"M02"}),
        (DEBIAN, ALPINE, Trait.OPENSSL_SYS, "rust", {"K01"}),
        (GO, ALPINE, Trait.CGO, "go", {"J02"}),
        (GO, SLIM, Trait.CGO, "go", set()),
        (NODE, DISTROLESS, Trait.SHELL, "node", {"I08"}),
        (PYTHON, DISTROLESS, Trait.SHELL, "python", {"D01"}),
        (PYTHON, ALPINE, Trait.SHELL, "python", set()),
        (PYTHON, ALPINE, Trait.ZONE, "python", {"B10"}),
        (DEBIAN, SCRATCH, Trait.ZONE, "go", set()),
        (PYTHON, DISTROLESS, Trait.ZONE, "python", set()),
        (f"{PYTHON}RUN apt-get install tzdata\n", ALPINE, Trait.ZONE, "python", set()),
        (PYTHON, ALPINE, Trait.LOCALE, "python", {"B05"}),
        (PYTHON, SLIM, Trait.LOCALE, "python", {"B11"}),
        (f"{PYTHON}RUN apt-get install locales\n", SLIM, Trait.LOCALE, "python", set()),
        (PYTHON, DISTROLESS, Trait.LOCALE, "python", {"B11"}),
        (PYTHON, ALPINE, Trait.STRFTIME, "python", {"B03"}),
        (PYTHON, SLIM, Trait.STRFTIME, "python", set()),
        (DEBIAN, ALPINE, Trait.OPTIONS, "c", {"B08"}),
        (PYTHON, ALPINE, Trait.STACK, "python", {"B01"}),
        (PYTHON, ALPINE, Trait.WORDING, "python", {"C01-wording"}),
        (PYTHON, SLIM, Trait.WORDING, "python", set()),
        (DEBIAN, ALPINE, Trait.TRANSLIT, "php", {"B06"}),
        (DEBIAN, ALPINE, Trait.GLOB_BRACE, "php", {"B12"}),
        (PYTHON, ALPINE, Trait.FIND_LIBRARY, "python", {"H10"}),
        (PYTHON, DISTROLESS, Trait.FIND_LIBRARY, "python", {"H10"}),
        (PYTHON, SLIM, Trait.FIND_LIBRARY, "python", set()),
    ],
)
def test_one_clue(text: str, tier: str, trait: Trait, language: str, ids: set[str]) -> None:
    static = tier == SCRATCH
    found = _ids(text, tier, clue(trait, "x", language), language=language, static=static)
    assert found == ids


@pytest.mark.parametrize(
    ("text", "tier", "program", "language", "ids"),
    [
        (PYTHON, DISTROLESS, "git", "python", {"D09"}),
        (PYTHON, DISTROLESS, "python3", "python", set()),
        (PYTHON, DISTROLESS, "/usr/bin/git", "python", {"D09"}),
        (PYTHON, DISTROLESS, "/app/tool", "python", set()),
        (PYTHON, DISTROLESS, "sh", "python", {"D01"}),
        (PYTHON, DISTROLESS, "bash", "python", {"D02"}),
        (NODE, DISTROLESS, "npm", "node", {"G12"}),
        (NODE, DISTROLESS, "node", "node", {"D09"}),
        (NODE, DISTROLESS, "curl", "shell", set()),
        (NODE, SLIM, "git", "node", {"D09"}),
        (NODE, SLIM, "curl", "shell", {"D09"}),
        (f"{NODE}RUN apt-get install -y curl\n", SLIM, "curl", "shell", set()),
        (NODE, SLIM, "bash", "shell", set()),
        (NODE, ALPINE, "bash", "shell", {"D02"}),
        (NODE, ALPINE, "ls", "shell", set()),
        (NODE, DISTROLESS, "podcli", "node", set()),
        (f"{NODE}RUN apt-get install -y ffmpeg\n", DISTROLESS, "ffmpeg", "node", {"D09"}),
        (NODE, SLIM, "some-tool", "node", set()),
        (NODE, DISTROLESS, "gosu", "node", {"G08"}),
    ],
)
def test_programs(text: str, tier: str, program: str, language: str, ids: set[str]) -> None:
    one = clue(Trait.PROGRAM, program, language)
    assert _ids(text, tier, one, language="node" if text.startswith(NODE) else "python") == ids


@pytest.mark.parametrize(
    ("tier", "file", "interpreter", "ids"),
    [
        (DISTROLESS, "bin/start", "sh", {"A22"}),
        (DISTROLESS, "start.sh", "bash", set()),
        (DISTROLESS, "bin/start", "node", set()),
        (ALPINE, "start.sh", "bash", {"D02"}),
        (ALPINE, "start.sh", "sh", set()),
        (SLIM, "start.sh", "bash", set()),
    ],
)
def test_entry_scripts(tier: str, file: str, interpreter: str, ids: set[str]) -> None:
    one = Clue(
        trait=Trait.SCRIPT,
        subject=interpreter,
        file=file,
        line=1,
        detail="`#!`",
        language="shell",
    )
    assert _ids(NODE, tier, one, language="node") == ids


@pytest.mark.parametrize(
    ("text", "targets", "ids"),
    [
        (NODE, "native", set()),
        (NODE, "native, debian-openssl-3.0.x", set()),
        (NODE, "debian-openssl-3.0.x", {"I06"}),
        (NODE, "native, linux-musl-openssl-3.0.x", set()),
        ("FROM node:24 AS b\nFROM node:24\nUSER 1\nCOPY --from=b /a /a\n", "native", {"I06"}),
    ],
)
def test_the_engines_of_prisma(text: str, targets: str, ids: set[str]) -> None:
    assert _ids(text, ALPINE, clue(Trait.ENGINES, targets, "node"), language="node") == ids


@pytest.mark.parametrize(
    ("subject", "id_"),
    [("@img/sharp-linux-x64", "I01"), ("puppeteer", "I07"), ("@x/y-linux-x64-gnu", "A06")],
)
def test_some_packages_break_in_their_own_way(subject: str, id_: str) -> None:
    assert _ids(NODE, ALPINE, clue(Trait.GLIBC_ONLY, subject, "node"), language="node") == {id_}


def test_another_language_of_the_repository_says_nothing() -> None:
    assert _ids(NODE, ALPINE, clue(Trait.GLIBC_ONLY, "torch"), language="node") == set()


def test_clues_of_one_kind_are_one_hazard_with_places() -> None:
    clues = tuple(clue(Trait.GLIBC_ONLY, name, line=n) for n, name in enumerate("abcdefghij", 1))
    (hazard,) = hazards(PYTHON, ALPINE, Facts(language="python", clues=clues))
    assert hazard.evidence == (
        "some/file:1: about a; some/file:2: about b; some/file:3: about c; "
        "and also d, e, f, g, h and 2 more"
    )
    assert hazard.subjects == tuple("abcdefghij")


def _use(need: Need, value: str, *, sure: bool = True) -> Use:
    return Use(
        need=need,
        value=value,
        file="compose.yaml",
        line=9,
        where="health check of service web",
        quote="test: x",
        sure=sure,
    )


@pytest.mark.parametrize(
    ("tier", "use", "ids"),
    [
        (DISTROLESS, _use(Need.PROGRAM, "curl"), ["G07"]),
        (DISTROLESS, _use(Need.PROGRAM, "/bin/sh"), ["G07"]),
        (DISTROLESS, _use(Need.COMMAND, "npm"), ["G07"]),
        (DISTROLESS, _use(Need.COMMAND, "/app/run"), []),
        (DISTROLESS, _use(Need.PROGRAM, "curl", sure=False), []),
        (DISTROLESS, _use(Need.USER, "node"), ["F01"]),
        (DISTROLESS, _use(Need.USER, "nonroot"), []),
        (DISTROLESS, _use(Need.USER, "1000"), []),
        (DISTROLESS, _use(Need.PORT, "80"), []),
        (SLIM, _use(Need.PROGRAM, "curl"), ["G07"]),
        (SLIM, _use(Need.USER, "node"), []),
        (ALPINE, _use(Need.PROGRAM, "wget"), []),
        (ALPINE, _use(Need.PROGRAM, "bash"), ["G07"]),
    ],
)
def test_uses_in_other_files(tier: str, use: Use, ids: list[str]) -> None:
    found = hazards(NODE, tier, Facts(language="node", uses=(use,)))
    assert [hazard.id for hazard in found] == ids
    for hazard in found:
        assert hazard.evidence == "compose.yaml:9: health check of service web, `test: x`"
        assert hazard.subjects == (use.value,)


def test_many_uses_are_cut() -> None:
    uses = tuple(_use(Need.PROGRAM, name) for name in ("ls", "cp", "mv", "rm", "wc"))
    (hazard,) = hazards(NODE, DISTROLESS, Facts(language="node", uses=uses))
    assert hazard.evidence.endswith("; and 2 more")


def test_without_knowledge_of_the_images_no_program_is_missed() -> None:
    facts = Facts(language="node", clues=(clue(Trait.PROGRAM, "git", "node"),))
    candidates, _ = propose(target_of(NODE), facts, load().families, Policy())
    assert candidates[0].hazards == ()
