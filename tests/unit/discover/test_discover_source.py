"""What the application's code calls, and what starts it."""

from collections import Counter
from pathlib import Path

import pytest
from repositories import discovered, write

from stepdown.discover import source
from stepdown.model.facts import Clue, Trait

S, P, C = Trait.SHELL, Trait.PROGRAM, Trait.CALL
# What the tables below are not about.
BESIDE = (Trait.CALL, Trait.MODULE)


def _clues(root: Path, name: str, text: str, dockerfile: str = "") -> tuple[Clue, ...]:
    found = source.clues(write(root, {name: text}), dockerfile)[0]
    return tuple(clue for clue in found if clue.trait not in BESIDE)


def _named(root: Path, name: str, text: str) -> list[tuple[Trait, str]]:
    found = source.clues(write(root, {name: text}), "")[0]
    return [(clue.trait, clue.subject) for clue in found if clue.trait is not Trait.MODULE]


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
        ("import locale\nlocale.setlocale(locale.LC_ALL, '')\n", [(Trait.OWN_LOCALE, "", 2)]),
        ("import locale\nlocale.setlocale(locale.LC_ALL, None)\n", []),
        ("import ctypes.util\nctypes.util.find_library('magic')\n", [
            (Trait.FIND_LIBRARY, "magic", 2)]),
        ("from ctypes.util import find_library\nfind_library('c')\n", [
            (Trait.FIND_LIBRARY, "c", 2)]),
        ("now.strftime('%Y-%k')\nnow.strftime('%H:%M %-d')\n", [(Trait.STRFTIME, "%k", 1)]),
        ("import subprocess\nwords = ['git', 'log']\nsubprocess.run(words)\n", [(P, "git", 3)]),
        (("import subprocess\ndef a():\n  c = ['ps']\n  subprocess.run(c)\n"
         "def b():\n  c: list = ['gs', x]\n  subprocess.run(c)\n"), [(P, "ps", 4), (P, "gs", 7)]),
        ("import subprocess\nsubprocess.run(c)\nc = ['ps']\nc = x\n", []),
        ("import os\nline = f'tar -x {x}'\nos.system(line)\n", [(S, "tar", 3)]),
        ("import os\nos.execvp('bash', ['bash'])\nos.execv(x, [])\n", [(P, "bash", 2)]),
        ("import os\nos.spawnlp(os.P_WAIT, 'ps', 'ps')\n", [(P, "ps", 2)]),
        ("import pty\npty.spawn(['bash', '-i'])\n", [(P, "bash", 2)]),
        ("import pexpect\npexpect.spawn('ssh host')\n", [(P, "ssh", 2)]),
        ("import calendar\ncalendar.LocaleTextCalendar(locale='de_DE')\n", [
            (Trait.LOCALE, "de_DE", 2)]),
        ("import calendar\ncalendar.LocaleTextCalendar(0, 'C')\n", []),
        ("import sys\nsys.setrecursionlimit(9000)\n", [(Trait.STACK, "", 2)]),
        ("import ctypes\nlibc = ctypes.CDLL('libc.so.6')\nlibc.malloc_trim(0)\n", [
            (Trait.LIBRARY, "libc.so.6", 2), (Trait.FUNCTION, "libc.so.6:malloc_trim", 3)]),
        ("from ctypes import CDLL\nCDLL(None).fork()\n", [
            (Trait.LIBRARY, "libc.so.6", 2), (Trait.FUNCTION, "libc.so.6:fork", 2)]),
        (("import ctypes\nfrom ctypes.util import find_library\n"
         "c = ctypes.CDLL(find_library('c'))\nc.a()\nctypes.CDLL(find_library('x')).b()\n"), [
            (Trait.FIND_LIBRARY, "c", 3), (Trait.FIND_LIBRARY, "x", 5),
            (Trait.LIBRARY, "libc.so.6", 3), (Trait.FUNCTION, "libc.so.6:a", 4)]),
        (("import ctypes\nc = ctypes.CDLL('libc.so.6')\n"
         "if hasattr(c, 'a'): c.a()\ntry: c.b()\nexcept (OSError, AttributeError): c.d()\n"), [
            (Trait.LIBRARY, "libc.so.6", 2), (Trait.FUNCTION, "libc.so.6:d", 5)]),
        ("import ctypes\nctypes.CDLL()\nctypes.CDLL(name)\n", []),
        ("import sqlite3\nd.execute('SELECT soundex(a) FROM t')\n", [
            (Trait.QUERY, "SOUNDEX", 2)]),
        ("import sqlite3\nd.execute('DELETE FROM t ORDER BY a LIMIT 5')\n", [
            (Trait.QUERY, "ENABLE_UPDATE_DELETE_LIMIT", 2)]),
        ("import sqlite3\nd.execute('DELETE FROM t WHERE a IN (SELECT a FROM t LIMIT 5)')\n", []),
        ("try: f()\nexcept OSError as e:\n  'Name or service not known' in str(e)\n", [
            (Trait.WORDING, "Name or service not known", 3)]),
        ("import os\nos.system('x'\n", []),
        ("import os\nprint(f'{f('x')}')\ndef g[T](x: T):\n  os.system('y')\n", [(S, "y", 4)]),
        ("import os\n" + "print 'x'\n" * 30 + "os.system('y')\n", []),
        ("import os\nos.system('y')\nx = '\0'\n", []),
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
        ("a.c", "int n = backtrace(frames, 16);\nmy_backtrace(1);\n", [
            (Trait.LIBRARY, "libgcc_s.so.1", 1)]),
        ("a.c", 'wordexp("a $(id -u)", &w, 0);\nwordexp("~/a", &w, 0);\n', [(S, "id", 1)]),
        ("a.cpp", 'std::system("x"); filesystem("y"); file.system("z");\n', [(S, "x", 1)]),
        ("a.c", 'setlocale(LC_ALL, "de_DE");\nsetlocale(LC_ALL, "");\n', [
            (Trait.LOCALE, "de_DE", 1), (Trait.OWN_LOCALE, "", 2)]),
        ("a.c", 'strftime(b, 9, "%l:%M %P", t);\n', [(Trait.STRFTIME, "%l", 1)]),
        ("a.c", 'iconv_open("ASCII//TRANSLIT", "UTF-8");\n', [
            (Trait.TRANSLIT, "ASCII//TRANSLIT", 1)]),
        ("a.c", 'execlp("sort", "sort", NULL);\n', [(P, "sort", 1)]),
        ("a.c", ("pthread_create(&t, 0, f, 0);\n  char b[512 * 1024];\n  int c[80];\n"
         "  static char d[1 << 20];\n"), [(Trait.STACK, "b", 2)]),
        ("a.c", 'iconv_open("UTF-8", "IBM037");\n', [(Trait.CHARSET, "IBM037", 1)]),
        ("a.c", 'while ((c = getopt(argc, argv, "o:v")) != -1)\n', [(Trait.OPTIONS, "o:v", 1)]),
        ("a.c", 'getopt(argc, argv, "+v"); getopt_long(argc, argv, "v", o, 0);\n', []),
        ("a.c", 'execvp("git", args);\nposix_spawnp(&p, "ps", 0);\n', [
            (P, "git", 1), (P, "ps", 2)]),
        ("a.mjs", "import { execFile as go } from 'node:child_process';\ngo('git', []);\n", [
            (P, "git", 2)]),
        ("a.js", CHILD + "const run = util.promisify(spawn);\nawait run('ps', []);\n", [
            (P, "ps", 3)]),
        ("a.js", CHILD + "const tool = 'gs';\nspawn(tool, args);\nspawn(other, args);\n", [
            (P, "gs", 3)]),
        ("a.js", CHILD + "let tool = 'gs';\ntool = 'x';\nlet t = 'a';\nvar t = 'b';\nspawn(t)\n",
         []),
        ("a.go", 'import "os/exec"\nconst tool = "git"\nexec.Command(tool, "log")\n', [
            (P, "git", 3)]),
        ("a.go", 'import "os/exec"\na := []string{"ps", "x"}\nexec.Command(a[0], a[1:]...)\n', [
            (P, "ps", 3)]),
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
    kinds = Counter(clue.trait for clue in clues)
    assert kinds == {S: 24, Trait.CALL: 24, Trait.MODULE: 3}
    many = {f"m{n:03}.py": f"import os\nos.getenv('V{n}')\n" for n in range(150)}
    clues, _ = source.clues(write(tmp_path / "many", many), "")
    assert Counter(clue.trait for clue in clues)[Trait.VARIABLE] == 100


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import subprocess\nsubprocess.run(['date', '+%N', x])\n", (C, 'date +%N "$x"')),
        ("import os\nos.system(f'du {x}/y | sort -h')\n", (C, "du $x/y | sort -h")),
        ("import asyncio\nasyncio.create_subprocess_exec('gs', '-q')\n", (C, "gs -q")),
        ("import os\nos.environ['MODE']\n", (Trait.VARIABLE, "MODE")),
        ("import os\nos.environ.get('MODE')\n", (Trait.VARIABLE, "MODE")),
        ("from os import getenv\ngetenv('MODE')\n", (Trait.VARIABLE, "MODE")),
        ("import pwd\npwd.getpwnam('www-data')\n", (Trait.ACCOUNT, "www-data")),
        ("import tempfile\ntempfile.mkdtemp()\n", (Trait.SCRATCH, "")),
        ("from pathlib import Path\nPath.home()\n", (Trait.HOME, "")),
        ("import getpass\ngetpass.getuser()\n", (Trait.PERSON, "")),
        ("import mimetypes\nmimetypes.guess_type('a.epub')\n", (Trait.MEDIA, "a.epub")),
        ("import ssl\nssl.create_default_context()\n", (Trait.ROOTS, "")),
        ("import socket\nsocket.getservbyname('smtp')\n", (Trait.SERVICES, "smtp")),
        ("open('a.json', 'w')\n", (Trait.WRITES, "a.json")),
        ("BOOK = 'a.json'\nopen(BOOK, mode='a')\n", (Trait.WRITES, "a.json")),
        ("import os\nos.makedirs('data')\n", (Trait.WRITES, "data")),
        ("open(f'up/{name}.txt', 'w')\n", (Trait.WRITES, "up")),
        ("import os\nopen(os.path.join('up', name), 'ab')\n", (Trait.WRITES, "up")),
        (
            "import os\nUP = os.getenv('UP', './up')\nos.makedirs(UP)\n",
            (Trait.WRITES, "${UP:-./up}"),
        ),
        (
            "from pathlib import Path\nUP = Path(__file__).parent / 'up'\n(UP / x).touch()\n",
            (Trait.WRITES, "$HERE/up"),
        ),
        (
            "from pathlib import Path\nUP = Path(__file__).parent.parent\n(UP / 'a').open('w')\n",
            (Trait.WRITES, "$HERE/../a"),
        ),
        (
            "import os\nopen(os.path.dirname(__file__) + '/a.log', 'a')\n",
            (Trait.WRITES, "$HERE/a.log"),
        ),
        ("import signal\nsignal.SIGCLD\n", (Trait.CONSTANT, "signal.SIGCLD")),
        ("from cffi import FFI\nFFI().dlopen('libz.so.1')\n", (Trait.LIBRARY, "libz.so.1")),
        ("from zoneinfo import ZoneInfo\nZoneInfo(name)\n", (Trait.ZONE, "")),
        ("import zoneinfo\nzoneinfo.available_timezones()\n", (Trait.ZONE, "")),
        ("import shutil\nshutil.which('git')\n", (C, "git")),
        ("import curses\ncurses.setupterm('xterm')\n", (Trait.TERMINAL, "xterm")),
        ("import shutil\nshutil.copy(x, 'up/a')\n", (Trait.WRITES, "up/a")),
        ("ZONE = 'Europe/Berlin'\n", (Trait.ZONE, "Europe/Berlin")),
        ("FONTS = '/usr/share/fonts/'\n", (Trait.PATH, "/usr/share/fonts")),
    ],
)
def test_what_python_asks_the_system_for(
    tmp_path: Path, text: str, found: tuple[Trait, str]
) -> None:
    assert found in _named(tmp_path, "app/main.py", text)


@pytest.mark.parametrize(
    "text",
    [
        "from urllib.request import urlopen\nurlopen('http://a/')\n",
        "import pytz\nZONE = pytz.timezone('Europe/Berlin')\n",
        "def f():\n    '/usr/share/fonts'\n",
        "ROUTE = '/api/v1/users'\n",
        "open('a.json')\n",
        "import sqlite3\nsqlite3.connect(':memory:')\n",
        "now.strftime('100%%P %-d')\n",
    ],
)
def test_what_python_does_not_ask_the_system_for(tmp_path: Path, text: str) -> None:
    assert _named(tmp_path, "app/main.py", text) == []


def test_modules_are_told_wherever_they_are_imported(tmp_path: Path) -> None:
    text = "import os.path\n\ndef f():\n    from dbm.gnu import open\n    from . import x\n"
    clues, _ = source.clues(write(tmp_path, {"a.py": text}), "")
    assert [clue.subject for clue in clues if clue.trait is Trait.MODULE] == ["os.path", "dbm.gnu"]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.js", CHILD + "execSync('ps -o rss=');\n", (C, "ps -o rss=")),
        ("a.js", CHILD + "spawn('grep', ['-P', \"a b\", x]);\n", (C, "grep -P 'a b' \"$x\"")),
        ("a.mjs", "const mode = process.env.MODE;\n", (Trait.VARIABLE, "MODE")),
        ("a.mjs", "import { homedir } from 'os';\nhomedir();\n", (Trait.HOME, "")),
        ("a.mjs", "join(os.tmpdir(), 'x');\n", (Trait.SCRATCH, "")),
        ("a.mjs", "import 'fs';\nwriteFileSync('a.json', x);\n", (Trait.WRITES, "a.json")),
        (
            "a.js",
            "fs.writeFile(path.join(__dirname, 'up', name), x);\n",
            (Trait.WRITES, "$HERE/up"),
        ),
        (
            "a.js",
            "fs\nconst up = `up/in`;\nmkdir(path.resolve(up, 'a'));\n",
            (Trait.WRITES, "up/in/a"),
        ),
        (
            "a.js",
            "fs\nconst up = process.env.UP || './up';\nmkdirSync(up);\n",
            (Trait.WRITES, "${UP:-./up}"),
        ),
        ("a.js", "fs.appendFile(`log/${day}.log`, x);\n", (Trait.WRITES, "log")),
        ("a.js", "fs;multer({ storage, dest: 'up/' });\n", (Trait.WRITES, "up/")),
        ("a.go", 'os.MkdirAll("data", 0o755)\n', (Trait.WRITES, "data")),
        ("a.c", 'fopen("a.log", "a");\n', (Trait.WRITES, "a.log")),
        ("a.go", 'os.Create(filepath.Join("up", name))\n', (Trait.WRITES, "up")),
        ("a.go", "time.LoadLocation(name)\n", (Trait.ZONE, "")),
        ("a.c", 'dlopen("libz.so.1", RTLD_NOW);\n', (Trait.LIBRARY, "libz.so.1")),
        ("a.c", "hints.ai_flags = AI_IDN;\n", (Trait.LIBRARY, "libidn2.so.0")),
        ("a.c", "pthread_exit(NULL);\n", (Trait.LIBRARY, "libgcc_s.so.1")),
        ("a.js", "koffi.load('libz.so.1');\n", (Trait.LIBRARY, "libz.so.1")),
        ("a.go", 'purego.Dlopen("libz.so.1", 2)\n', (Trait.LIBRARY, "libz.so.1")),
        ("a.rs", 'Library::new("libz.so.1")\n', (Trait.LIBRARY, "libz.so.1")),
        ("A.java", 'System.loadLibrary("z");\n', (Trait.LIBRARY, "libz.so")),
        ("a.php", "<?php FFI::cdef('', 'libz.so.1');\n", (Trait.LIBRARY, "libz.so.1")),
        ("a.mjs", "const f = '/etc/mime.types';\n", (Trait.PATH, "/etc/mime.types")),
        ("a.go", 'import "os/exec"\nexec.Command("gzip", "-c", name)\n', (C, 'gzip -c "$x"')),
        ("a.go", 'os.Getenv("MODE")\n', (Trait.VARIABLE, "MODE")),
        ("a.go", 'import "os/user"\nuser.Lookup("nobody")\n', (Trait.ACCOUNT, "nobody")),
        ("a.go", 'http.Get("https://a/")\n', (Trait.ROOTS, "")),
        ("a.go", 'net.Dial("tcp", "mail:submission")\n', (Trait.SERVICES, "submission")),
        ("a.go", 'os.CreateTemp("", "x")\n', (Trait.SCRATCH, "")),
        ("a.go", 'const zone = "Europe/Berlin"\n', (Trait.ZONE, "Europe/Berlin")),
        ("a.c", 'strptime(t, "%H %z", &when);\n', (Trait.STRPTIME, "%z")),
        ("a.c", 'printf("%Ld", sum);\n', (Trait.PRINTF, "%Ld")),
        ("a.c", 'regcomp(&re, "a{,3}", 0);\n', (Trait.REGEX, "{,3}")),
        ("app.ini", "[log]\nfile = /var/log/app.log\n", (Trait.PATH, "/var/log/app.log")),
    ],
)
def test_what_others_ask_the_system_for(
    tmp_path: Path, name: str, text: str, found: tuple[Trait, str]
) -> None:
    assert found in _named(tmp_path, name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.mjs", "const zone = 'Europe/Berlin';\n"),
        ("pyproject.toml", "path = '/usr/share/x'\n"),
        (".github/a.ini", "path = /usr/share/x\n"),
        ("a.go", '// os.Getenv("X")\n'),
    ],
)
def test_what_others_do_not_ask_the_system_for(tmp_path: Path, name: str, text: str) -> None:
    assert _named(tmp_path, name, text) == []


def test_go_programs_that_carry_time_zones(tmp_path: Path) -> None:
    files = {
        "a.go": 'time.LoadLocation("Asia/Tokyo")\n', "b.go": 'import _ "time/tzdata"\n'
    }  # fmt: skip
    assert source.clues(write(tmp_path, files), "")[0] == ()


def test_python_programs_that_carry_time_zones(tmp_path: Path) -> None:
    files = {"a.py": "import zoneinfo\nzoneinfo.ZoneInfo('Asia/Tokyo')\n"}
    text = "FROM python:3.13\nCOPY . .\n"
    zones = [c for c in discovered(tmp_path, files, text).clues if c.trait is Trait.ZONE]
    assert [zone.line for zone in zones] == [2]
    carried = discovered(tmp_path / "b", {**files, "requirements.txt": "tzdata\n"}, text).clues
    assert [clue for clue in carried if clue.trait is Trait.ZONE] == []


def test_what_cannot_be_scanned_is_told(tmp_path: Path) -> None:
    files = {
        "a.py": b"\0" * 100, "b.js": b"x" * 600_000, "c.py": b"import os\nos.system('\xff')\n"
    }  # fmt: skip
    clues, notes = source.clues(write(tmp_path, files), "")
    assert notes == ("2 source files were not scanned: too large, too many, or no text.",)
    assert {clue.file for clue in clues} == {"c.py"}


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
    assert [(c.trait, c.subject, c.line) for c in clues if c.trait is not C] == [
        (Trait.SCRIPT, "bash", 1),
        (P, "sleep", 3),
        (P, "pg_isready", 6),
        (P, "envsubst", 7),
        (P, "gosu", 8),
    ]
    assert {clue.file for clue in clues} == {"docker/entry.sh"}
    assert (C, "pg_isready -h db", 6) in [(c.trait, c.subject, c.line) for c in clues]


def test_other_scripts_tell_what_they_call_and_name(tmp_path: Path) -> None:
    text = "#!/bin/sh\n# /usr/share/none\nTZ=Europe/Berlin date -d now > $LOG\ncat /etc/motd\n"
    files = {"backup.sh": text, "bin/clean": "#!/bin/bash\nrm -r /tmp/x\n", "a.py": "1\n"}
    clues = discovered(tmp_path, files, 'FROM node:24\nCMD ["node"]\n').clues
    assert [(clue.trait, clue.subject, clue.place) for clue in clues] == [
        (C, "date -d now", "backup.sh:3"),
        (C, "cat /etc/motd", "backup.sh:4"),
        (Trait.ZONE, "Europe/Berlin", "backup.sh:3"),
        (Trait.PATH, "/etc/motd", "backup.sh:4"),
        (Trait.VARIABLE, "LOG", "backup.sh:3"),
        (C, "rm -r /tmp/x", "bin/clean:2"),
        (Trait.PATH, "/tmp/x", "bin/clean:2"),
    ]


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
    assert all(clue.trait in (Trait.SCRIPT, C) for clue in clues)


def test_a_module_that_is_started(tmp_path: Path) -> None:
    text = "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'pip', 'list'])\n"
    found = source.clues(write(tmp_path, {"app/main.py": text}), "")[0]
    assert {clue.subject for clue in found if clue.trait is Trait.MODULE} >= {"pip"}
