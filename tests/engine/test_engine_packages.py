"""Translated package commands really build on Alpine, and bring what the rows promise."""

from pathlib import Path

import pytest

from stepdown.adapters.engine import DockerEngine
from stepdown.flow import catalog
from stepdown.model.facts import Facts, Target
from stepdown.model.image import Libc, PackageManager, Tier
from stepdown.model.plan import Candidate, Policy, Rewrite
from stepdown.model.recipe import PackageName
from stepdown.model.trial import Built
from stepdown.ports import BuildRequest, ContainerSpec
from stepdown.rewrite import rewrite

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine

ROWS = catalog.load().packages
ALPINE = Candidate(
    image="alpine:3.23",
    tier=Tier.ALPINE,
    family="debian",
    libc=Libc.MUSL,
    shell=True,
    package_manager=PackageManager.APK,
)
MANY = 150
"""More rows than this are served by Alpine's own mirrors; then a part of them is installed."""
MADE_BY_LAB = r"""
apk update >/dev/null
for file in /var/cache/apk/APKINDEX.*.tar.gz; do tar -xzOf "$file" APKINDEX; echo; done |
  awk 'BEGIN { RS = ""; FS = "\n" }
    /\nm:lab \(/ { for (i = 1; i <= NF; i++) if ($i ~ /^P:/) print substr($i, 3) }'
"""
STYLES = r"""
RUN set -eux; \
    deps=' \
        libpq5 \
        curl \
    '; \
    apt-get -qq update; \
    # for the build alone
    apt-get install -y --no-install-recommends $deps liblzma5=5.* ; \
    curl --version >/dev/null; \
    apt-get purge -y --auto-remove $deps; \
    test ! -e /usr/bin/curl
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    apt-get update && apt-get install -y curl >/dev/null 2>&1 && command -v curl
RUN <<EOF
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -yq -o Dpkg::Use-Pty=0 bash
rm -rf /var/lib/apt/lists/* /tmp/*
bash -c 'echo done'
EOF
RUN apt-get update && apt-get install -y tini && tini --version \
 && apt-get purge -y tini && apt-get clean && rm -rf /var/lib/apt/lists/*
"""


def quiet(_: str) -> None:
    """Nobody watches."""


def on_alpine(engine: DockerEngine, image: str, *script: str, network: bool = False) -> list[str]:
    spec = ContainerSpec(
        image=image, role="test", entrypoint=("sh", "-c", *script), command=(), network=network
    )
    done = engine.run(spec, timeout=120)
    assert done.exit_code == 0, done
    return done.output.split()


def rewritten(text: str) -> Rewrite:
    return rewrite(
        text,
        ALPINE,
        target=Target(
            repository="/repository",
            commit="0" * 40,
            dockerfile="Dockerfile",
            context=".",
            text=text,
            stage="",
            base="debian:bookworm",
            base_line=1,
            family="debian",
            tier=Tier.FULL,
        ),
        facts=Facts(),
        packages={row.debian: row for row in ROWS},
        policy=Policy(form="literal"),
    )


def made_by_lab(engine: DockerEngine) -> set[str]:
    """Return the packages that the lab has put together: they may hold less than Alpine's."""
    return set(on_alpine(engine, ALPINE.image, MADE_BY_LAB, network=True))


def served(engine: DockerEngine) -> list[PackageName]:
    """Return the rows whose packages the repositories of the image offer."""
    names = on_alpine(
        engine, ALPINE.image, "apk update >/dev/null && apk search --quiet", network=True
    )
    offered = set(names)
    rows = [row for row in ROWS if row.alpine and set(row.alpine) <= offered]
    return rows if len(rows) <= MANY else rows[:: len(rows) // 50]


def promises(rows: list[PackageName]) -> str:
    """Return a script that prints each promise of the rows that the image does not keep."""
    tests = {
        "command": 'command -v "{0}" >/dev/null',
        "soname": "ls /lib/{0}.so* /usr/lib/{0}.so* 2>/dev/null | grep -q .",
    }
    lines = []
    for row in rows:
        kind, *names = row.how.split()
        lines += [f'{tests[kind].format(n)} || echo "{n}"' for n in names if kind in tests]
    assert len(lines) >= len(rows) / 2
    return "\n".join([*lines, "true"])


def test_translated_runs_build_on_alpine(engine: DockerEngine, context: Path) -> None:
    rows = served(engine)
    assert len(rows) >= 20
    names = " \\\n      ".join(row.debian for row in rows)
    text = (
        "FROM debian:bookworm\n"
        "RUN apt-get update \\\n && apt-get install -y --no-install-recommends \\\n"
        f"      {names} \\\n && rm -rf /var/lib/apt/lists/*\n{STYLES}"
    )
    result = rewritten(text)
    assert result.refusals == ()
    assert "apt-get" not in result.text
    request = BuildRequest(name="packages", dockerfile=result.text, context=str(context))
    built = engine.build(request, quiet)
    assert isinstance(built, Built), built
    ours = made_by_lab(engine)
    proper = [row for row in rows if not ours & set(row.alpine)]
    assert on_alpine(engine, built.image, promises(proper)) == []
    print(f"{len(rows)} Debian names built: {' '.join(row.debian for row in rows)}")
