"""The pages that are opened: a run that works, one that does not, hostile text, a crowd of rows."""

import sys
from collections.abc import Callable
from pathlib import Path

UNIT = Path(__file__).parents[1] / "unit"
sys.path.append(str(UNIT / "report"))

import fleets  # noqa: E402
import outcomes  # noqa: E402
import outcomes_scanned  # noqa: E402
import report_pages  # noqa: E402

from stepdown.flow import record  # noqa: E402
from stepdown.report import fleet, html  # noqa: E402

POISON = "</script><script>hacked = 1</script><img src=x onerror='hacked = 1'>\x00\x1b[31m"
PAGES: dict[str, Callable[[], str]] = {
    "scanned": lambda: html.render(outcomes_scanned.scanned()),
    "failure": lambda: html.render(outcomes.failure()),
    "red": lambda: html.render(outcomes.red()),
    "saved": lambda: html.render(record.load(UNIT / "record" / "outcome.json")),
    "hostile": lambda: html.render(report_pages.hostile(POISON)),
    "fleet": lambda: fleet.render(fleets.small(), "html", fleets.earlier()),
    "hostile-fleet": lambda: fleet.render(fleets.hostile(POISON), "html"),
    "crowded-fleet": lambda: fleet.render(fleets.crowd(), "html"),
    "crowded": lambda: html.render(report_pages.crowded()),
}
