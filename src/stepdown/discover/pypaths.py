"""Where a Python module writes, as far as the folder is written down."""

import ast
import posixpath
from collections.abc import Callable, Iterator

from stepdown.model.facts import HERE

Called = Callable[[ast.expr], str]
"""Returns the full name of what an expression calls."""

_UNKNOWN = "\0"
_DEEP = 8
_JOINING = frozenset(("os.path.join", "posixpath.join", "pathlib.Path", "pathlib.PurePath"))
_SAME = frozenset(("os.fspath", "os.path.abspath", "os.path.normpath", "os.path.realpath", "str"))
_SAME_METHODS = frozenset(("absolute", "as_posix", "resolve"))
_READING = frozenset(("os.environ.get", "os.getenv"))
_ON_PATHS = frozenset(("mkdir", "touch", "write_bytes", "write_text"))
# What writes the path that is its second argument.
_COPYING = frozenset(
    ("shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move")
)


class Places:
    """The paths that a module's expressions stand for, by the names that are given just once."""

    def __init__(self, nodes: tuple[ast.AST, ...], called: Called) -> None:
        """Read the names of a module's syntax tree."""
        self._called = called
        given: dict[str, list[ast.expr]] = {}
        for node in nodes:
            value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            target = node.target if isinstance(node, ast.AnnAssign) else target
            if isinstance(target, ast.Name) and value is not None:
                given.setdefault(target.id, []).append(value)
        self._names = {name: found[0] for name, found in given.items() if len(found) == 1}

    def folder(self, value: ast.expr) -> str:
        """Return the path, or the folder down to which it is written down; empty if unknown.

        `$HERE` is the module's own folder, `${NAME:-text}` a variable of the environment.
        """
        known, unknown, _ = self._text(value, _DEEP).partition(_UNKNOWN)
        return posixpath.dirname(known) if unknown else known

    def written(self, call: ast.Call) -> str:
        """Return where a method of a path, or a copy, writes; empty for any other call."""
        if self._called(call.func) in _COPYING:
            return self.folder(call.args[1]) if len(call.args) > 1 else ""
        func = call.func
        if not isinstance(func, ast.Attribute) or isinstance(func.value, ast.Constant):
            return ""
        opens = func.attr == "open" and any(_mode(one) for one in call.args[:1])
        return self.folder(func.value) if opens or func.attr in _ON_PATHS else ""

    def _text(self, value: ast.expr, deep: int) -> str:
        found = _UNKNOWN
        match value if deep else ast.Constant(value=None):
            case ast.Constant(value=str(text)):
                found = text
            case ast.Name(id="__file__"):
                found = f"{HERE}/{_UNKNOWN}"
            case ast.Name(id=name) if name in self._names:
                found = self._text(self._names[name], deep - 1)
            case ast.JoinedStr(values=parts):
                found = "".join(self._text(part, deep - 1) for part in parts)
            case ast.FormattedValue(value=inner):
                found = self._text(inner, deep - 1)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                found = self._text(left, deep - 1) + self._text(right, deep - 1)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                found = posixpath.join(self._text(left, deep - 1), self._text(right, deep - 1))
            case ast.Attribute(value=inner, attr="parent"):
                found = _parent(self._text(inner, deep - 1))
            case ast.Call() as call:
                found = self._result(call, deep - 1)
            case _:
                pass
        return found

    def _result(self, call: ast.Call, deep: int) -> str:
        name, args = self._called(call.func), [*self._arguments(call, deep)]
        if name in _JOINING:
            return posixpath.join(*args) if args else "."
        if name in _READING and len(args) > 1 and _UNKNOWN not in args[0]:
            return f"${{{args[0]}:-{args[1]}}}"
        if name == "os.path.dirname" and args:
            return _parent(args[0])
        if name in _SAME and args:
            return args[0]
        func = call.func
        if isinstance(func, ast.Attribute) and func.attr in _SAME_METHODS:
            return self._text(func.value, deep)
        return _UNKNOWN

    def _arguments(self, call: ast.Call, deep: int) -> Iterator[str]:
        yield from (self._text(one, deep) for one in call.args)


def _parent(path: str) -> str:
    if path.endswith((HERE, "..")):
        return f"{path}/.."
    return posixpath.dirname(path) if "/" in path else _UNKNOWN


def _mode(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and bool({*"wax"} & {*str(value.value)})
