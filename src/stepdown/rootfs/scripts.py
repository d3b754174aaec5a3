"""Scripts whose interpreter is not in the image (execve(2), `#!`)."""

from collections.abc import Iterator

from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.problems import Problem, ProblemKind

_CARRIAGE_RETURN = "Its first line ends in a carriage return, as Windows editors write it."


def problems(fs: RootFS, folders: tuple[str, ...]) -> Iterator[Problem]:
    """Yield a problem for each script that cannot start; `folders` are those of PATH.

    Interpreters named by a relative path are left out: they depend on the working directory.
    """
    for path, line in fs.shebangs.items():
        for name in _asked_for(line):
            relative = "/" in name and not name.startswith("/")
            if relative or fs.which(name, folders) is not None:
                continue
            detail = _CARRIAGE_RETURN if name.endswith("\r") else ""
            kind = ProblemKind.MISSING_SHEBANG_INTERPRETER
            yield Problem(path=path, kind=kind, name=name, detail=detail)
            break


def _asked_for(line: str) -> tuple[str, ...]:
    """Return the interpreter's path and, behind `env`, the name that is looked up on PATH."""
    words = line.replace("\t", " ").split(" ")
    interpreter, *arguments = [word for word in words if word] or [""]
    if not interpreter:
        return ()
    if interpreter.rpartition("/")[2] != "env":
        return (interpreter,)
    return (interpreter, *_named_to_env(arguments)[:1])


def _named_to_env(arguments: list[str]) -> list[str]:
    return [word for word in arguments if not word.startswith("-") and "=" not in word]
