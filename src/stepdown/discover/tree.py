"""The files of a checkout, read carefully."""

from pathlib import Path

_LARGEST = 20_000_000  # bytes; lock files of big applications have a few million


class Tree:
    """A folder of a checkout. Links that lead out of it count as absent."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def has(self, name: str) -> bool:
        """Tell whether there is a regular file of that relative name."""
        path = (self.root / name).resolve()
        return path.is_relative_to(self.root) and path.is_file()

    def read(self, name: str) -> str:
        """Return the file's text, empty where it is absent, unreadable or too large."""
        if not self.has(name):
            return ""
        try:
            if (self.root / name).stat().st_size > _LARGEST:
                return ""
            return (self.root / name).read_text("utf-8", errors="replace")
        except OSError:
            return ""

    def names(self, pattern: str) -> tuple[str, ...]:
        """Return the files that match a glob pattern, sorted, with forward slashes."""
        found = (path.relative_to(self.root).as_posix() for path in self.root.glob(pattern))
        return tuple(sorted(name for name in found if self.has(name)))
