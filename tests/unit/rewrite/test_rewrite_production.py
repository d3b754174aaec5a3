"""Packages for development: when they are pruned, and what is said where they stay."""

import pytest
from rewriting import rewritten

from stepdown.model.facts import Command, Development, Facts, Import
from stepdown.model.recipe import Remedy, RemedyKind
from stepdown.rewrite.production import PRUNE, prunes

HEAD = "FROM node:24\nWORKDIR /app\nCOPY package*.json ./\n"
TAIL = '\nCOPY . .\nCMD ["node", "server.js"]\n'
KNOWN = Development(lock="package-lock.json", packages=("@x/kit", "jest"), programs=("jest", "kit"))
FACTS = Facts(development=KNOWN)
KEEP = Remedy(kind=RemedyKind.KEEP_DEVELOPMENT, text="t", safe=True)


def notes(text: str, facts: Facts = FACTS, *remedies: Remedy) -> list[str]:
    """What is said of the packages; that they are pruned where nothing is."""
    result = rewritten(text, "node-distroless", facts=facts, remedies=remedies)
    said = [one for one in result.refusals if one.fixer == "production"]
    assert not any(one.blocking for one in result.refusals)
    assert prunes(result) == (PRUNE in result.text)
    if prunes(result):
        assert not said
        return ["pruned"]
    return [one.reason.partition(": ")[2] for one in said]


def ran(run: str, facts: Facts = FACTS) -> list[str]:
    return notes(f"{HEAD}{run}{TAIL}", facts)


def with_tests(command: str, **scripts: str) -> list[str]:
    test = Command(text=command)
    facts = Facts(development=KNOWN, test=test, scripts=tuple(scripts.items()))
    return ran("RUN npm ci", facts)


@pytest.mark.parametrize(
    "run",
    [
        "RUN npm ci",
        "RUN npm ci --loglevel error",
        "RUN npm install",
        "RUN npm i -g npm@11 && npm i && npm cache clean --force",
        'RUN ["npm", "ci"]',
        "ENV NODE_ENV=development\nRUN npm ci",
        "RUN npm ci\nENV NODE_ENV=production",
        "ENV NODE_ENV=production\nRUN npm ci --include=dev",
        "RUN --mount=type=cache,target=/root/.npm npm ci",
    ],
)
def test_what_npm_installed_for_development_is_pruned(run: str) -> None:
    assert ran(run) == ["pruned"]


@pytest.mark.parametrize(
    "run",
    [
        "RUN npm ci --omit=dev",
        "RUN npm ci --only production",
        "RUN npm install --production",
        "RUN NODE_ENV=production npm ci",
        "RUN NPM_CONFIG_OMIT=dev npm ci",
        "ENV NPM_CONFIG_PRODUCTION=true\nRUN npm ci",
        "ENV NODE_ENV=production\nRUN npm ci",
        "ENV NODE_ENV=production\nRUN npm ci --include=optional",
        "RUN npm config set omit dev && npm ci",
        "RUN npm ci && npm run build && npm prune --production",
        "RUN npm run build",
    ],
)
def test_nothing_is_said_where_none_are_installed(run: str) -> None:
    assert ran(run) == []


@pytest.mark.parametrize(
    ("run", "why"),
    [
        ("RUN npm ci\nRUN npm install", "line 5 installs packages again"),
        ("RUN npm install left-pad", "line 4 installs left-pad, or has an option that is unknown"),
        ("RUN cd web && npm ci", "line 4 installs in another folder than its own"),
        ("RUN npm --prefix=web ci", "line 4 installs in another folder than its own"),
        ("RUN test -e x || npm ci", "line 4 installs only under a condition"),
        ("RUN npm ci && npm link ../kit", "line 4 calls npm link"),
        ("RUN npm ci && yarn", "yarn installs them, and only npm's pruning is known"),
    ],
)
def test_they_stay_where_the_lock_file_may_not_say_all(run: str, why: str) -> None:
    assert ran(run) == [f"{why}."]


def test_the_lock_file_has_to_be_where_npm_runs() -> None:
    text = "FROM node:24\nWORKDIR /app\nCOPY web/package*.json ./\nRUN npm ci\nCOPY src src\n"
    (why,) = notes(f'{text}CMD ["node", "src/a.js"]\n')
    assert why == "nothing copies the lock file to /app, where line 4 installs."


@pytest.mark.parametrize(
    ("command", "scripts", "why"),
    [
        ("node --test", {}, "pruned"),
        ("npm test", {"test": "node --test", "lint": "jest"}, "pruned"),
        ("npm test", {"test": "jest"}, "the test command 'npm test' calls jest."),
        ("npm test", {"test": "npm run a", "a": "kit b"}, "the test command 'npm test' calls kit."),
        (
            "npm test",
            {"test": "node --test", "pretest": "kit"},
            "the test command 'npm test' calls kit.",
        ),
        (
            "node --import=@x/kit/hook --test",
            {},
            "the test command 'node --import=@x/kit/hook --test' calls @x/kit.",
        ),
        (
            "node node_modules/jest/bin/jest.js",
            {},
            "the test command 'node node_modules/jest/bin/jest.js' calls jest.",
        ),
        ("./check.sh", {}, "what ./check.sh of the tests needs is not known."),
        ("npm test", {"test": "A=1 make b"}, "what make of the tests needs is not known."),
    ],
)
def test_they_stay_where_the_tests_may_need_one(
    command: str, scripts: dict[str, str], why: str
) -> None:
    assert with_tests(command, **scripts) == [why]


def test_they_stay_where_the_tests_ask_for_one() -> None:
    asks = Import(package="@x/kit", place="test/a.js:3", aside=True)
    known = Development(lock="package-lock.json", packages=("@x/kit",), imports=(asks,))
    test = Command(text="node --test")
    why = "test/a.js:3 asks for @x/kit."
    assert ran("RUN npm ci", Facts(development=known, test=test)) == [why]
    assert ran("RUN npm ci", Facts(development=known)) == ["pruned"]


def test_they_stay_where_the_application_asks_for_one() -> None:
    asks = Import(package="@x/kit", place="src/a.js:3", aside=False)
    known = Development(lock="package-lock.json", packages=("@x/kit",), imports=(asks,))
    assert ran("RUN npm ci", Facts(development=known)) == ["src/a.js:3 asks for @x/kit."]
    text = HEAD + 'RUN npm ci\nCOPY . .\nENV NODE_OPTIONS=\'-r @x/kit\'\nCMD ["node", "a.js"]\n'
    assert notes(text, Facts(development=KNOWN)) == ["line 6 calls @x/kit."]


def test_they_stay_where_that_is_what_helped() -> None:
    (why,) = notes(f"{HEAD}RUN npm ci{TAIL}", FACTS, KEEP)
    assert why == "without them the checks did not pass."


def test_the_lines_for_a_person_are_those_of_the_file() -> None:
    known = Facts(development=KNOWN, test=Command(text="jest"))
    text = f"{HEAD}RUN npm ci{TAIL}".replace("CMD", "WORKDIR /app/src\nUSER node\nCMD")
    result = rewritten(text, "node-distroless", facts=known)
    (hint,) = [one.hint for one in result.refusals]
    assert f"`FROM build AS production`, `USER root`, `WORKDIR /app`, `RUN {PRUNE}`" in hint


def test_a_name_that_is_taken_is_left_alone() -> None:
    text = f"FROM alpine AS production\n{HEAD}RUN npm ci{TAIL}"
    result = rewritten(text, "node-distroless", facts=FACTS)
    assert "FROM build AS production-2\n" in result.text
    assert "COPY --from=production-2 /app /app\n" in result.text


def test_only_the_folder_of_the_packages_comes_from_the_new_stage() -> None:
    text = f"{HEAD}RUN npm ci{TAIL}".replace("CMD", "COPY site /site\nCMD")
    result = rewritten(text, "node-distroless", facts=FACTS)
    assert "COPY --from=production /app /app\nCOPY --from=build /site /site\n" in result.text
