"""What is known around a failure beside its messages; the code is read only when it is needed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stepdown.model.facts import Clue, Command
from stepdown.model.plan import Hazard
from stepdown.model.recipe import Breakage
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify import lookup
from stepdown.verify.compare import Difference
from stepdown.verify.grounds import Failure, Looked, Suspect, suspects
from stepdown.verify.side import Rig, Side
from stepdown.verify.sources import Code, Frame, Source, frames

_COMPILED = frozenset(("c", "go", "java", "rust"))  # whose code is not in the image


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Both images with their files, the differences, the tests, and what was predicted of them.

    Code is read from the baseline, `side` with the files `before`, because it works there.
    """

    rig: Rig
    side: Side
    before: RootFS
    after: RootFS
    differences: tuple[Difference, ...]
    command: Command | None = None
    hazards: tuple[Hazard, ...] = ()
    clues: tuple[Clue, ...] = ()

    @property
    def volumes(self) -> tuple[str, ...]:
        """The folders that outlive a container."""
        return self.side.config.volumes

    def reasons(self, checks: Iterable[str]) -> tuple[str, ...]:
        """Return in words how these checks differ."""
        wanted = frozenset(checks)
        return tuple(f"{d.check}: {d.reason}" for d in self.differences if d.check in wanted)

    def suspects(self, breakages: Iterable[Breakage], failure: Failure) -> tuple[Suspect, ...]:
        """Return the breakages that fit the failure, the likeliest first."""
        known = tuple(one for one in breakages if one.grounds is not None)
        looked = self._look(known, frames(failure.lines))
        return suspects(known, (self.before, self.after), self.hazards, failure, looked)

    def _look(self, breakages: tuple[Breakage, ...], failed: tuple[Frame, ...]) -> Looked:
        words = self.command.argv or tuple(self.command.text.split()) if self.command else ()
        found = lookup.sources(self.rig, self.side, self.before, words, failed)
        calls = (call for one in breakages if one.grounds for call in one.grounds.calls)
        return Looked(
            code=Code((*found, *_quoted(self.clues)), failed),
            called=lookup.called(self.rig, self.side, self.before, calls),
        )


def _quoted(clues: Iterable[Clue]) -> Iterator[Source]:
    """Yield what the repository says where the image has only compiled code."""
    for clue in clues:
        if clue.language in _COMPILED:
            yield Source(path=clue.file, text="\n" * (clue.line - 1) + clue.detail.strip("`"))
