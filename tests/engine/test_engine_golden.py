"""What was rewritten builds: results of golden cases, and ordinary files with the lab's packages.

The golden cases are those that need no files but a few and no network but the lab's packages.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from stepdown.adapters.engine import DockerEngine
from stepdown.dockerfile import Dockerfile
from stepdown.flow import catalog
from stepdown.model.facts import Facts, Target
from stepdown.model.image import Libc, PackageManager, Tier
from stepdown.model.plan import Candidate, Policy
from stepdown.model.trial import Built
from stepdown.ports import BuildRequest
from stepdown.rewrite import rewrite

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine

GOLDEN = Path(__file__).parents[1] / "golden"
# What the lab has in place of the versions that the cases name, and of a frontend from a registry.
BASES = {
    "# syntax=docker/dockerfile:1\n": "",
    "node:22": "node:24",
    "nodejs22-debian12": "nodejs24-debian13",
    "python3-debian12": "python3-debian13",
}
CASES = (
    "base-already-rewritten",
    "bash-added",
    "careless-02-heredoc-copy",
    "careless-17-node-node",
    "distroless-explicit-number-stays",
    "distroless-node-own-entrypoint",
    "distroless-python",
    "echo-in-bash-stays",
    "echo-with-escapes",
    "healthcheck-busybox",
    "locales-plain",
    "systemusers-made-by-the-file",
    "tini-of-the-package",
    "users-on-alpine",
)
FILES = {
    "app.py": "print('ready')\n",
    "package.json": '{"name": "a", "version": "1.0.0"}\n',
    "server.js": "console.log('ready')\n",
}
ALPINE = Candidate(
    image="node:24-alpine",
    tier=Tier.ALPINE,
    family="node",
    libc=Libc.MUSL,
    shell=True,
    package_manager=PackageManager.APK,
    entrypoint=("docker-entrypoint.sh",),
    interpreter="/usr/local/bin/node",
    interpreters=("node",),
)
ORDINARY = {
    "service": """\
FROM node:24-slim
ENV DEBIAN_FRONTEND=noninteractive LANG=en_US.UTF-8
RUN apt-get update \\
 && apt-get install -y --no-install-recommends \\
      # the health check
      curl \\
      tini \\
      software-properties-common \\
 && sed -i 's/^# *\\(en_US.UTF-8\\)/\\1/' /etc/locale.gen && locale-gen \\
 && apt-get clean && rm -rf /var/lib/apt/lists/* /tmp/*
RUN groupadd -r app && useradd -r -g app -d /srv -s /usr/sbin/nologin app
WORKDIR /srv
COPY --chown=app:app package.json server.js ./
USER app
HEALTHCHECK CMD curl -fsS http://localhost:8080/ || exit 1
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["node", "server.js"]
""",
    "cache": """\
FROM node:24
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\
    --mount=type=cache,target=/var/lib/apt,sharing=locked \\
    rm -f /etc/apt/apt.conf.d/docker-clean; \\
    apt-get update && apt-get install -y curl && curl --version | head -n 1
RUN if [[ -e /etc/debian_version ]]; then echo Debian; fi; echo $'a\\tb' | cut -f 2
RUN echo "C.UTF-8 UTF-8" > /etc/locale.gen; locale-gen; update-locale LANG=C.UTF-8; echo ready
CMD node server.js
""",
    "stages": """\
FROM node:24 AS build
WORKDIR /app
COPY package.json server.js ./
RUN mkdir dist && cp server.js dist
FROM node:24
RUN <<EOF
apt-get update
apt-get install -y curl
rm -rf /var/lib/apt/lists/*
EOF
COPY --from=build --chown=www-data:www-data /app/dist /app
USER www-data
CMD ["node", "/app/server.js"]
""",
}


def quiet(_: str) -> None:
    """Nobody watches."""


PRUNED = {
    "package.json": json.dumps(
        {"name": "a", "dependencies": {"ms": "2.1.3"}, "devDependencies": {"semver": "7.7.2"}}
    ),
    "package-lock.json": json.dumps(
        {
            "name": "a",
            "lockfileVersion": 3,
            "packages": {
                "": {"dependencies": {"ms": "2.1.3"}, "devDependencies": {"semver": "7.7.2"}},
                "node_modules/ms": {"version": "2.1.3"},
                "node_modules/semver": {
                    "version": "7.7.2", "dev": True, "bin": {"semver": "bin/semver.js"},
                },
            },
        }
    ),
}  # fmt: skip
_BOTH = '{"dependencies": {"ms": "2.1.3"}, "devDependencies": {"semver": "7.7.2"}}'
_MS = (
    "sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5"
    "xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA=="
)
_SEMVER = (
    "sha512-RF0Fw+rO5AMf9MAyaRXI4AV0Ulj5lMHqVxxdSgiVbixSCXoEmmX/j"
    "k0CuJw4+3SqroYO9VoUh+HcuJivvtJemA=="
)
# What the image lacks, what brings it, and the application.
OTHERS = {
    "production-pruned-by-pnpm": (
        "corepack enable",
        "npm install --global pnpm@10",
        {
            "package.json": _BOTH,
            "pnpm-lock.yaml": f"""\
lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      ms:
        specifier: 2.1.3
        version: 2.1.3
    devDependencies:
      semver:
        specifier: 7.7.2
        version: 7.7.2

packages:

  ms@2.1.3:
    resolution: {{integrity: {_MS}}}

  semver@7.7.2:
    resolution: {{integrity: {_SEMVER}}}
    engines: {{node: '>=10'}}
    hasBin: true

snapshots:

  ms@2.1.3: {{}}

  semver@7.7.2: {{}}
""",
        },
    ),
    "production-pruned-by-yarn": (
        "",
        "",
        {
            "package.json": _BOTH,
            "yarn.lock": f"""\
# yarn lockfile v1


ms@2.1.3:
  version "2.1.3"
  integrity {_MS}

semver@7.7.2:
  version "7.7.2"
  integrity {_SEMVER}
""",
        },
    ),
}
# Fails where one package is gone or the other one is there.
LOOK = """
RUN ["/nodejs/bin/node", "-e", "require('/srv/app/node_modules/ms'); \
process.exit(fs.existsSync('/srv/app/node_modules/semver') ? 1 : 0)"]
"""


def build(
    engine: DockerEngine, folder: Path, name: str, text: str, files: Mapping[str, str] = FILES
) -> None:
    folder.mkdir()
    for file, content in files.items():
        (folder / file).write_text(content)
    request = BuildRequest(name=name, dockerfile=text, context=str(folder))
    built = engine.build(request, quiet)
    assert isinstance(built, Built), built


@pytest.mark.parametrize("name", CASES)
def test_golden_results_build(engine: DockerEngine, tmp_path: Path, name: str) -> None:
    text = (GOLDEN / name / "after.Dockerfile").read_text("utf-8")
    for said, there in BASES.items():
        text = text.replace(said, there)
    build(engine, tmp_path / "context", name, text)


def test_packages_for_development_stay_behind(engine: DockerEngine, tmp_path: Path) -> None:
    name = "production-pruned-elsewhere"
    text = (GOLDEN / name / "after.Dockerfile").read_text("utf-8")
    for said, there in BASES.items():
        text = text.replace(said, there)
    user = text.index("user 1000")
    shown = f"{text[:user]}{LOOK.lstrip()}{text[user:]}"
    build(engine, tmp_path / "context", name, shown, {**FILES, **PRUNED})


@pytest.mark.parametrize("name", OTHERS)
def test_those_of_other_package_managers_do_too(
    engine: DockerEngine, tmp_path: Path, name: str
) -> None:
    said, there, files = OTHERS[name]
    text = (GOLDEN / name / "after.Dockerfile").read_text("utf-8").replace(said, there)
    for one, other in BASES.items():
        text = text.replace(one, other)
    look = LOOK.replace("/srv/app", "/app")
    build(engine, tmp_path / "context", name, f"{text.rstrip()}{look}", {**FILES, **files})


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_files_build_on_alpine(engine: DockerEngine, tmp_path: Path, name: str) -> None:
    recipes, text = catalog.load(), ORDINARY[name]
    doc = Dockerfile(text)
    ship = doc.ships()
    result = rewrite(
        text,
        ALPINE,
        target=Target(
            repository="/repository",
            commit="0" * 40,
            dockerfile="Dockerfile",
            context=".",
            text=text,
            stage="",
            base=doc.external(ship),
            base_line=ship.line,
            family="node",
            tier=Tier.FULL,
        ),
        facts=Facts(),
        packages={row.debian: row for row in recipes.packages},
        policy=Policy(),
        programs=recipes.programs,
    )
    assert [one for one in result.refusals if one.blocking] == []
    build(engine, tmp_path / "context", name, result.text)
