"""The command line: flags in, an exit code out. Every error becomes words here, and only here."""

import sys
import traceback
from pathlib import Path
from typing import Any

import click

from stepdown import __version__
from stepdown.cli import manners, sending
from stepdown.cli.batch import batch
from stepdown.cli.brief import Brief
from stepdown.cli.exits import BUG, CLOSED_PIPE, INTERRUPTED
from stepdown.cli.flags import (
    EXISTING,
    building,
    day_of,
    gate,
    given_flags,
    json_,
    planning,
    quick,
    scan_report,
    scanning,
    verbose,
)
from stepdown.cli.options import REPORTS, Options
from stepdown.cli.requestflags import RequestOptions, requesting
from stepdown.errors import StepdownError, UsageError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="stepdown", message="%(prog)s %(version)s")
def app() -> None:
    """Move a container image to a smaller base and prove that the application still works.

    `stepdown [PATH]` without a command is `stepdown migrate`: in a terminal it asks, elsewhere it
    needs --yes.
    """


@app.command(
    cls=Brief,
    common=(
        "--file",
        "--to",
        "--base",
        "--test",
        "--path",
        "--env",
        "--limit",
        "--debugging",
        "--gate",
        "--yes",
        "--report",
        "--record",
        "--branch",
        "--merge-request",
        "--plan",
        "--dry-run",
        "--json",
        "--verbose",
    ),
    examples=(
        "stepdown migrate",
        'stepdown migrate . --to smallest --test "node --test" --yes',
        "stepdown migrate . --to alpine --yes --report report.md",
    ),
)
@planning
@click.option("--junit", default="", help="JUnit XML that the test command writes, in the image.")
@click.option("--path", "paths", multiple=True, help="HTTP path to compare; again for more.")
@click.option(
    "--env",
    "environment",
    multiple=True,
    help="NAME=VALUE for the application; NAME alone takes the value from here.",
)
@click.option("--branch", default="", help="Name of the branch to make.")
@click.option("--merge-request", is_flag=True, help="Push it and open a merge request.")
@click.option("--plan", "saved", type=EXISTING, help="Do what this plan says, and ask nothing.")
@click.option("--yes", "-y", is_flag=True, help="Ask nothing.")
@click.option("--dry-run", is_flag=True, help="Print the plan and stop.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=EXISTING,
    help="Report: .md .html .txt .json .sarif .xml .yaml (structure test)",
)
@click.option("--record", type=EXISTING, help="Write the record of the run (JSON).")
@click.option("--log", type=EXISTING, help="Write the log of the run.")
@click.option(
    "--timing", type=click.IntRange(min=0), default=0, help="Turns in which times are compared."
)
@click.option("--build-timeout", type=click.FloatRange(min=1), default=1800, help="Seconds.")
@click.option("--test-timeout", type=click.FloatRange(min=1), default=600, help="Seconds.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto")
@building
@scanning
@requesting
@json_
@verbose
def migrate(*, as_json: bool, **flags: Any) -> int:  # noqa: ANN401  (click's own values)
    """Plan, build, verify, measure, report, and commit on a branch. Asks in a terminal."""
    from stepdown.cli import migrate as job  # noqa: PLC0415  (keeps --help quick)
    from stepdown.cli import settings  # noqa: PLC0415
    from stepdown.cli.prompts import prompts  # noqa: PLC0415
    from stepdown.cli.wizard import Asker  # noqa: PLC0415

    wanted = RequestOptions.taken(flags)
    given = Options(json=as_json, request=wanted, **flags)
    options = settings.settled(given, given_flags())[0]
    quiet = options.yes or options.json or options.dry_run or options.saved
    terminal = sys.stdin.isatty() and sys.stderr.isatty()
    return job.run(options, Asker(prompts=prompts()) if terminal and not quiet else None)


@app.command(
    cls=Brief,
    common=(
        "--file",
        "--target",
        "--to",
        "--base",
        "--test",
        "--limit",
        "--debugging",
        "--format",
        "--check",
        "--json",
        "--verbose",
    ),
    examples=(
        "stepdown plan",
        "stepdown plan --to alpine --format diff",
        "stepdown plan --check Dockerfile api/Dockerfile",
    ),
)
@planning
@click.option("--format", "form_", type=click.Choice(["text", "diff", "json"]), default="text")
@click.option("--online", is_flag=True, help="Ask the registries for each image; needs an engine.")
@click.option(
    "--check", is_flag=True, help="Only tell by exit code whether there is something to do."
)
@click.argument("others", nargs=-1, type=EXISTING)
@json_
@verbose
def plan(
    *,
    as_json: bool,
    form_: str,
    check: bool,
    others: tuple[Path, ...],
    **flags: Any,  # noqa: ANN401  (click's own values)
) -> int:
    """Print candidates, hazards and the diff; needs no engine.

    With --check for any number of PATHs: exit code 0 where a Dockerfile is as small as the policy
    allows, 14 where it can go down, 10 where smaller bases exist but the file needs attention.
    """
    from stepdown.cli import planning  # noqa: PLC0415

    options, given = Options(**flags), given_flags()
    if check:
        return planning.check(options, others, given, as_json=as_json)
    if others:
        raise click.UsageError("Several paths go with --check only.")
    return planning.plan(options, given, "json" if as_json else form_)


@app.command(
    cls=Brief,
    common=(
        "--format",
        "--base",
        "--quick",
        "--gate",
        "--config",
        "--scanner",
        "--json",
        "--verbose",
    ),
    examples=(
        "stepdown measure node:24-slim",
        "stepdown measure app:1.2 --gate max.commands=100 --gate forbid.shell",
    ),
)
@click.argument("image")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "md", "json", "cyclonedx", "spdx", "structure-test"]),
    default="text",
)
@click.option("--base", default="", help="Image on which it is built: tell what comes with that.")
@click.option(
    "--updates",
    multiple=True,
    metavar="URL|FILE",
    help="Packages or APKINDEX of the distribution: tell which updates are pending.",
)
@quick
@scanning
@scan_report
@gate
@click.option("--config", type=EXISTING, help="stepdown.toml (or its folder) with gates.")
@json_
@verbose
def measure(image: str, **flags: Any) -> int:  # noqa: ANN401
    """Print the surface of one image: what an intruder would find.

    With gates, exit code 14 tells that one is not kept or that its number is unknown.
    """
    from stepdown.cli import measuring  # noqa: PLC0415

    return measuring.measure(image, measuring.View.of(flags))


@app.command(
    cls=Brief,
    examples=("stepdown compare app:old app:new --format md",),
)
@click.argument("before")
@click.argument("after")
@click.option("--format", "form", type=click.Choice(["text", "md", "json"]), default="text")
@quick
@scanning
@scan_report
@json_
@verbose
def compare(before: str, after: str, **flags: Any) -> int:  # noqa: ANN401
    """Print the difference between the surfaces of two images."""
    from stepdown.cli import measuring  # noqa: PLC0415

    return measuring.compare(before, after, measuring.View.of(flags))


@app.command(
    cls=Brief,
    examples=(
        "docker logs web 2>&1 | stepdown explain",
        "stepdown explain build.log",
    ),
)
@click.argument("file", default="-")
@json_
def explain(file: str, *, as_json: bool) -> int:
    """Print the likeliest causes of an error text in FILE (- is standard input); offline."""
    from stepdown.cli import inspect  # noqa: PLC0415

    return inspect.explain(file, as_json=as_json)


@app.command(
    cls=Brief,
    examples=(
        "stepdown report record.json --format md",
        "stepdown report record.json --format html > report.html",
    ),
)
@click.argument("record", type=EXISTING, required=False)
@click.option("--format", "form", type=click.Choice(REPORTS), default="text")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of records instead.")
@json_
@verbose
def report(record: Path | None, *, form: str, schema: bool, as_json: bool, verbose: bool) -> int:
    """Render a saved RECORD; needs no engine. HTML is one file that loads nothing."""
    from stepdown.cli import inspect  # noqa: PLC0415

    if schema:
        return inspect.schema()
    if record is None:
        raise click.UsageError("Missing argument 'RECORD'; --record FILE of migrate writes one.")
    return inspect.report(record, "json" if as_json else form, verbose=verbose)


@app.group()
def recipes() -> None:
    """Look at the recipes: what is known of base images."""


_own = click.option("--recipes", "own", type=EXISTING, help="Folder with recipes of your own.")


@recipes.command("list")
@_own
@json_
def list_recipes(own: Path | None, *, as_json: bool) -> int:
    """Print the families and how far down each goes."""
    from stepdown.cli import recipes as job  # noqa: PLC0415

    return job.families(own, as_json=as_json)


@recipes.command("show")
@click.argument("name")
@_own
@json_
def show_recipe(name: str, own: Path | None, *, as_json: bool) -> int:
    """Print all that is known of the family NAME, or of the image NAME."""
    from stepdown.cli import recipes as job  # noqa: PLC0415

    return job.show(name, own, as_json=as_json)


@recipes.command("check")
@click.option("--on", "day", default="", callback=day_of, help="Date for support (today).")
@_own
@json_
def check_recipes(day: str, own: Path | None, *, as_json: bool) -> int:
    """Check every recipe, and warn about images whose support is over."""
    from stepdown.cli import recipes as job  # noqa: PLC0415

    return job.check(own, day, as_json=as_json)


@app.command(
    cls=Brief,
    examples=("stepdown doctor",),
)
@json_
def doctor(*, as_json: bool) -> int:
    """Say what works here: git, the engine, the builder, the toolbox."""
    from stepdown.cli import inspect  # noqa: PLC0415

    return inspect.doctor(as_json=as_json)


for _command in (*manners.commands(), sending.publish, batch):
    app.add_command(_command)


def arguments(words: list[str]) -> list[str]:
    """Make `migrate` the command when none is named: `stepdown PATH` is the wizard."""
    named = words and (words[0] in app.commands or words[0] in ("--help", "-h", "--version"))
    if words and not named:
        _check_command(words[0])
    return words if named else ["migrate", *words]


def _check_command(word: str) -> None:
    """Refuse what is neither a command nor a path, but looks like a command."""
    if word.startswith("-") or Path(word).exists():
        return
    from difflib import get_close_matches  # noqa: PLC0415  (keeps --help quick)

    for name in get_close_matches(word, app.commands, n=1):
        raise UsageError(
            f"There is no command {word}, and no file or folder of this name.",
            hint=f"Did you mean `stepdown {name}`?",
        )


def main() -> None:
    """Run the command line and exit."""
    sys.exit(run(sys.argv[1:]))


def run(words: list[str]) -> int:
    """Run with these arguments; return the exit code."""
    try:
        code = app.main(args=arguments(words), prog_name="stepdown", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except StepdownError as error:
        tell(error)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("stepdown: interrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        return CLOSED_PIPE
    except Exception:  # noqa: BLE001  (the last resort: a bug becomes words, with its trace)
        traceback.print_exc()
        click.echo("stepdown: this is a bug; please report it with the lines above.", err=True)
        return BUG


def tell(error: StepdownError) -> None:
    """Print an error for people: what is wrong, the evidence, what to do."""
    from stepdown.report.words import visible  # noqa: PLC0415  (keeps --help quick)

    click.echo(f"stepdown: {visible(error.brief)}", err=True)
    for line in error.details.splitlines():
        click.echo(f"    {visible(line)}", err=True)
    if error.hint:
        click.echo(f"hint: {visible(error.hint)}", err=True)
