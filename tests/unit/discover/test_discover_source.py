"""What the application's code calls, and what starts it."""

from pathlib import Path

import pytest
from repositories import discovered, write

from stepdown.discover import source
from stepdown.model.plan import Clue, Trait

S, P = Trait.SHELL, Trait.PROGRAM


def _clues(root: Path, name: str, text: str, dockerfile: str = "") -> tuple[Clue, ...]:
    return source.clues(write(root, {name: text}), dockerfile)[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import subprocess\nsubprocess.run(['git', 'log'])\n", [(P, "git", 2)]),
        ("import subprocess as s\ns.check_output('ls -l', shell=True)\n", [(S, "ls", 2)]),
        ("from subprocess import run\n\nrun(('ps',))\n", [(P, "ps", 3)]),
        ("from subprocess import run\nrun(command)\n", []),
        ("import subprocess\nsubprocess.run(f'tar -x {x}', shell=True)\n", [(S, "tar", 2)]),
        ("import subprocess\nsubprocess.run([sys.executable, 'x'])\n", []),
        ("import os\nos.system('date')\nos.popen(x)\n", [(S, "date", 2), (S, "", 3)]),
        ("import subprocess\nsubprocess.getoutput('uname -a')\n", [(S, "uname", 2)]),
        ("from asyncio import create_subprocess_exec as c\nc('gs', '-i')\n", [(P, "gs", 2)]),
        ("import asyncio\nasyncio.create_subprocess_shell('a b')\n", [(S, "a", 2)]),
        ("# os.system('x')\nx = \"os.system('y')\"\n", []),
        ("class A:\n  def run(self): self.system('x'); run('y')\n", []),
        ("from zoneinfo import ZoneInfo\nZoneInfo('Europe/Rome')\nZoneInfo('UTC')\n", [
            (Trait.ZONE, "Europe/Rome", 2)]),
        ("import locale\nlocale.setlocale(locale.LC_ALL, 'de_DE.UTF-8')\n", [
            (Trait.LOCALE, "de_DE.UTF-8", 2)]),
        ("import locale\nlocale.setlocale(locale.LC_ALL, '')\n", []),
        ("import ctypes.util\nctypes.util.find_library('magic')\n", [
            (Trait.FIND_LIBRARY, "magic", 2)]),
        ("from ctypes.util import find_library\nfind_library('c')\n", [
            (Trait.FIND_LIBRARY, "c", 2)]),
        ("now.strftime('%Y-%k')\nnow.strftime('%H:%M %-d')\n", [(Trait.STRFTIME, "%k", 1)]),
        ("import os\nos.system('x'\n", []),
        ("import os\nos.system('\\d')\n", [(S, "\\d", 2)]),
        ("import os\nos.system(" + "(" * 5_000, []),
        ("import os\nos.system(" + "a + " * 2_000 + "a)\n", [(S, "", 2)]),
        ("import os\nos.system(" + "-" * 50_000 + "1)\n", []),
    ],
)  # fmt: skip
def test_python(tmp_path: Path, text: str, found: list[tuple[Trait, str, int]]) -> None:
    clues = _clues(tmp_path, "app/main.py", text)
    assert [(c.trait, c.subject, c.line) for c in clues] == found


CHILD = "const { exec, execSync, spawn } = require('child_process');\n"


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.js", CHILD + "exec(`git log ${x}`, done);\n", [(S, "git", 2)]),
        ("a.js", CHILD + "const m = /x/.exec('y');\nre.exec('z')\n", []),
        ("a.ts", "import cp from 'child_process';\ncp.execSync('ps aux');\n", [(S, "ps", 2)]),
        ("a.mjs", CHILD + "const run = promisify(exec);\n", [(S, "", 2)]),
        ("a.js", CHILD + "spawn('convert', args);\n", [(P, "convert", 2)]),
        ("a.js", CHILD + "spawn('npm', ['x'], { shell: true });\n", [(S, "npm", 2)]),
        ("a.js", CHILD + "// exec('x')\n * exec('y')\n", []),
        ("a.js", "exec('x')\n", []),
        ("a.js", "import {execa} from 'execa';\nawait execa('ffmpeg', []);\n", [(P, "ffmpeg", 2)]),
        ("a.go", 'import "os/exec"\nexec.CommandContext(ctx, "git", "log")\n', [(P, "git", 2)]),
        ("a.go", 'import "os/exec"\nexec.Command(name)\n', []),
        ("a.go", 'import "C"\n', [(Trait.CGO, "C", 1)]),
        ("a.go", 'time.LoadLocation("Asia/Tokyo")\n', [(Trait.ZONE, "Asia/Tokyo", 1)]),
        ("a.c", '#include <x.h>\nint r = system("date +%s");\n', [(S, "date", 2)]),
        ("a.cpp", 'std::system("x"); filesystem("y"); file.system("z");\n', [(S, "x", 1)]),
        ("a.c", 'setlocale(LC_ALL, "de_DE");\nsetlocale(LC_ALL, "");\n', [
            (Trait.LOCALE, "de_DE", 1)]),
        ("a.c", 'strftime(b, 9, "%l:%M %P", t);\n', [(Trait.STRFTIME, "%l", 1)]),
        ("a.c", 'iconv_open("ASCII//TRANSLIT", "UTF-8");\n', [
            (Trait.TRANSLIT, "ASCII//TRANSLIT", 1)]),
        ("a.c", 'execlp("sort", "sort", NULL);\n', [(P, "sort", 1)]),
        ("a.rs", 'Command::new("git").arg("log")\n', [(P, "git", 1)]),
        ("A.java", 'new ProcessBuilder("gs", "-q")\n', [(P, "gs", 1)]),
        ("A.java", 'Runtime.getRuntime().exec("ls -l");\n', [(P, "ls", 1)]),
        ("a.rb", "system('convert a b')\n", [(S, "convert", 1)]),
        ("a.php", "<?php\nshell_exec('ls -l'); $a->exec('SELECT');\n", [(S, "ls", 2)]),
        ("a.php", "glob($d, GLOB_BRACE);\n", [(Trait.GLOB_BRACE, "GLOB_BRACE", 1)]),
    ],
)  # fmt: skip
def test_other_languages(
    tmp_path: Path, name: str, text: str, found: list[tuple[Trait, str, int]]
) -> None:
    clues = _clues(tmp_path, name, text)
    assert [(c.trait, c.subject, c.line) for c in clues] == found


def test_the_line_is_quoted(tmp_path: Path) -> None:
    (clue,) = _clues(tmp_path, "a/b.py", "import os\n\n\nos.system('date')\n")
    assert (clue.place, clue.detail) == ("a/b.py:4", "`os.system('date')`")


@pytest.mark.parametrize(
    "name",
    ["tests/a.py", "a/__tests__/b.js", "node_modules/x/a.js", "vendor/a.go", "dist/a.js",
     "a.test.ts", "a_test.go", "conftest.py", "vite.config.ts", "scripts/release.py", "a.min.js"],
)  # fmt: skip
def test_what_does_not_ship_is_left_out(tmp_path: Path, name: str) -> None:
    text = "import os\nos.system('x')\nrequire('child_process')\nexec('x');\n"
    assert _clues(tmp_path, name, text) == ()


def test_a_folder_that_the_dockerfile_names_ships(tmp_path: Path) -> None:
    text = "import os\nos.system('x')\n"
    assert len(_clues(tmp_path, "scripts/a.py", text, "COPY scripts/ /s/")) == 1


def test_a_few_of_a_kind_are_enough(tmp_path: Path) -> None:
    files = {f"m{n:02}.py": f"import os\nos.system('p{n % 8}')\n" * 5 for n in range(40)}
    clues, _ = source.clues(write(tmp_path, files), "")
    assert len(clues) == 12
    assert [c.subject for c in clues[:4]] == ["p0", "p0", "p0", "p1"]


def test_go_programs_that_carry_time_zones(tmp_path: Path) -> None:
    files = {
        "a.go": 'time.LoadLocation("Asia/Tokyo")\n', "b.go": 'import _ "time/tzdata"\n'
    }  # fmt: skip
    assert source.clues(write(tmp_path, files), "")[0] == ()


def test_python_programs_that_carry_time_zones(tmp_path: Path) -> None:
    files = {"a.py": "import zoneinfo\nzoneinfo.ZoneInfo('Asia/Tokyo')\n"}
    text = "FROM python:3.13\nCOPY . .\n"
    assert len(discovered(tmp_path, files, text).clues) == 1
    carried = {**files, "requirements.txt": "tzdata\n"}
    assert discovered(tmp_path / "b", carried, text).clues == ()


def test_what_cannot_be_scanned_is_told(tmp_path: Path) -> None:
    files = {
        "a.py": b"\0" * 100, "b.js": b"x" * 600_000, "c.py": b"import os\nos.system('\xff')\n"
    }  # fmt: skip
    clues, notes = source.clues(write(tmp_path, files), "")
    assert notes == ("2 source files were not scanned: too large, too many, or no text.",)
    assert [clue.file for clue in clues] == ["c.py"]


ENTRY = """\
#!/usr/bin/env bash
set -euo pipefail
wait_for() { sleep 1; }
# pg_isready is not called here
echo is-pg_isready-there
until pg_isready -h db; do wait_for; done
envsubst < a > b
exec gosu app "$@"
"""


def test_the_script_that_starts_the_image(tmp_path: Path) -> None:
    text = 'FROM node:24\nCOPY . .\nENTRYPOINT ["/usr/local/bin/entry.sh"]\nCMD ["node", "x.js"]\n'
    files = {"docker/entry.sh": ENTRY, "x.js": "1\n"}
    clues = discovered(tmp_path, files, text).clues
    assert [(c.trait, c.subject, c.line) for c in clues] == [
        (Trait.SCRIPT, "bash", 1),
        (P, "sleep", 3),
        (P, "pg_isready", 6),
        (P, "envsubst", 7),
        (P, "gosu", 8),
    ]
    assert {clue.file for clue in clues} == {"docker/entry.sh"}


def test_of_scripts_with_one_name_the_one_whose_path_fits(tmp_path: Path) -> None:
    text = "FROM node:24\nCMD ./bin/start\n"
    files = {"start": "#!/bin/sh\n", "bin/start": "#!/bin/bash\n"}
    clues = discovered(tmp_path, files, text).clues
    assert [(c.subject, c.file) for c in clues] == [("bash", "bin/start")]


@pytest.mark.parametrize(
    "content", [b"\x7fELF\0\0", b"no script", b"", b"#!\n", b"#!/bin/sh\n\xff("]
)
def test_odd_scripts_do_no_harm(tmp_path: Path, content: bytes) -> None:
    text = 'FROM node:24\nENTRYPOINT ["/start"]\n'
    clues = discovered(tmp_path, {"start": content}, text).clues
    assert all(clue.trait is Trait.SCRIPT for clue in clues)
