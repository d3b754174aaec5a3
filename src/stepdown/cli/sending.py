"""The command `publish`: a merge request from a record that is there already."""

from pathlib import Path
from typing import Any

import click

from stepdown.cli.brief import Brief
from stepdown.cli.flags import EXISTING, json_
from stepdown.cli.requestflags import RequestOptions, requesting


@click.command(
    cls=Brief,
    common=(
        "--record",
        "--dry-run",
        "--into",
        "--remote",
        "--forge",
        "--draft",
        "--label",
        "--reviewer",
        "--assignee",
        "--signoff",
        "--reopen",
        "--token-command",
        "--patches",
        "--json",
    ),
    examples=(
        "stepdown publish",
        "stepdown publish --record record.json --dry-run",
        "stepdown publish --draft --label base-image --reviewer ada",
    ),
)
@click.argument("path", type=EXISTING, default=Path())
@click.option("--record", type=EXISTING, help="Record of a run (that of the last one here).")
@click.option("--branch", default="", help="Name of the branch on the remote.")
@click.option("--dry-run", is_flag=True, help="Print what would be done and stop.")
@requesting
@json_
def publish(path: Path, *, record: Path | None, **flags: Any) -> int:  # noqa: ANN401
    """Open a merge request for the result of a run, or bring the open one up to date."""
    from stepdown.cli import requests  # noqa: PLC0415  (keeps --help quick)

    wanted = RequestOptions.taken(flags)
    return requests.publish(path, record, wanted, **flags)
