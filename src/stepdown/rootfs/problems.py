"""What a loader, the kernel or Python would refuse, as values with a sentence for people."""

from enum import StrEnum

from stepdown.model.image import Value
from stepdown.rootfs.names import shown


class ProblemKind(StrEnum):
    """Why a file cannot be started, loaded or imported."""

    MISSING_INTERPRETER = "missing_interpreter"
    MISSING_LIBRARY = "missing_library"
    MISSING_VERSION = "missing_version"
    MISSING_SYMBOL = "missing_symbol"
    FOREIGN_ARCHITECTURE = "foreign_architecture"
    FOREIGN_SUFFIX = "foreign_suffix"
    MISSING_SHEBANG_INTERPRETER = "missing_shebang_interpreter"
    MISSING_PRELOAD = "missing_preload"


_WORDS = {
    ProblemKind.MISSING_INTERPRETER: (
        "{path} is started by the program loader {name}, which is not in the image."
    ),
    ProblemKind.MISSING_LIBRARY: (
        "{path} needs the library {name}, which the loader does not find."
    ),
    ProblemKind.MISSING_VERSION: (
        "{path} needs {name}, which the library in the image does not have."
    ),
    ProblemKind.MISSING_SYMBOL: (
        "{path} uses functions that nothing in the image supplies: {name}."
    ),
    ProblemKind.FOREIGN_ARCHITECTURE: "{path} is made for another processor: {name}.",
    ProblemKind.FOREIGN_SUFFIX: ("{path} ends in {name}, so the image's Python does not see it."),
    ProblemKind.MISSING_SHEBANG_INTERPRETER: (
        "{path} is a script for {name}, which is not in the image."
    ),
    ProblemKind.MISSING_PRELOAD: "LD_PRELOAD names {name}, which is not in the image.",
}


class Problem(Value, frozen=True, kw_only=True, order=True):
    """One file that asks for something that the image does not have.

    `name` is what it asks for: a path, a soname, `LIBRARY VERSION`, symbols joined by `, `, an
    architecture or a suffix. `detail` adds what people need to understand it. Where `certain` is
    false, something that cannot be seen in the files may make up for it: a program that has the
    library loaded already, or a twin of the file that is built for this image. Such a problem
    alone is never a failure.
    """

    path: str
    kind: ProblemKind
    name: str
    detail: str = ""
    certain: bool = True

    def sentence(self) -> str:
        """Say it in one or two sentences."""
        words = _WORDS[self.kind].format(path=shown(self.path), name=shown(self.name))
        return f"{words} {shown(self.detail)}".rstrip()
