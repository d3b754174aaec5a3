"""One stage becomes two where the candidate has no shell."""

from typing import Any

import pytest
from msgspec.structs import replace
from rewriting import CANDIDATES, rewritten

from stepdown.dockerfile import Dockerfile, apply
from stepdown.model.facts import Carried, CarriedKind, Facts
from stepdown.model.plan import Policy, Rewrite

NODE = 'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "server.js"]\n'
PYTHON = "FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN pip install -r r.txt\n"
IMAGE = "gcr.io/distroless/nodejs22-debian12"


def new_stage(text: str, candidate: str = "node-distroless", **facts: Any) -> list[str]:
    """The lines of the stage that was added."""
    result = split(text, candidate, **facts)
    return result.text[len(text) :].split("${BASE}")[1].splitlines()[1:]


def split(text: str, candidate: str = "node-distroless", **facts: Any) -> Rewrite:
    return rewritten(text, candidate, facts=Facts(**facts))


def blocks(text: str, **facts: Any) -> list[str]:
    return [one.reason for one in split(text, **facts).refusals if one.blocking]


def test_the_old_stage_keeps_every_byte_but_its_name() -> None:
    result = split(NODE)
    old = result.text.partition("\n\nFROM ")[0] + "\n"
    assert old == NODE.replace("FROM node:22", "ARG BASE=base\nFROM node:22 AS build")
    assert result.refusals == ()


def test_the_edits_alone_make_the_file() -> None:
    for text in (NODE, NODE.rstrip("\n"), NODE.replace("\n", "\r\n"), NODE.lower()):
        result = split(text)
        assert apply(text, result.edits) == result.text
        assert all(edit.reason for edit in result.edits)
        assert {edit.line for edit in result.edits} <= set(range(1, 7))


def test_the_new_file_builds_on_the_old_base_too() -> None:
    result = split(NODE)
    old = Dockerfile(result.text).given({result.argument: result.original})
    assert old.external(old.ships()) == "node:22"
    new = Dockerfile(result.text)
    assert new.external(new.ships()) == IMAGE
    assert {one.keyword for one in new.ships().instructions} == {"COPY", "WORKDIR", "CMD"}


def test_a_file_without_run_is_not_split() -> None:
    assert "AS build" not in split('FROM node:22\nCOPY a.js /\nCMD ["node", "/a.js"]\n').text


def test_a_candidate_with_a_shell_splits_nothing() -> None:
    assert "AS build" not in split(NODE, "node-slim").text


def test_build_arguments_that_nothing_uses_stay_behind() -> None:
    head = "FROM node:22\nARG TOKEN\nARG MODE=a\nENV MODE=${MODE}\nLABEL mode=$MODE\n"
    lines = new_stage(head + NODE.partition("\n")[2])
    assert [line for line in lines if "TOKEN" in line] == []
    assert lines[:2] == ["ARG MODE=a", "ENV MODE=${MODE}"]


def test_a_user_becomes_the_number_that_the_old_stage_gave_it() -> None:
    more = "RUN useradd --create-home --uid 7 me && chown -R me /app && mkdir /x\nUSER me\nCMD "
    lines = new_stage(NODE.replace("CMD ", more))
    assert "COPY --from=build --chown=7:7 /app /app" in lines
    assert "USER 7:7" in lines


def test_a_home_folder_that_is_there_is_named() -> None:
    more = "RUN useradd -m -u 7 me && mkdir /x\nUSER me\nCMD "
    there = (Carried(path="/app", size=1), Carried(path="/home/me", size=1, chown="7:7"))
    lines = new_stage(NODE.replace("CMD ", more), carried=there)
    assert "COPY --from=build --chown=7:7 /home/me /home/me" in lines
    assert lines.index("ENV HOME=/home/me") < lines.index("USER 7:7")


def test_the_packages_of_python_come_along() -> None:
    lines = new_stage(f'{PYTHON}CMD ["python", "app.py"]\n', "python-distroless")
    folder = "/usr/local/lib/python3.11/site-packages"
    assert f"ENV PYTHONPATH={folder}" in lines
    assert f"COPY --from=build {folder} {folder}" in lines
    assert lines[-2:] == ['ENTRYPOINT ["python3.11"]', 'CMD ["app.py"]']


@pytest.mark.parametrize(
    ("run", "folder"),
    [
        ("pip install --target /libs x", "/libs"),
        ("pip3 install -t=/libs x", "/libs"),
        ("go build -o /out/app .", "/out/app"),
        ("gcc -O2 a.c -o /out/app", "/out/app"),
    ],
)
def test_what_a_command_writes_elsewhere_comes_along(run: str, folder: str) -> None:
    text = f'FROM python:3.11\nWORKDIR /app\nRUN {run}\nCMD ["python", "a.py"]\n'
    assert f"COPY --from=build {folder} {folder}" in new_stage(text, "python-distroless")


def test_folders_of_the_system_and_passing_ones_are_not_copied() -> None:
    more = "COPY r.txt /tmp/r.txt\nCOPY wait.py /usr/local/bin/\nRUN npm ci\n"
    lines = new_stage(NODE.replace("RUN npm ci\n", more))
    assert [line.split()[-1] for line in lines if line.startswith("COPY")] == [
        "/app",
        "/usr/local/bin/wait.py",
    ]


def test_what_cannot_be_told_is_said_and_found_at_the_baseline() -> None:
    text = 'FROM node:22\nCOPY . .\nRUN npm ci\nCMD ["node", "/server.js"]\n'
    before = split(text)
    assert [(one.line, one.blocking) for one in before.refusals] == [(2, False)]
    there = tuple(Carried(path=path, size=1) for path in ("/node_modules", "/server.js"))
    after = split(text, carried=there)
    assert after.refusals == ()
    assert "COPY --from=build /node_modules /node_modules\n" in after.text


def test_only_what_is_really_there_is_copied() -> None:
    lines = new_stage(NODE.replace("WORKDIR", "WORKDIR /opt/gone\nRUN x\nWORKDIR"), carried=(
        Carried(path="/app", size=1),
        Carried(path="/usr/local/bin/tool", size=1),
    ))  # fmt: skip
    copies = [line for line in lines if line.startswith("COPY")]
    assert copies == [
        "COPY --from=build /app /app",
        "COPY --from=build /usr/local/bin/tool /usr/local/bin/tool",
    ]


def test_what_the_file_copies_is_kept_where_a_package_owns_the_place() -> None:
    text = NODE.replace("RUN", "COPY my.cnf /etc/ssl/openssl.cnf\nRUN")
    lines = new_stage(text, carried=(Carried(path="/app", size=1),))
    assert "COPY --from=build /etc/ssl/openssl.cnf /etc/ssl/openssl.cnf" in lines


def test_libraries_come_along_for_the_bases_that_lack_them() -> None:
    library = Carried(
        path="/usr/lib/libpq.so.5",
        size=1,
        kind=CarriedKind.LIBRARY,
        package="libpq5",
        images=(IMAGE,),
    )
    app = Carried(path="/app", size=1)
    result = split(NODE, carried=(app, library))
    (edit,) = [one for one in result.edits if "libpq.so.5" in one.text]
    assert "a library of libpq5" in edit.reason
    pinned = replace(CANDIDATES["node-distroless"], image=f"{IMAGE}@sha256:{'0' * 64}")
    assert "libpq.so.5" in rewritten(NODE, pinned, facts=Facts(carried=(app, library))).text
    other = Carried(path="/usr/lib/x.so", size=1, kind=CarriedKind.LIBRARY, images=("other",))
    assert "x.so" not in split(NODE, carried=(app, other)).text


def test_the_user_has_the_last_word() -> None:
    policy = Policy(copies=("/usr/share/fonts",), leaves=("/opt/tool",))
    text = NODE.replace("RUN", "COPY tool /opt/tool\nRUN")
    result = rewritten(text, "node-distroless", policy=policy)
    copies = [line for line in result.text.splitlines() if line.startswith("COPY --from")]
    assert [line.split()[-1] for line in copies] == ["/app", "/usr/share/fonts"]


def test_too_many_places_are_nothing_to_read() -> None:
    many = tuple(Carried(path=f"/etc/{number}.conf", size=1) for number in range(40))
    assert any("41 separate places" in reason for reason in blocks(NODE, carried=many))


def test_a_virtual_environment_gives_its_packages_alone() -> None:
    text = (
        'FROM python:3.11\nWORKDIR /app\nENV VIRTUAL_ENV=/v PATH="/v/bin:$PATH"\n'
        'RUN python -m venv /v && pip install x\nCOPY . .\nCMD ["/v/bin/gunicorn", "a:b"]\n'
    )
    lines = new_stage(text, "python-distroless")
    assert [line for line in lines if "/v/" in line] == [
        "ENV PYTHONPATH=/v/lib/python3.11/site-packages",
        "COPY --from=build /v/lib/python3.11/site-packages /v/lib/python3.11/site-packages",
    ]
    assert lines[-1] == 'CMD ["-m", "gunicorn", "a:b"]'
    beside = text.replace("VIRTUAL_ENV=/v", "MODE=x")
    reasons = [one.reason for one in split(beside, "python-distroless").refusals if one.blocking]
    assert any("beside other variables" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("text", "stage", "word"),
    [
        (f"{NODE}FROM node:22 AS other\n", "0", "not the last"),
        (NODE, "0", "number"),
        (NODE.replace("CMD", "ONBUILD COPY x y\nCMD"), "", "ONBUILD"),
        ('FROM node:22\nRUN x\nCMD ["a.js"]\n', "", "has to be copied"),
    ],
)
def test_what_cannot_be_split_is_said(text: str, stage: str, word: str) -> None:
    found = rewritten(text, "node-distroless", stage=stage).refusals
    assert any(word in one.reason for one in found if one.blocking and one.fixer == "split")


def test_refusals_name_the_lines_that_the_user_has() -> None:
    text = NODE.replace('CMD ["node", "server.js"]', "CMD node a.js && node b.js")
    (refusal,) = split(text).refusals
    assert (refusal.line, refusal.fixer) == (5, "command")


@pytest.mark.parametrize(
    ("command", "script", "expected"),
    [
        ('["npm", "start"]', "node server.js", 'CMD ["server.js"]'),
        ("npm run serve", "node --stack-size=9 a.js", 'CMD ["--stack-size=9", "a.js"]'),
        ('["yarn", "serve"]', "next start", 'CMD ["node_modules/.bin/next", "start"]'),
        ('["npm", "start"]', "npm run serve", 'CMD ["b.js"]'),
    ],
)  # fmt: skip
def test_a_script_of_package_json_is_started_without_npm(
    command: str, script: str, expected: str
) -> None:
    scripts = {"start": script, "serve": "node b.js" if "npm" in script else script}
    text = NODE.replace('["node", "server.js"]', command)
    lock = ("package-lock.json",)
    lines = new_stage(text, scripts=tuple(scripts.items()), lock_files=lock)
    assert lines[-1] == expected


@pytest.mark.parametrize(
    ("scripts", "locks"),
    [
        ({"start": "node a.js && node b.js"}, ()),
        ({"start": "node a.js", "prestart": "build"}, ()),
        ({"start": "PORT=1 node a.js"}, ()),
        ({"start": "node $npm_package_main"}, ()),
        ({"start": "npm start"}, ()),
        ({"start": "next start"}, ("pnpm-lock.yaml",)),
        ({}, ()),
    ],
)
def test_a_script_that_needs_npm_is_refused(scripts: dict[str, str], locks: tuple[str]) -> None:
    text = NODE.replace('["node", "server.js"]', '["npm", "start"]')
    reasons = blocks(text, scripts=tuple(scripts.items()), lock_files=locks)
    assert reasons == [f"{IMAGE} has no npm."]


def test_the_literal_form_is_split_too() -> None:
    result = rewritten(NODE, "node-distroless", policy=Policy(form="literal"))
    assert result.text.count(f"FROM {IMAGE}\n") == 1
    assert result.argument == ""
