import pytest
from rewriting import line, rewritten

from stepdown.model.plan import Policy

ADDUSER = "adduser --disabled-password"
SYSTEM = f"{ADDUSER} --system"
SH = "--shell /bin/sh"


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("groupadd app", "addgroup app"),
        ("groupadd --system --gid=998 -f app", "addgroup --system --gid 998 app"),
        ("groupadd -g 999 app", "delgroup ping && addgroup --gid 999 app"),
        ("delgroup ping && groupadd -g 999 a", "delgroup ping && addgroup --gid 999 a"),
        ("addgroup --gid 999 app", "delgroup ping && addgroup --gid 999 app"),
        (
            "groupadd -g 999 a && useradd -u 999 -g a a",
            (
                "delgroup ping && addgroup --gid 999 a && "
                f"{ADDUSER} --gecos '' --no-create-home --uid 999 {SH} --ingroup a a"
            ),
        ),
        (
            "useradd app",
            f"addgroup app && {ADDUSER} --gecos '' --no-create-home {SH} --ingroup app app",
        ),
        (
            "useradd -u 1001 -m app",
            f"addgroup --gid 1001 app && {ADDUSER} --gecos '' --uid 1001 {SH} --ingroup app app",
        ),
        (
            "groupadd -g 909 g && useradd -rMg909 -d/s a",
            f"addgroup --gid 909 g && {SYSTEM} --no-create-home --home /s {SH} --ingroup g a",
        ),
        (
            "addgroup app && adduser --system --ingroup app --quiet app",
            f"addgroup app && {ADDUSER} --system --ingroup app app",
        ),
        (
            "adduser --system --disabled-login --shell /bin/bash app",
            f"{ADDUSER} --system --shell /bin/sh --ingroup nogroup app",
        ),
        (
            "adduser --gecos x --disabled-login --uid 505 app",
            f"{ADDUSER} --gecos x --uid 505 --ingroup app app",
        ),
        ("adduser --system --no-create-home app", "adduser --system --no-create-home app"),
        ("adduser app audio", "adduser app audio"),
        ("addgroup app audio", "addgroup app audio"),
        ("adduser -D app", "adduser -D app"),
        ("usermod -aG audio,video app", "adduser app audio && adduser app video"),
    ],
)
def test_the_commands_of_debian_become_those_of_busybox(run: str, expected: str) -> None:
    assert line(f"RUN {run}", "node-alpine") == (f"RUN {expected}", ())


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        ("useradd -g 5555 app", "The group number 5555 has no name here."),
        ("groupadd -g 82 app", "The group number 82 is www-data's on Alpine."),
        ("useradd -u 405 -g users app", "The user number 405 is guest's on Alpine."),
        ("useradd -g other app", "The group other is not there."),
        ("useradd -G other app", "The group other is not there."),
        ("useradd -e 2030-01-01 app", "Useradd -e has no counterpart."),
        ("useradd", "Useradd has no single name."),
        ("useradd a b", "Useradd has no single name."),
        ("useradd $u", "$u is not fixed."),
        ("useradd -u", "Useradd has no single name."),
        ("groupmod -g 5 app", "groupmod has no counterpart on Alpine."),
        ("usermod -aG $g app", "Usermod has no counterpart on Alpine."),
        ("useradd app > /dev/null", "useradd does not stand alone."),
        ("A=1 useradd app", "useradd does not stand alone."),
        ("useradd app; if (", "Its shell code could not be read for certain."),
    ],
)
def test_what_busybox_cannot_do_is_refused(run: str, reason: str) -> None:
    assert line(f"RUN {run}", "node-alpine") == (f"RUN {run}", (f"blocks: {reason}",))


def test_debian_keeps_its_commands() -> None:
    assert line("RUN useradd app", "node-slim") == ("RUN useradd app", ())


def test_each_stage_has_groups_of_its_own() -> None:
    run = "RUN groupadd -g 999 app\n"
    text = f"FROM node:22 AS base\nRUN x\nFROM base AS b\n{run}FROM base\n{run}{run}"
    text += "COPY --from=b /x /x\n"
    result = rewritten(text, "node-alpine", policy=Policy(form="literal"))
    first, other = "RUN delgroup ping && addgroup --gid 999 app\n", "RUN addgroup --gid 999 app\n"
    assert f"FROM base AS b\n{first}FROM base\n{first}{other}COPY" in result.text


def test_a_group_of_an_earlier_run_is_known() -> None:
    found, refused = line("RUN groupadd -g 707 g\nRUN useradd -g 707 app", "node-alpine")
    assert refused == ()
    assert "--ingroup g app" in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN useradd app\nUSER app", "USER 65532:65532"),
        ("RUN useradd -u 7 app\nUSER app", "USER 7:7"),
        ("RUN useradd -u 7 -g 8 app\nUSER app", "USER 7:8"),
        ("RUN groupadd -g 9 g && useradd -g g app\nUSER app:g", "USER 65532:9"),
        ("RUN groupadd g && useradd app\nCOPY --chown=app:g a b", "COPY --chown=65532:65532 a b"),
        ("USER 12:13\nADD --chown=5 a b", "USER 12:13\nADD --chown=5 a b"),
        ("USER nonroot:nonroot", "USER nonroot:nonroot"),
        ("USER node", "USER 1000:1000"),
        ("USER www-data:node", "USER 33:1000"),
        ("USER 1000:node", "USER 1000:1000"),
        ("USER node:7", "USER 1000:7"),
        ("ONBUILD USER node", "ONBUILD USER 1000:1000"),
        (
            "COPY passwd /etc/passwd\nUSER app",
            "COPY passwd /etc/passwd\nUSER app",
        ),
    ],
)
def test_numbers_take_the_place_of_names_without_a_shell(text: str, expected: str) -> None:
    found, refused = line(f'{text}\nCMD ["a.js"]', "node-distroless")
    assert found == f'{expected}\nCMD ["a.js"]'
    assert refused == ()


@pytest.mark.parametrize("user", ["app", "node:app", "app:7", "postgres"])
def test_a_name_without_a_number_is_refused(user: str) -> None:
    found, refused = line(f'USER {user}\nCMD ["a.js"]', "node-distroless")
    assert found == f'USER {user}\nCMD ["a.js"]'
    assert refused == (f"blocks: The file does not say which numbers {user} stands for.",)


def test_the_number_counts_even_where_the_run_cannot_go() -> None:
    text = 'RUN useradd -m -u 7 app && chown app /srv\nUSER app\nCMD ["a.js"]'
    found, refused = line(text, "node-distroless")
    assert found == text.replace("USER app", "USER 7:7")
    assert len(refused) == len(("nothing to copy", "no shell"))


def test_scratch_knows_no_name_at_all() -> None:
    text = 'USER root\nCOPY --chown=nobody a b\nUSER nonroot\nCMD ["/a"]'
    expected = 'USER 0:0\nCOPY --chown=65534:65534 a b\nUSER 65532:65532\nCMD ["/a"]'
    assert line(text, "scratch") == (expected, ())


@pytest.mark.parametrize(
    "run",
    [
        "useradd app && x",
        "useradd app | x",
        "useradd -e 1 app",
        "if x; then useradd app; fi",
        "adduser --disabled-password app",
        "useradd -m -d /srv/app app",
        "if (",
    ],
)
def test_a_run_that_does_more_needs_its_shell(run: str) -> None:
    text = f'RUN {run}\nWORKDIR /home/app/srv/app\nVOLUME /srv/app /home/app\nCMD ["a.js"]'
    found, refused = line(text, "node-distroless")
    assert found == text
    assert [one.startswith("blocks: ") for one in refused] == [True, True]


def test_names_copied_in_leave_the_run_refused() -> None:
    text = 'RUN useradd app\nCOPY --from=x /etc/passwd /etc/passwd\nUSER app\nCMD ["a.js"]'
    found, refused = line(text, "node-distroless")
    assert found.startswith(f"{text}\n\nFROM ")
    assert found.endswith('COPY --from=build /etc/passwd /etc/passwd\nUSER app\nCMD ["a.js"]')
    assert refused == ()


def test_programs_that_were_copied_may_run_in_exec_form() -> None:
    assert line('RUN ["/app/x"]\nCMD ["a.js"]', "node-distroless")[1] == ()
    for words in ('["/bin/sh", "-c", "x"]', '["x"]', '["/usr/bin/env", "x"]'):
        refused = line(f'RUN {words}\nCMD ["a.js"]', "node-distroless")[1]
        assert len(refused) == len(("nothing to copy", "no shell"))


def test_onbuild_without_a_shell_blocks_nothing() -> None:
    result = rewritten('FROM node:22\nONBUILD RUN x\nCMD ["a.js"]\n', "node-distroless")
    assert [one.blocking for one in result.refusals] == [False]
