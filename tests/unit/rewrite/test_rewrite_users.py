import pytest
from rewriting import line, rewritten

ADDUSER = "adduser --disabled-password"
SYSTEM = f"{ADDUSER} --system"
SH = "--shell /bin/sh"


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("groupadd app", "addgroup app"),
        ("groupadd --system --gid=999 -f app", "addgroup --system --gid 999 app"),
        (
            "useradd app",
            f"addgroup app && {ADDUSER} --gecos '' --no-create-home {SH} --ingroup app app",
        ),
        (
            "useradd -u 1001 -m app",
            f"addgroup --gid 1001 app && {ADDUSER} --gecos '' --uid 1001 {SH} --ingroup app app",
        ),
        (
            "groupadd -g 9 g && useradd -rMg9 -d/s a",
            f"addgroup --gid 9 g && {SYSTEM} --no-create-home --home /s {SH} --ingroup g a",
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
            "adduser --gecos x --disabled-login --uid 5 app",
            f"{ADDUSER} --gecos x --uid 5 --ingroup app app",
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
        ("useradd -g 5 app", "The group number 5 has no name here."),
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


def test_a_group_of_an_earlier_run_is_known() -> None:
    found, refused = line("RUN groupadd -g 7 g\nRUN useradd -g 7 app", "node-alpine")
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
        ("USER node", "USER 65532:65532"),
        ("USER 1000:node", "USER 1000:1000"),
        ("USER app:7", "USER 65532:7"),
        ("ONBUILD USER app", "ONBUILD USER 65532:65532"),
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
    assert [one.startswith("blocks: ") for one in refused] == [True]


def test_names_copied_in_leave_the_run_refused() -> None:
    text = 'RUN useradd app\nCOPY --from=x /etc/passwd /etc/passwd\nUSER app\nCMD ["a.js"]'
    found, refused = line(text, "node-distroless")
    assert found == text
    assert len(refused) == 1


def test_programs_that_were_copied_may_run_in_exec_form() -> None:
    assert line('RUN ["/app/x"]\nCMD ["a.js"]', "node-distroless")[1] == ()
    for words in ('["/bin/sh", "-c", "x"]', '["x"]', '["/usr/bin/env", "x"]'):
        assert len(line(f'RUN {words}\nCMD ["a.js"]', "node-distroless")[1]) == 1


def test_onbuild_without_a_shell_blocks_nothing() -> None:
    result = rewritten('FROM node:22\nONBUILD RUN x\nCMD ["a.js"]\n', "node-distroless")
    assert [one.blocking for one in result.refusals] == [False]
