"""Places in a text, and text that was put together from pieces of a file."""

from bisect import bisect_left, bisect_right
from itertools import accumulate

from stepdown.model.image import Value


class Span(Value, frozen=True, gc=False):
    """The characters `start` (included) to `end` (excluded) of the file's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the characters of `text` at this place."""
        return text[self.start : self.end]

    def covers(self, other: "Span") -> bool:
        """Tell whether `other` lies inside."""
        return self.start <= other.start and other.end <= self.end


class SourceText(Value, frozen=True, gc=False):
    """A text joined from pieces of a file, with the way back to the file.

    Piece number i begins at `offsets[i]` of `text` and at `origins[i]` of the file. Both are in
    ascending order, and `offsets[0]` is 0.
    """

    text: str
    offsets: tuple[int, ...]
    origins: tuple[int, ...]

    @classmethod
    def join(cls, pieces: list[tuple[int, str]]) -> "SourceText":
        """Join `pieces`, each with its offset in the file; without any, the text is empty."""
        origins, texts = zip(*pieces, strict=True) if pieces else ((), ())
        lengths = map(len, texts[:-1])
        return cls("".join(texts), tuple(accumulate(lengths, initial=0)), origins or (0,))

    def origin(self, offset: int) -> int:
        """Return where the character at `offset` stands in the file."""
        if len(self.offsets) == 1:
            return self.origins[0] + offset
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
        if len(self.offsets) == 1:
            return SourceText(self.text[start:end], (0,), (self.origins[0] + start,))
        first = bisect_right(self.offsets, start) - 1
        last = max(bisect_left(self.offsets, end), first + 1)
        begins = (start, *self.offsets[first + 1 : last])
        shift = start - self.offsets[first]
        return SourceText(
            self.text[start:end],
            tuple(at - start for at in begins),
            (self.origins[first] + shift, *self.origins[first + 1 : last]),
        )
