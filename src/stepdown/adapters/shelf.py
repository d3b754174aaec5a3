"""What was read of images before, in the user's cache folder."""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from stepdown.adapters.cards import code_of
from stepdown.ports import Shelf

_KEPT = 1 << 30
_CODE = ("stepdown.rootfs", "stepdown.model")


class FolderShelf(Shelf):
    """Files in `folder`, at most 1 GB of those that were used last.

    What cannot be read or written is lost, silently. What was kept holds for this program's code.
    """

    def __init__(self, folder: Path, most: int = _KEPT) -> None:
        self._folder = folder
        self._most = most
        self._code = code_of(*_CODE)

    def load(self, key: str) -> bytes | None:
        """Return what was saved under `key`, None where there is nothing."""
        file = self._file(key)
        try:
            content = file.read_bytes()
        except OSError:
            return None
        with suppress(OSError):
            file.touch()
        return content

    def save(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`, and forget what was used longest ago."""
        file = self._file(key)
        draft = file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.write_bytes(content)
            draft.replace(file)
            self._trim()

    def _trim(self) -> None:
        found = [(file, file.stat()) for file in self._folder.iterdir()]
        left = self._most
        for file, state in sorted(found, key=lambda one: one[1].st_mtime_ns, reverse=True):
            left -= state.st_size
            if left < 0:
                file.unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self._folder / sha256(self._code + key.encode()).hexdigest()
