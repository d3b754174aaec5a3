"""Cards of images that were measured before, in the user's cache folder, by the image's id."""

import os
from contextlib import suppress
from hashlib import sha256
from importlib import resources
from pathlib import Path

import msgspec

from stepdown.model.recipe import Catalog
from stepdown.model.surface import Surface

_KEPT = 200
_CODE = ("stepdown.rootfs", "stepdown.measure", "stepdown.model")


class Cards:
    """Measured cards in `folder`. What cannot be read or written is measured again, silently.

    A card holds for an image's id, the day of its warnings, the recipes and this program's code.
    """

    def __init__(self, folder: Path, catalog: Catalog, today: str) -> None:
        self._folder = folder
        recipes = msgspec.msgpack.encode((catalog.classes, catalog.support))
        self._ours = recipes + code_of(*_CODE) + today.encode()

    def load(self, image_id: str) -> Surface | None:
        """Return the card of the image, None where there is none that still holds."""
        file = self._file(image_id)
        try:
            card = msgspec.msgpack.decode(file.read_bytes(), type=Surface)
        except (OSError, msgspec.MsgspecError):
            return None
        with suppress(OSError):
            file.touch()
        return card

    def save(self, card: Surface) -> None:
        """Keep a card, and the 200 that were used last."""
        file = self._file(card.image_id)
        draft = file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.write_bytes(msgspec.msgpack.encode(card))
            draft.replace(file)
            self._trim()

    def _trim(self) -> None:
        files = sorted(self._folder.iterdir(), key=lambda f: f.stat().st_mtime_ns, reverse=True)
        for file in files[_KEPT:]:
            file.unlink(missing_ok=True)

    def _file(self, image_id: str) -> Path:
        return self._folder / sha256(self._ours + image_id.encode()).hexdigest()


def code_of(*packages: str) -> bytes:
    """Return what changes whenever the code of `packages` does."""
    parts: list[str] = []
    for package in packages:
        folder = Path(str(resources.files(package)))
        for file in sorted(folder.glob("*.py")):
            state = file.stat()
            parts.append(f"{file.name} {state.st_size} {state.st_mtime_ns}")
    return "\n".join(parts).encode()
