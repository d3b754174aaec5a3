"""Large things beside a ledger: compressed files that are named by their content."""

import gzip
import os
import zlib
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from uuid import uuid4


class Blobs:
    """Files `SHA256.gz` in `folder`; the digest is that of what is inside."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep `content`; return the name under which it is found. It is on the disk then."""
        name = sha256(content).hexdigest()
        file = self._file(name)
        if not file.exists():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            partial = file.with_name(f".{name}.{uuid4().hex}.partial")
            with partial.open("xb") as out:
                out.write(gzip.compress(content, 6, mtime=0))
                out.flush()
                os.fsync(out.fileno())
            partial.replace(file)
        return name

    def get(self, name: str) -> bytes | None:
        """Return what was kept, None where it is not there or is damaged."""
        try:
            content = gzip.decompress(self._file(name).read_bytes())
        except (OSError, EOFError, zlib.error):
            return None
        return content if sha256(content).hexdigest() == name else None

    def keep_only(self, names: frozenset[str]) -> None:
        """Remove every file that is not named, also those of writes that were cut short."""
        if not self._folder.is_dir():
            return
        for file in self._folder.iterdir():
            ours = file.name.endswith((".gz", ".partial"))
            if ours and file.name.removesuffix(".gz") not in names:
                with suppress(OSError):
                    file.unlink()

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.gz"
