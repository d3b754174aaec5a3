"""Which shared libraries a Python module loads by ctypes, and which of their functions it calls."""

import ast
from collections.abc import Callable, Iterator

from stepdown.model.facts import Trait

_LOADERS = frozenset(
    ("ctypes.CDLL", "ctypes.PyDLL", "ctypes.cdll.LoadLibrary", "ctypes.pydll.LoadLibrary")
)
_FIND = "ctypes.util.find_library"
# What Python's own modules have where the C library has it: glibc, and not musl 1.2.5.
_OF_GLIBC = frozenset(
    (
        *(f"fcntl.{name}" for name in (
            "F_EXLCK", "F_GETLK64", "F_SETLK64", "F_SETLKW64", "F_SHLCK", "LOCK_MAND", "LOCK_READ",
            "LOCK_RW", "LOCK_WRITE",
        )),
        *(f"os.{name}" for name in (
            "O_FSYNC", "PIDFD_NONBLOCK", "POSIX_SPAWN_CLOSEFROM", "RTLD_DEEPBIND",
        )),
        *(f"termios.{name}" for name in (
            "CDSUSP", "CEOF", "CEOL", "CEOT", "CERASE", "CFLUSH", "CINTR", "CKILL", "CLNEXT",
            "CQUIT", "CRPRNT", "CSTART", "CSTOP", "CSUSP", "CWERASE", "NCC",
        )),
        "resource.RLIMIT_OFILE", "signal.SIGCLD",
    )
)  # fmt: skip
_ASKING = frozenset(("getattr", "hasattr"))
_LIBC = "libc.so.6"
Called = Callable[[ast.expr], str]
"""Returns the full name of what an expression calls."""


def found(nodes: tuple[ast.AST, ...], called: Called) -> Iterator[tuple[ast.expr, Trait, str]]:
    """Yield the libraries (`libmagic.so.1`) and functions (`libc.so.6:malloc_trim`)."""
    known: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and (library := _loaded(node.value, called)):
            known |= {one.id: library for one in node.targets if isinstance(one, ast.Name)}
        if isinstance(node, ast.Call) and (library := _loaded(node, called)):
            yield node, Trait.LIBRARY, library
    asked, forgiven = _asked_for(nodes), _forgiven(nodes)
    for node in nodes:
        if not isinstance(node, ast.Attribute) or node.attr in asked or node in forgiven:
            continue
        if (constant := called(node)) in _OF_GLIBC:
            yield node, Trait.CONSTANT, constant
        if library := _of(node.value, known, called):
            yield node, Trait.FUNCTION, f"{library}:{node.attr}"


def _asked_for(nodes: tuple[ast.AST, ...]) -> set[str]:
    """Return the functions of which the module asks first whether there are such."""
    calls = (node for node in nodes if isinstance(node, ast.Call) and len(node.args) > 1)
    return {
        call.args[1].value
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in _ASKING
        and isinstance(call.args[1], ast.Constant)
        and isinstance(call.args[1].value, str)
    }


def _forgiven(nodes: tuple[ast.AST, ...]) -> set[ast.AST]:
    """Return what stands where the module goes on without a function that is not there."""
    tries = (node for node in nodes if isinstance(node, ast.Try) and _catches(node))
    return {inner for one in tries for line in one.body for inner in ast.walk(line)}


def _catches(node: ast.Try) -> bool:
    kinds = (inner for one in node.handlers if one.type for inner in ast.walk(one.type))
    return any(isinstance(kind, ast.Name) and kind.id == "AttributeError" for kind in kinds)


def _of(value: ast.expr, known: dict[str, str], called: Called) -> str:
    return known.get(value.id, "") if isinstance(value, ast.Name) else _loaded(value, called)


def _loaded(value: ast.expr, called: Called) -> str:
    """Return the name of the library that is loaded, that of libc for the program itself."""
    if not isinstance(value, ast.Call) or not value.args:
        return ""
    if called(value.func) not in _LOADERS and not _by_cffi(value):
        return ""
    name = value.args[0]
    if isinstance(name, ast.Constant):
        return name.value if isinstance(name.value, str) else _LIBC
    if isinstance(name, ast.Call) and called(name.func) == _FIND and name.args:
        stem = name.args[0]
        return _LIBC if isinstance(stem, ast.Constant) and stem.value == "c" else ""
    return ""


def _by_cffi(call: ast.Call) -> bool:
    """Tell whether it is `ffi.dlopen("libx.so.1")`."""
    return isinstance(call.func, ast.Attribute) and call.func.attr == "dlopen"
