"""GET /images/NAME/history: the layers of an image with their sizes (Engine API v1.45)."""

import msgspec

from stepdown.model.surface import Layer

_NOISE = ("/bin/sh -c #(nop) ", "/bin/sh -c ", "RUN /bin/sh -c ")


class HistoryAnswer(msgspec.Struct, frozen=True, rename="pascal"):
    """One step; Go writes null for no text."""

    size: int = 0
    created_by: str | None = None


def layers_of(answers: list[HistoryAnswer]) -> tuple[Layer, ...]:
    """Return the steps that made files, lowest first; the engine tells the newest first."""
    return tuple(
        Layer(size=answer.size, made_by=_instruction(answer.created_by or ""))
        for answer in reversed(answers)
        if answer.size
    )


def _instruction(text: str) -> str:
    for noise in _NOISE:
        if text.startswith(noise):
            text = text.removeprefix(noise)
            break
    return " ".join(text.removesuffix("# buildkit").split())
