"""What every scanner's report is read into."""

from stepdown.model.image import Value
from stepdown.model.vulnerability import Vulnerability


class Report(Value, frozen=True, kw_only=True):
    """One report, as its tool wrote it.

    `packages` is how many packages of the distribution the tool saw, None where the report does
    not tell; `silent` means that no report of this tool does.
    `system` is the distribution's id, None where the format has no place for it. `layers` are the
    ids of the image's layers, empty where they are not named. `failure` says why the report says
    nothing.
    """

    scanner: str
    data: str = ""
    data_date: str = ""
    packages: int | None = None
    silent: bool = False
    system: str | None = None
    layers: tuple[str, ...] = ()
    found: tuple[Vulnerability, ...] = ()
    notes: tuple[str, ...] = ()
    failure: str = ""
