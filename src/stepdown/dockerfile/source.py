"""Places in a text, and text that was put together from pieces of a file."""

from bisect import bisect_right

from stepdown.model.image import Value


class Span(Value, frozen=True):
    """The characters `start` (included) to `end` (excluded) of the file's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the characters of `text` at this place."""
        return text[self.start : self.end]

    def covers(self, other: "Span") -> bool:
        """Tell whether `other` lies inside."""
        return self.start <= other.start and other.end <= self.end


class SourceText(Value, frozen=True, kw_only=True):
    """A text joined from pieces of a file, with the way back to the file.

    Piece number i begins at `offsets[i]` of `text` and at `origins[i]` of the file. Both are in
    ascending order, and `offsets[0]` is 0.
    """

    text: str
    offsets: tuple[int, ...]
    origins: tuple[int, ...]

    @classmethod
    def join(cls, pieces: list[tuple[int, str]]) -> "SourceText":
        """Join `pieces`, each with its offset in the file. Without pieces the text is empty."""
        offsets, at = [], 0
        for _, piece in pieces:
            offsets.append(at)
            at += len(piece)
        return cls(
            text="".join(piece for _, piece in pieces),
            offsets=tuple(offsets),
            origins=tuple(origin for origin, _ in pieces),
        )

    def origin(self, offset: int) -> int:
        """Return where the character at `offset` stands in the file."""
        piece = bisect_right(self.offsets, offset) - 1
        return self.origins[piece] + offset - self.offsets[piece]

    def span(self, start: int, end: int) -> Span:
        """Return the file's span of text[start:end]; it holds what lies between the pieces."""
        if start == end:
            return Span(self.origin(start), self.origin(start))
        return Span(self.origin(start), self.origin(end - 1) + 1)

    def pieces(self) -> list[tuple[int, str]]:
        """Return the pieces, each with its offset in the file."""
        ends = [*self.offsets[1:], len(self.text)]
        return [
            (origin, self.text[start:end])
            for origin, start, end in zip(self.origins, self.offsets, ends, strict=True)
        ]

    def cut(self, start: int, end: int) -> "SourceText":
        """Return text[start:end] with its own way back."""
        pieces: list[tuple[int, str]] = []
        for offset, (origin, piece) in zip(self.offsets, self.pieces(), strict=True):
            low, high = max(offset, start), min(offset + len(piece), end)
            if low < high:
                pieces.append((origin + low - offset, self.text[low:high]))
        return SourceText.join(pieces or [(self.origin(start), "")])
