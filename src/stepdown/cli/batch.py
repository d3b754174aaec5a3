"""The commands of `stepdown batch`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from stepdown.cli.brief import Brief
from stepdown.cli.flags import EXISTING, fleet, given_flags, json_, verbose
from stepdown.cli.options import FLEET_REPORTS
from stepdown.cli.requestflags import RequestOptions, requesting

_PATH = click.Path(path_type=Path)
LEDGER = Path("stepdown-batch.db")
_ledger = click.argument("ledger", type=_PATH, default=LEDGER)


def _tls(function: Callable[..., int]) -> Callable[..., int]:
    """Add the flags of mutual TLS."""
    for name, text in (
        ("key", "Key of this machine's certificate."),
        ("cert", "This machine's certificate."),
        ("ca", "Certificate of the authority that signed all of them."),
    ):
        function = click.option(f"--tls-{name}", type=_PATH, help=text)(function)
    return function


@click.group()
def batch() -> None:
    """Evaluate many repositories; resumable, on this machine or on a cluster.

    `evaluate` writes to no forge: it keeps a ledger, from which `status` and `report` read.
    """


@batch.command(
    cls=Brief,
    common=(
        "--ledger",
        "--include",
        "--exclude",
        "--from-forge",
        "--to",
        "--lowest",
        "--gate",
        "--jobs",
        "--canary",
        "--max-failure-rate",
        "--only",
        "--retry",
        "--force",
        "--limit",
        "--json",
        "--verbose",
    ),
    examples=(
        "stepdown batch evaluate repositories.txt",
        "stepdown batch evaluate ~/src --exclude '*-archive' --canary 10",
        "stepdown batch evaluate --from-forge gitlab:group/team",
        "stepdown batch evaluate --ledger stepdown-batch.db --retry infrastructure",
    ),
)
@click.argument("repos", nargs=-1)
@click.option("--ledger", type=_PATH, default=LEDGER, help="File that keeps it all.")
@click.option(
    "--include", multiple=True, metavar="PATTERN", help="Glob or re:REGEX; again for more."
)
@click.option("--exclude", multiple=True, metavar="PATTERN", help="The same, to leave out.")
@click.option(
    "--from-forge", "owners", multiple=True, metavar="KIND:OWNER", help="All of github:ORG or so."
)
@click.option("--forge-url", default="", help="Address of that forge's web pages.")
@click.option("--token-command", default="", help="Command that prints a token for it.")
@click.option(
    "--jobs", type=click.IntRange(min=1), help="How many at a time (by cores and memory)."
)
@click.option("--canary", type=click.IntRange(min=0), default=0, help="Do so many first.")
@click.option(
    "--max-failure-rate",
    type=click.FloatRange(0, 100),
    default=100,
    metavar="PERCENT",
    help="Stop where more end in trouble.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="PATTERN",
    help="A pass over these only.",
)
@click.option("--retry", multiple=True, metavar="RESULT", help="Do these once more, like timeout.")
@click.option("--force", is_flag=True, help="Do all again, also what is unchanged.")
@click.option(
    "--limit", "most", type=click.IntRange(min=1), help="Evaluate at most so many this time."
)
@click.option(
    "--task-timeout", type=click.FloatRange(min=1), default=1800, help="Seconds for one entry."
)
@click.option(
    "--trusted", is_flag=True, help="The repositories are ours: their settings count in full."
)
@click.option(
    "--build-network",
    type=click.Choice(["default", "none"]),
    default="default",
    help="What builds reach.",
)
@click.option(
    "--build-cgroup", default="", metavar="PATH", help="Parent cgroup that limits builds."
)
@click.option(
    "--min-free",
    type=click.FloatRange(min=0),
    default=5,
    metavar="GB",
    help="Begin nothing with less left on a disk.",
)
@click.option("--scheduler", default="", help="Address of a cluster, like tls://host:8786.")
@_tls
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto")
@fleet
@json_
@verbose
def evaluate(repos: tuple[str, ...], **flags: Any) -> int:  # noqa: ANN401  (click's own values)
    """Evaluate the Dockerfiles of REPOS; nothing is written to them.

    REPOS are files with a repository on each line (- is standard input), or folders. They are
    stored in the ledger; a resume needs none. Exit code 12 tells that some of them failed.
    """
    from stepdown.cli import batching  # noqa: PLC0415  (keeps --help quick)

    return batching.evaluate(repos, batching.Wishes.of(flags), flags, given_flags())


@batch.command(cls=Brief, examples=("stepdown batch status", "stepdown batch status fleet.db"))
@_ledger
@json_
def status(ledger: Path, *, as_json: bool) -> int:
    """Print how far a batch is, also while it runs."""
    from stepdown.cli import batchlook  # noqa: PLC0415

    return batchlook.status(ledger, as_json=as_json)


@batch.command(
    cls=Brief,
    examples=(
        "stepdown batch report",
        "stepdown batch report --format html > fleet.html",
        "stepdown batch report --format csv --earlier last-month.db > fleet.csv",
    ),
)
@_ledger
@click.option("--format", "form", type=click.Choice(FLEET_REPORTS), default="text")
@click.option("--earlier", type=EXISTING, help="Ledger of some time ago: say what changed since.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the JSON form instead.")
@json_
def report(ledger: Path, *, form: str, earlier: Path | None, schema: bool, as_json: bool) -> int:
    """Print what the fleet gains, what stops it, and how each entry ended."""
    from stepdown.cli import batchlook  # noqa: PLC0415

    if schema:
        return batchlook.schema()
    return batchlook.report(ledger, "json" if as_json else form, earlier=earlier)


@batch.command(
    cls=Brief,
    common=(
        "--only",
        "--limit",
        "--dry-run",
        "--ready",
        "--label",
        "--reviewer",
        "--rate",
        "--window",
        "--max-open",
        "--canary",
        "--token-command",
        "--json",
    ),
    examples=(
        "stepdown batch publish --dry-run",
        "stepdown batch publish --limit 5 --label base-image",
        "stepdown batch publish fleet.db --rate 60/hour --window mon-fri,9-17",
    ),
)
@_ledger
@click.option("--only", multiple=True, metavar="PATTERN", help="These entries only.")
@click.option("--limit", type=click.IntRange(min=1), help="Look at so many at most this time.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@requesting
@json_
def publish(ledger: Path, *, as_json: bool, **flags: Any) -> int:  # noqa: ANN401
    """Open or update a merge request for each entry that improved.

    They are drafts unless --ready says other. Doing it again makes no second one: what is as it
    should be stays, what people changed or closed is left to them. Exit code 12: some failed.
    """
    from stepdown.cli import batchpublish  # noqa: PLC0415

    options = RequestOptions.taken(flags)
    return batchpublish.publish(ledger, options, as_json=as_json, **flags)


@batch.command(
    cls=Brief,
    examples=(
        "stepdown batch scheduler",
        "stepdown batch scheduler --port 8786",
    ),
)
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8786)
@_tls
def scheduler(host: str, port: int, **tls: Path | None) -> int:
    """Start the scheduler of a cluster; off this machine it needs TLS.

    It runs until it is stopped. Needs the extra stepdown[dask].
    """
    from stepdown.cli import batchcluster  # noqa: PLC0415

    return batchcluster.scheduler(host, port, batchcluster.certificates(**tls))


@batch.command(
    cls=Brief,
    examples=(
        "stepdown batch worker tcp://127.0.0.1:8786",
        "stepdown batch worker tcp://127.0.0.1:8786 --slots 2",
    ),
)
@click.argument("address")
@click.option("--slots", type=click.IntRange(min=1), help="Tasks at a time (by cores and memory).")
@_tls
def worker(address: str, slots: int | None, **tls: Path | None) -> int:
    """Start a worker for the scheduler at ADDRESS, beside this machine's container engine.

    It runs until it is stopped, and waits for a scheduler that is gone. Needs the extra
    stepdown[dask].
    """
    from stepdown.cli import batchcluster  # noqa: PLC0415

    return batchcluster.worker(address, slots, batchcluster.certificates(**tls))
