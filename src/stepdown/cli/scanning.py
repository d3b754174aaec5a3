"""The flags by which known vulnerabilities are looked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from stepdown.adapters.runs import Run
from stepdown.errors import UsageError
from stepdown.ports import Advisories

if TYPE_CHECKING:
    from stepdown.flow.examine import Examiner

NONE, OSV, AUTO = "none", "osv", "auto"


@dataclass(frozen=True, kw_only=True)
class Scanning:
    """One field for each flag. `reports` hold one report for each image, in their order."""

    scanner: str = NONE
    reports: tuple[Path, ...] = ()
    osv: Path | None = None
    kev: Path | None = None
    vex: tuple[Path, ...] = ()
    timeout: float = 600

    @classmethod
    def of(cls, flags: Mapping[str, Any]) -> Self:
        """Return the values of the flags as the command line names them."""
        return cls(
            scanner=flags["scanner"],
            reports=flags.get("scan_reports", ()),
            osv=flags["osv"],
            kev=flags["kev"],
            vex=flags["vex"],
            timeout=flags["scan_timeout"],
        )

    def examiners(self, run: Run, images: int) -> "tuple[Examiner | None, ...]":
        """Return one examiner for each image, None where nobody asked for a scan.

        Raises UsageError for flags that contradict each other and for files that cannot be read.
        """
        self._check(images)
        if not self._asked:
            return (None,) * images
        from stepdown.adapters.scanners import ReportFile  # noqa: PLC0415  (loads docker)
        from stepdown.flow.examine import Examiner  # noqa: PLC0415
        from stepdown.measure.vulnerabilities import exploited, statements  # noqa: PLC0415

        base = Examiner(
            today=datetime.now(UTC).date(),
            exploited=exploited.read(_content(self.kev), str(self.kev)) if self.kev else None,
            rulings=tuple(
                r for file in self.vex for r in statements.read(_content(file), str(file))
            ),
        )
        if self.reports:
            return tuple(replace(base, scanner=ReportFile(file)) for file in self.reports)
        return (self._with_source(base, run),) * images

    @property
    def _asked(self) -> bool:
        return bool(self.scanner != NONE or self.reports or self.osv)

    def _check(self, images: int) -> None:
        if self.reports and (self.scanner != NONE or self.osv):
            raise UsageError(
                "--scan-report is a scan already.", hint="Leave out --scanner and --osv."
            )
        if self.reports and len(self.reports) != images:
            raise UsageError(
                f"--scan-report was given {len(self.reports)} times for {images} images.",
                hint="Give one report for each image, in the order of the images.",
            )
        if self.osv and self.scanner not in (NONE, OSV):
            raise UsageError(
                f"--osv does not go with --scanner {self.scanner}.", hint="Leave out one of them."
            )
        if not self._asked and (self.kev or self.vex):
            raise UsageError(
                "--kev and --vex say something about a scan, and there is none.",
                hint="Add --scanner, --scan-report or --osv.",
            )

    def _with_source(self, base: "Examiner", run: Run) -> "Examiner":
        from stepdown.adapters.scanners import installed, open_scanner  # noqa: PLC0415

        name = (installed() or OSV) if self.scanner == AUTO else self.scanner
        if self.osv or name == OSV:
            return replace(base, advisories=self._advisories())
        return replace(base, scanner=open_scanner(name, run, timeout=self.timeout))

    def _advisories(self) -> Advisories:
        if self.osv:
            from stepdown.adapters.osvdump import DumpedAdvisories  # noqa: PLC0415

            return DumpedAdvisories(self.osv)
        from stepdown.adapters.osv import OnlineAdvisories  # noqa: PLC0415  (loads httpx)

        return OnlineAdvisories(limit=self.timeout)


NO_SCAN = Scanning()


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read.",
            details=str(error),
            hint="Check the name and its permissions.",
        ) from error
