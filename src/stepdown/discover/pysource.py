"""What a Python module calls that a smaller image may lack, read from its syntax tree."""

import ast
import re
import warnings
from collections.abc import Iterator
from shlex import quote

from stepdown.discover import literals, pylibraries, pypaths
from stepdown.model.facts import Clue, Trait

# A module without any of these is not parsed.
_CALLS = re.compile(
    r"\b(?:subprocess|shutil\.which|which|create_subprocess_\w+|ZoneInfo|available_timezones|setlocale|find_library|getpwnam|getpwuid"
    r"|getgrnam|getuser|getlogin|environ|getenv|tempfile|guess_\w+|create_default_context|urlopen"
    r"|HTTPSConnection|ctypes|curses|execl\w*|execv\w*|spawn\w*|posix_spawnp?|pexpect|sqlite3|gaierror"
    r"|setrecursionlimit|Locale(?:Text|HTML)Calendar|OSError|error|(?:FTP|IMAP4|POP3|SMTP)_(?:SSL|TLS)|getservby\w+|getprotobyname|dlopen"
    r"|O_FSYNC|PIDFD_NONBLOCK|POSIX_SPAWN_CLOSEFROM|RTLD_DEEPBIND|RLIMIT_OFILE|SIGCLD|fcntl|termios)\b"
    r"|\b(?:popen|system|strftime|expanduser|home|makedirs|mkdir|\w*FileHandler|connect)\("
    r"|import (?:popen|system)\b|[\"'](?:/[\w.-]+/|[A-Z][a-z]+/[A-Z])"
    r"|\b(?:copy(?:2|file|tree)?|move|open|touch|write_bytes|write_text)\("
)
_IMPORT = re.compile(r"^[ \t]*(?:import|from)[ \t]+([A-Za-z_][\w.]*)", re.MULTILINE)
# What these packages know of time zones they bring themselves.
_OWN_ZONES = re.compile(r"\b(?:pytz|dateutil|pendulum)\b")
_RUNNERS = frozenset(("run", "call", "check_call", "check_output", "Popen"))
_SHELL_CALLS = frozenset(
    (
        "asyncio.create_subprocess_shell",
        "os.popen",
        "os.system",
        "subprocess.getoutput",
        "subprocess.getstatusoutput",
    )
)
# Where the program is among the arguments of what starts it: a text, a list, or a command line.
_STARTS = {
    "os.execl": 1, "os.execle": 1, "os.execlp": 1, "os.execlpe": 1, "os.execv": 1, "os.execve": 1,
    "os.execvp": 1, "os.execvpe": 1, "os.posix_spawn": 1, "os.posix_spawnp": 1, "pty.spawn": 0,
    "os.spawnl": 2, "os.spawnle": 2, "os.spawnlp": 2, "os.spawnlpe": 2, "os.spawnv": 2,
    "os.spawnve": 2, "os.spawnvp": 2, "os.spawnvpe": 2, "pexpect.run": 0, "pexpect.spawn": 0,
}  # fmt: skip
_LEFT_OUT = 20  # lines
_CALENDARS = frozenset(("calendar.LocaleHTMLCalendar", "calendar.LocaleTextCalendar"))
# What asks the system for something, by the trait that says what.
_ASKS = {
    Trait.PERSON: ("getpass.getuser", "os.getlogin", "pwd.getpwuid"),
    Trait.HOME: ("os.path.expanduser", "pathlib.Path.home"),
    Trait.SCRATCH: (
        "tempfile.NamedTemporaryFile", "tempfile.SpooledTemporaryFile", "tempfile.TemporaryFile",
        "tempfile.TemporaryDirectory", "tempfile.gettempdir", "tempfile.mkdtemp",
        "tempfile.mkstemp",
    ),
    Trait.MEDIA: (
        "mimetypes.guess_all_extensions", "mimetypes.guess_extension", "mimetypes.guess_type",
        "mimetypes.guess_file_type",
    ),
    Trait.ROOTS: (
        "ftplib.FTP_TLS", "http.client.HTTPSConnection", "imaplib.IMAP4_SSL", "poplib.POP3_SSL",
        "smtplib.SMTP_SSL", "ssl.create_default_context", "urllib.request.urlopen",
    ),
    Trait.STACK: ("sys.setrecursionlimit",),
    Trait.TERMINAL: ("curses.initscr", "curses.setupterm", "curses.wrapper"),
    Trait.SERVICES: (
        "socket.getprotobyname", "socket.getservbyname", "socket.getservbyport",
    ),
}  # fmt: skip
# What looks up the name that is its first argument.
_NAMES = {
    "ctypes.util.find_library": Trait.FIND_LIBRARY, "grp.getgrnam": Trait.ACCOUNT,
    "os.environ.get": Trait.VARIABLE, "os.getenv": Trait.VARIABLE, "pwd.getpwnam": Trait.ACCOUNT,
}  # fmt: skip
# What makes the file or folder that is its first argument.
_MAKERS = frozenset(
    ("logging.FileHandler", "logging.handlers.RotatingFileHandler", "os.makedirs", "os.mkdir",
     "shelve.open", "sqlite3.connect")
)  # fmt: skip
_WRITING = re.compile(r"[wax]")
_ASKED = {name: trait for trait, names in _ASKS.items() for name in names}
_EMPTY_ON_MUSL = re.compile(r"(?<!%)(?:%%)*(?P<subject>%[-_0]?[Pkl]|%[\^#][A-Za-z])")
_C_LOCALES = frozenset(("C", "POSIX", "C.UTF-8", "C.utf8"))


def calls(text: str) -> bool:
    """Tell whether a module may call anything of interest."""
    return _CALLS.search(text) is not None


def modules(text: str, file: str) -> Iterator[Clue]:
    """Yield what the module imports, wherever in it."""
    for match in _IMPORT.finditer(text):
        line = text.count("\n", 0, match.start(1)) + 1
        yield Clue(
            trait=Trait.MODULE, subject=match[1], file=file, line=line,
            detail=f"`{match[0].strip()[:80]}`", language="python",
        )  # fmt: skip


def clues(text: str, file: str) -> Iterator[Clue]:
    """Yield what the module calls; nothing where it does not parse."""
    tree = _tree(text)
    nodes = tuple(ast.walk(tree)) if tree else ()
    names, lines = _imported(nodes), re.split(r"\r\n?|\n", text)
    own = _OWN_ZONES.search(text) is not None
    seen: set[tuple[int, Trait, str]] = set()
    for node, trait, subject in _found(nodes, names):
        again = (node.lineno, trait, subject) in seen
        seen.add((node.lineno, trait, subject))
        if not again and not (own and trait is Trait.ZONE):
            detail = f"`{lines[node.lineno - 1].strip()[:80]}`"
            yield Clue(
                trait=trait, subject=subject, file=file, line=node.lineno, detail=detail,
                language="python",
            )  # fmt: skip


def _tree(text: str) -> ast.Module | None:
    """Parse a module without the few lines that are newer, or older, than this Python."""
    lines, left = re.split(r"\r\n?|\n", text), set[int]()
    while len(left) <= _LEFT_OUT:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of the module's own invalid escapes
                return ast.parse("\n".join(lines))
        except SyntaxError as error:
            at = (error.lineno or 0) - 1
            if at in left or not 0 <= at < len(lines):
                return None
            left.add(at)
            whole = lines[at]
            indent = whole[: len(whole) - len(whole.lstrip())]
            lines[at] = indent + ("if True:" if whole.rstrip().endswith(":") else "pass")
        except (ValueError, RecursionError, MemoryError):
            return None
    return None


def _found(
    nodes: tuple[ast.AST, ...], names: dict[str, str]
) -> Iterator[tuple[ast.expr, Trait, str]]:
    fixed, lists = _constants(nodes), _lists(nodes)
    places = pypaths.Places(nodes, lambda func: _called(func, names))
    prose = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Call):
            name, whole = _called(node.func, names), _filled(node, fixed, lists)
            for trait, subject in (*_judged(name, whole), *_written(name, node, places)):
                yield node, trait, subject
        elif isinstance(node, ast.Subscript) and _called(node.value, names) == "os.environ":
            if name := _text(node.slice):
                yield node, Trait.VARIABLE, name
        elif isinstance(node, ast.Constant) and id(node) not in prose:
            text = _text(node)
            for trait, subject in (*literals.named(text), *literals.said(text)):
                yield node, trait, subject
    yield from pylibraries.found(nodes, lambda func: _called(func, names))


def _constants(nodes: tuple[ast.AST, ...]) -> dict[str, ast.expr]:
    """Return the values of names that are given a text just once: `CACHE = "/var/cache/app"`."""
    given: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            given.setdefault(node.targets[0].id, []).append(node.value)
    return {name: found[0] for name, found in given.items() if len(found) == 1 and _text(found[0])}


def _lists(nodes: tuple[ast.AST, ...]) -> dict[str, list[ast.expr]]:
    """Return what names are given as lists, f-strings and texts: words of command lines."""
    given: dict[str, list[ast.expr]] = {}
    for node in nodes:
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        words = isinstance(value, (ast.List, ast.Tuple, ast.JoinedStr)) or (value and _text(value))
        if value and words and isinstance(target, ast.Name):
            given.setdefault(target.id, []).append(value)
    return given


def _filled(
    call: ast.Call, fixed: dict[str, ast.expr], lists: dict[str, list[ast.expr]]
) -> ast.Call:
    """Return the call with names replaced by their values.

    That is the value of a constant, or the list that the name was given last above the call.
    """
    args = [_value(arg, call, fixed, lists) for arg in call.args]
    return ast.Call(func=call.func, args=args, keywords=call.keywords)


def _value(
    arg: ast.expr, call: ast.Call, fixed: dict[str, ast.expr], lists: dict[str, list[ast.expr]]
) -> ast.expr:
    if not isinstance(arg, ast.Name):
        return arg
    above = [one for one in lists.get(arg.id, ()) if one.lineno <= call.lineno]
    near = max(above, key=lambda one: one.lineno, default=None)
    starts = isinstance(near, (ast.List, ast.Tuple, ast.JoinedStr))
    return fixed.get(arg.id) or (near if near is not None and starts else arg)


def _imported(nodes: tuple[ast.AST, ...]) -> dict[str, str]:
    """Return the full names behind the names that the module imports."""
    names: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {one.asname or one.name: one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return names


def _called(func: ast.expr, names: dict[str, str]) -> str:
    """Return the full name of what is called, empty where it is no plain name."""
    parts: list[str] = []
    while isinstance(func, ast.Attribute):
        parts.insert(0, func.attr)
        func = func.value
    if not isinstance(func, ast.Name):
        return f"?.{parts[-1]}" if parts else ""
    return ".".join((names.get(func.id, func.id), *parts))


def _judged(name: str, call: ast.Call) -> Iterator[tuple[Trait, str]]:
    module, _, function = name.rpartition(".")
    first = _words(call.args[0]) if call.args else ""
    runs = module == "subprocess" and function in _RUNNERS
    shell = any(k.arg == "shell" and _true(k.value) for k in call.keywords)
    if runs:
        yield from _as_module(call)
    if name in _SHELL_CALLS or (runs and shell):
        yield Trait.SHELL, first
    elif first and (runs or name == "asyncio.create_subprocess_exec"):
        yield Trait.PROGRAM, first
    elif name in _STARTS:
        yield from _started(call.args[max(_STARTS[name] - 1, 0) :])
        return
    elif name == "shutil.which" and first:
        yield Trait.CALL, first
        return
    else:
        yield from _asked(name, call)
        return
    words = call.args if name.startswith("asyncio.") else call.args[:1]
    if line := " ".join(_line(word) for word in words):
        yield Trait.CALL, line


def _as_module(call: ast.Call) -> Iterator[tuple[Trait, str]]:
    """Yield the module of `[sys.executable, "-m", "pip"]`."""
    words = call.args[0].elts if call.args and isinstance(call.args[0], ast.List) else []
    texts = [_text(word) for word in words[1:3]]
    if texts[:1] == ["-m"] and len(texts) > 1 and texts[1]:
        yield Trait.MODULE, texts[1]


def _started(args: list[ast.expr]) -> Iterator[tuple[Trait, str]]:
    """Yield the program that a call of os.exec* and the like starts, its own name left out."""
    if args and (program := _words(args[0])):
        yield Trait.PROGRAM, program
        yield Trait.CALL, _line(args[0])


def _asked(name: str, call: ast.Call) -> Iterator[tuple[Trait, str]]:
    strings = [text for text in map(_text, call.args) if text]
    if name in _NAMES:
        yield from ((_NAMES[name], text) for text in strings[:1])
    elif name in _ASKED:
        if name != "urllib.request.urlopen" or not strings or strings[0].startswith("https:"):
            yield _ASKED[name], strings[0] if strings else ""
    elif name == "zoneinfo.ZoneInfo" and call.args and strings[:1] != ["UTC"]:
        yield Trait.ZONE, strings[0] if strings else ""
    elif name == "zoneinfo.available_timezones":
        yield Trait.ZONE, ""
    elif name in _CALENDARS:
        named = [_text(k.value) for k in call.keywords if k.arg == "locale"] + strings
        yield from ((Trait.LOCALE, one) for one in named[:1] if one not in _C_LOCALES)
    elif name == "locale.setlocale" and len(call.args) > 1 and not _none(call.args[1]):
        asked = strings[0] if strings else ""
        if asked not in _C_LOCALES:
            yield (Trait.LOCALE if asked else Trait.OWN_LOCALE), asked
    elif name.endswith(".strftime") and (
        found := next((one for one in map(_EMPTY_ON_MUSL.search, strings) if one), None)
    ):
        yield Trait.STRFTIME, found["subject"]


def _written(name: str, call: ast.Call, places: pypaths.Places) -> Iterator[tuple[Trait, str]]:
    """Yield the file or folder that is made; `:memory:` and addresses are none."""
    first = (name in _MAKERS or _writing(name, call)) and bool(call.args)
    made = places.folder(call.args[0]) if first else places.written(call)
    if made and (":" not in made.replace(":-", "")):
        yield Trait.WRITES, made


def _writing(name: str, call: ast.Call) -> bool:
    modes = [k.value for k in call.keywords if k.arg == "mode"] or call.args[1:2]
    return name == "open" and any(_WRITING.search(_text(mode)) for mode in modes)


def _text(value: ast.expr) -> str:
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _line(value: ast.expr) -> str:
    """Return a command line as a shell would have it; `"$x"` stands for what is not fixed."""
    if isinstance(value, (ast.List, ast.Tuple)):
        return " ".join(quote(_text(one)) if _text(one) else '"$x"' for one in value.elts)
    if isinstance(value, ast.JoinedStr):
        return "".join(_text(one) or "$x" for one in value.values)
    return _text(value)


def _words(value: ast.expr) -> str:
    """Return the program in the first argument of a call, empty where it is not fixed."""
    if isinstance(value, (ast.List, ast.Tuple)) and value.elts:
        value = value.elts[0]
    if isinstance(value, ast.JoinedStr) and value.values:
        value = value.values[0]
    if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
        return ""
    words = value.value.split()
    return words[0] if words else ""


def _true(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and bool(value.value)
