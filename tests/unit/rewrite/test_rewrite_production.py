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


OTHERS = {
    "pnpm": ("pnpm-lock.yaml", "pnpm prune --prod --ignore-scripts"),
    "yarn": (
        "yarn.lock",
        "yarn install --production --frozen-lockfile --ignore-scripts --non-interactive",
    ),
}


def by_other(program: str, run: str, tail: str = TAIL, **more: object) -> tuple[str, list[str]]:
    """The Dockerfile with another package manager, and what is said of the packages."""
    lock = OTHERS[program][0]
    known = Development(lock=lock, packages=("@x/kit", "jest"))
    facts = Facts(development=known, **more)  # type: ignore[arg-type]
    head = f"FROM node:24\nWORKDIR /app\nCOPY package.json {lock} ./\n"
    result = rewritten(f"{head}{run}{tail}", "node-distroless", facts=facts)
    said = [one for one in result.refusals if one.fixer == "production"]
    assert prunes(result) == (f"FROM build AS production\nRUN {OTHERS[program][1]}" in result.text)
    return result.text, [one.reason.partition(": ")[2] for one in said]


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
        ("RUN npm ci && yarn", "line 4 calls yarn, and the lock is package-lock.json"),
    ],
)
def test_they_stay_where_the_lock_file_may_not_say_all(run: str, why: str) -> None:
    assert ran(run) == [f"{why}."]


@pytest.mark.parametrize(
    ("program", "run"),
    [
        ("pnpm", "RUN corepack enable && pnpm install --frozen-lockfile"),
        ("pnpm", "RUN npm i -g pnpm@10 && pnpm i"),
        ("yarn", "RUN yarn --frozen-lockfile"),
        ("yarn", "RUN yarn install && yarn cache clean"),
    ],
)
def test_what_others_installed_is_pruned_by_them(program: str, run: str) -> None:
    text, said = by_other(program, run)
    assert f"FROM build AS production\nRUN {OTHERS[program][1]}\n" in text
    assert said == []


def test_what_the_install_passed_over_is_passed_over_again() -> None:
    text, _ = by_other("yarn", "RUN yarn --ignore-engines")
    assert f"\nRUN {OTHERS['yarn'][1]} --ignore-engines\n" in text


@pytest.mark.parametrize(
    ("program", "run"),
    [
        ("pnpm", "RUN pnpm install --prod"),
        ("pnpm", "RUN pnpm i -P"),
        ("pnpm", "RUN pnpm i && pnpm run build && pnpm prune --prod"),
        ("yarn", "RUN yarn --production"),
        ("yarn", "ENV NODE_ENV=production\nRUN yarn"),
    ],
)
def test_others_may_have_left_them_out(program: str, run: str) -> None:
    text, said = by_other(program, run)
    assert "AS production" not in text
    assert said == []


@pytest.mark.parametrize(
    ("program", "run", "why"),
    [
        ("pnpm", "RUN npm install", "line 4 calls npm, and the lock is pnpm-lock.yaml."),
        ("yarn", "RUN npm ci", "line 4 calls npm, and the lock is yarn.lock."),
        ("pnpm", "RUN pnpm --filter web install", "line 4 installs in another folder than"),
        ("pnpm", "RUN pnpm add left-pad", "line 4 installs left-pad, or has an option that is un"),
        ("yarn", "RUN yarn --cwd web install", "line 4 installs in another folder than its own."),
        ("yarn", "RUN yarn && yarn link kit", "line 4 calls yarn link."),
    ],
)
def test_they_stay_where_others_do_something_else(program: str, run: str, why: str) -> None:
    _, said = by_other(program, run)
    assert len(said) == 1
    assert said[0].startswith(why)


WHOSE = "and the lock file does not say which package brings that."


@pytest.mark.parametrize(
    ("command", "scripts", "why"),
    [
        ('CMD ["node", "server.js"]', {}, ""),
        ('CMD ["node", "a.js"]', {"test": "jest"}, ""),
        ('CMD ["yarn", "start"]', {"start": "NODE_ENV=production node server.js"}, ""),
        ('CMD ["yarn", "start"]', {"start": "nest start"}, f"line 6 calls nest, {WHOSE}"),
        ('CMD ["yarn", "nest", "start"]', {}, f"line 6 calls nest, {WHOSE}"),
        ('CMD ["yarn", "run", "nest"]', {}, f"line 6 calls nest, {WHOSE}"),
        ('CMD ["npx", "--yes", "nest"]', {}, f"line 6 calls nest, {WHOSE}"),
        ('CMD ["jest", "x"]', {}, "line 6 calls jest."),
        (
            'CMD ["node", "node_modules/.bin/nest"]',
            {},
            f"line 6 calls node_modules/.bin/nest, {WHOSE}",
        ),
        (
            'ENV PATH=/app/node_modules/.bin:$PATH\nCMD ["node", "a.js"]',
            {},
            f"line 6 calls /app/node_modules/.bin:$PATH, {WHOSE}",
        ),
    ],
)
def test_they_stay_where_a_program_of_theirs_may_be_called(
    command: str, scripts: dict[str, str], why: str
) -> None:
    _, said = by_other(
        "yarn", "RUN yarn", f"\nCOPY . .\n{command}\n", scripts=tuple(scripts.items())
    )
    assert said == ([why] if why else [])


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
