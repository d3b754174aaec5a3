"""What the Dockerfile's stages, variables and paths predict."""

import pytest
from proposals import hazards

from stepdown.model.facts import Facts

ALPINE, DISTROLESS, SLIM = "alpine", "distroless", "slim"
NATIVE = Facts(language="python", native=("numpy",))


def _ids(text: str, tier: str, facts: Facts | None = None) -> list[str]:
    return [h.id for h in hazards(f"{text}USER 1\n", tier, facts) if h.id not in ("A01", "H05")]


@pytest.mark.parametrize(
    ("builder", "base", "facts", "ids"),
    [
        ("golang:1.24", "debian:bookworm", Facts(), ["A09"]),
        ("golang:1.24-bookworm", "debian:bookworm", Facts(), []),
        ("golang:1.24", "debian:trixie", Facts(), []),
        ("golang:1.24", "debian:bookworm", Facts(static=True), []),
        ("golang:1.24-alpine", "debian:bookworm", Facts(), ["A11"]),
        ("python:3.12", "python:3.12-bookworm", NATIVE, ["A09"]),
        ("python:3.12", "python:3.12-bookworm", Facts(language="python"), []),
        ("example/x", "debian:bookworm", Facts(), []),
    ],
)
def test_a_builder_on_a_newer_release(
    builder: str, base: str, facts: Facts, ids: list[str]
) -> None:
    text = f"FROM {builder} AS build\nFROM {base}\nCOPY --from=build /a /a\n"
    assert _ids(text, SLIM, facts) == ids


def test_the_evidence_names_both_releases() -> None:
    text = "FROM golang:1.24 AS build\nFROM debian:bookworm\nCOPY --from=build /a /a\n"
    (hazard,) = (h for h in hazards(text, SLIM) if h.id == "A09")
    assert hazard.evidence == (
        "line 3 copies from build, which stands on golang:1.24 (Debian 13), into an image with "
        "Debian 12"
    )
    assert hazard.line == 3
    assert hazard.advice.endswith("-bookworm.")


@pytest.mark.parametrize(
    ("builder", "tier", "ids"),
    [
        ("python:3.12", SLIM, ["H09"]),
        ("python:3.13.1", SLIM, []),
        ("python:3.13", SLIM, []),
        ("python:3", SLIM, []),
        ("node:24", SLIM, []),
        ("python:3.12", DISTROLESS, ["H09"]),
    ],
)
def test_packages_of_another_python(builder: str, tier: str, ids: list[str]) -> None:
    text = f"FROM {builder} AS b\nFROM python:3.13\nCOPY --from=b /p /p\n"
    assert _ids(text, tier) == ids


VENV = "FROM python:3.13 AS b\nRUN python -m venv --copies /opt/venv\nFROM python:3.13\n"


@pytest.mark.parametrize(
    ("text", "tier", "ids"),
    [
        (f"{VENV}COPY --from=b /opt/venv /opt/venv\n", DISTROLESS, ["H08"]),
        (f"{VENV}COPY --from=b /opt/venv /opt/venv\n", SLIM, []),
        (f"{VENV}COPY --from=b /app /app\n", DISTROLESS, []),
    ],
)
def test_a_virtual_environment_is_bound_to_its_python(text: str, tier: str, ids: list[str]) -> None:
    assert _ids(text, tier) == ids


@pytest.mark.parametrize(
    ("line", "tier", "ids"),
    [
        ("ENV LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2\n", ALPINE, ["A17"]),
        ("ENV LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2\n", DISTROLESS, ["A17"]),
        ("ENV LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2\n", SLIM, []),
        ("ENV LANG=de_DE.UTF-8\n", ALPINE, ["B05"]),
        ("ENV LC_ALL=en_US.UTF-8 LANG=C\n", SLIM, ["B11"]),
        ("ENV LANG=de_DE.UTF-8\nRUN apt-get install -y locales && locale-gen\n", SLIM, []),
        ("ENV LANG=C.UTF-8\n", ALPINE, []),
        ("ARG LANG=de_DE.UTF-8\n", ALPINE, ["B05"]),
        ("RUN ldconfig\n", ALPINE, ["A16"]),
        ("COPY x.conf /etc/ld.so.conf.d/x.conf\n", DISTROLESS, ["A15"]),
        ("RUN ldconfig\n", SLIM, []),
        ("COPY x.so /usr/lib/x86_64-linux-gnu/\n", ALPINE, ["A21"]),
        ("COPY x.so /usr/lib/x86_64-linux-gnu/\n", SLIM, []),
        ("RUN curl -O https://example.org/awscli-exe-linux-x86_64.zip\n", ALPINE, ["P01"]),
        ("ADD https://example.org/tool-x86_64-unknown-linux-gnu.tgz /t/\n", ALPINE, ["P02"]),
        ("ADD https://example.org/tool-x86_64-unknown-linux-musl.tgz /t/\n", ALPINE, []),
    ],
)
def test_lines(line: str, tier: str, ids: list[str]) -> None:
    assert _ids(f"FROM node:24\n{line}", tier) == ids


def test_evidence_has_the_line_and_is_cut() -> None:
    text = f"FROM node:24\nENV A=1\nENV LANG=de_DE\nRUN ldconfig {'x ' * 90}\n"
    found = {h.id: h for h in hazards(text, ALPINE)}
    assert found["B05"].evidence == "line 3: LANG=de_DE"
    assert (found["B05"].line, found["A16"].line) == (3, 4)
    assert found["A16"].evidence.endswith("...")
    assert len(found["A16"].evidence) <= 108
