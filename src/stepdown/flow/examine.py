"""Looking for known vulnerabilities of one image, with whatever the user chose for it."""

from dataclasses import dataclass
from datetime import date

import msgspec

from stepdown.flow.progress import working
from stepdown.measure.vulnerabilities import (
    embedded,
    exploited,
    notes,
    reading,
    records,
    statements,
)
from stepdown.measure.vulnerabilities.delta import delta
from stepdown.model.events import Emit
from stepdown.model.surface import Known, Surface
from stepdown.model.trial import Baseline, Built, Outcome, Trial
from stepdown.model.vulnerability import Inventory, Scan
from stepdown.ports import Advisories, Scanner


@dataclass(frozen=True, kw_only=True)
class Examiner:
    """How vulnerabilities are looked for: by a scanner's word, else by advisories.

    `exploited` are CVEs known to be exploited (None without such a list), `rulings` statements of a
    vendor; `today` is the day against which the age of the data is told.
    """

    today: date
    scanner: Scanner | None = None
    advisories: Advisories | None = None
    exploited: frozenset[str] | None = None
    rulings: tuple[statements.Statement, ...] = ()

    def examine(self, image: str, inventory: Inventory, card: Surface) -> Scan:
        """Return what is known. `image` is the name under which the engine has it."""
        scan = self._scan(image, inventory)
        if self.exploited is not None:
            scan = exploited.flagged(scan, self.exploited)
        scan = statements.applied(scan, self.rulings)
        unowned = next((m for m in card.measures if m.key == "unowned_binaries"), None)
        return notes.noted(scan, inventory, unowned, self.today)

    def _scan(self, image: str, inventory: Inventory) -> Scan:
        if self.scanner is not None:
            return reading.scan(inventory, self.scanner.scan(image))
        if self.advisories is not None:
            return embedded.scan(inventory, self.advisories)
        return records.unknown(inventory, "none", "Nobody was asked.")


def examined(outcome: Outcome, examiner: Examiner, emit: Emit) -> Outcome:
    """Add what is known of the old image and of the answer; the verdicts are made already."""
    old = _of(examiner, outcome.baseline, "the old image", emit)
    best = outcome.best
    new = _of(examiner, best, "the new image", emit) if best is not None else None
    if old is not None and new is not None:
        return msgspec.structs.replace(outcome, scans=delta(old, new))
    return msgspec.structs.replace(outcome, scan=old)


def _of(examiner: Examiner, one: Baseline | Trial, title: str, emit: Emit) -> Scan | None:
    if not isinstance(one.build, Built) or one.inventory is None or one.surface is None:
        return None
    with working(emit, f"scan {title}", f"Looking for known vulnerabilities of {title}") as work:
        scan = examiner.examine(one.build.image, one.inventory, one.surface)
        number = f"{len(scan.fixable)} fixable, {len(scan.unfixed)} without a fix"
        unknown = scan.known is Known.UNKNOWN
        work.end(ok=None, summary=" ".join(scan.reasons) if unknown else number)
    return scan
