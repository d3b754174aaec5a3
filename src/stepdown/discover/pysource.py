"""What a Python module calls that a smaller image may lack, read from its syntax tree."""

import ast
import re
import warnings
from collections.abc import Iterator

from stepdown.model.plan import Clue, Trait

# A module without any of these calls is not parsed, and one without the words not even searched.
_WORDS = (
    "subprocess", "os.system", "popen", "system(", "import system", "zoneinfo", "setlocale",
    "strftime", "find_library",
)  # fmt: skip
_CALLS = re.compile(
    r"\b(?:run|call|check_call|check_output|Popen|getoutput|getstatusoutput|system|popen"
    r"|create_subprocess_\w+|ZoneInfo|setlocale|strftime|find_library)(?:\(|\s+as\b)"
)
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
_EMPTY_ON_MUSL = re.compile(r"%[Pkl]|%[\^#_][A-Za-z]")
_C_LOCALES = frozenset(("", "C", "POSIX", "C.UTF-8", "C.utf8"))


def calls(text: str) -> bool:
    """Tell whether a module may call anything of interest."""
    return any(word in text for word in _WORDS) and _CALLS.search(text) is not None


def clues(text: str, file: str) -> Iterator[Clue]:
    """Yield what the module calls; nothing where it does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the module's own invalid escapes
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    nodes = tuple(ast.walk(tree))
    names, lines = _imported(nodes), re.split(r"\r\n?|\n", text)
    for node in nodes:
        if isinstance(node, ast.Call):
            name = _called(node.func, names)
            for trait, subject in _judged(name, node):
                detail = f"`{lines[node.lineno - 1].strip()[:80]}`"
                yield Clue(
                    trait=trait, subject=subject, file=file, line=node.lineno, detail=detail,
                    language="python",
                )  # fmt: skip


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
    if module == "subprocess" and function in _RUNNERS:
        shell = any(k.arg == "shell" and _true(k.value) for k in call.keywords)
        if shell:
            yield Trait.SHELL, first
        elif first:
            yield Trait.PROGRAM, first
    elif name in _SHELL_CALLS:
        yield Trait.SHELL, first
    elif name == "asyncio.create_subprocess_exec" and first:
        yield Trait.PROGRAM, first
    else:
        yield from _musl(name, call)


def _musl(name: str, call: ast.Call) -> Iterator[tuple[Trait, str]]:
    texts = [one.value for one in call.args if isinstance(one, ast.Constant)]
    strings = [one for one in texts if isinstance(one, str)]
    if name == "zoneinfo.ZoneInfo" and strings and strings[0] != "UTC":
        yield Trait.ZONE, strings[0]
    elif name == "locale.setlocale" and strings and strings[0] not in _C_LOCALES:
        yield Trait.LOCALE, strings[0]
    elif name == "ctypes.util.find_library" and strings:
        yield Trait.FIND_LIBRARY, strings[0]
    elif name.endswith(".strftime") and (
        found := next((one for one in map(_EMPTY_ON_MUSL.search, strings) if one), None)
    ):
        yield Trait.STRFTIME, found[0]


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
