"""The gates by which `stepdown measure` judges one image: a guard for CI."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from stepdown.cli import settings
from stepdown.errors import UsageError
from stepdown.flow import config
from stepdown.flow.gates import TOOL, with_words
from stepdown.measure.gates import judge
from stepdown.model.gate import Gate, GateResult, Waiver
from stepdown.model.surface import Surface


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Gates, and the waivers that count on `day`."""

    gates: tuple[Gate, ...]
    waivers: tuple[Waiver, ...]
    day: str

    def judge(self, surface: Surface) -> tuple[GateResult, ...]:
        """Return what comes of each gate."""
        return judge(surface, self.gates, self.waivers, self.day)


def of(file: Path | None, words: tuple[str, ...]) -> Guard | None:
    """Return the guard that a configuration (or its folder) and flags make, None without either.

    Raises UsageError for a configuration without gates: a guard that checks nothing is none.
    """
    if file is None and not words:
        return None
    known: dict[str, object] = {}
    if file is not None:
        located = config.find(file) if file.is_dir() else config.read(file)
        if located is None:
            raise UsageError(f"There are no settings in {file}.", hint="Give a stepdown.toml.")
        known = settings.values(located)
    tools = tuple(f"{TOOL}{name}" for name in _words(known, "forbidden"))
    gates = with_words((), (*tools, *_words(known, "gates"), *words))
    if not gates:
        raise UsageError(
            f"{file} has no gates.", hint="Add some, like max.commands = 100 under [gates]."
        )
    waivers = known.get("waivers", ())
    day = datetime.now(UTC).date().isoformat()
    return Guard(gates=gates, waivers=waivers if isinstance(waivers, tuple) else (), day=day)


def _words(known: dict[str, object], field: str) -> tuple[str, ...]:
    found = known.get(field, ())
    return tuple(map(str, found)) if isinstance(found, tuple) else ()
