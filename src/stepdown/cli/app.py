"""The command line: flags in, an exit code out. Every error becomes words here, and only here."""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from stepdown import __version__
from stepdown.cli import flags as more
from stepdown.cli import manners
from stepdown.cli.options import FORMS, REPORTS, SCANNERS, SMALLEST, Options
from stepdown.errors import StepdownError
from stepdown.model.image import Tier

BUG = 70
INTERRUPTED = 130
CLOSED_PIPE = 141

Function = TypeVar("Function", bound=Callable[..., Any])
_EXISTING = click.Path(path_type=Path)

_json = click.option("--json", "as_json", is_flag=True, help="Machine-readable standard output.")
_verbose = click.option("--verbose", "-v", is_flag=True, help="Show everything.")


def _policy() -> tuple[Callable[[Function], Function], ...]:
    """Return the flags that say how far down to go, and to what."""
    return (
        click.option(
            "--recipes", type=_EXISTING, multiple=True, help="Folder with recipes of your own."
        ),
        click.option("--like", default="", help="Known image from which the base is made."),
        click.option(
            "--limit",
            type=click.Choice([tier.value for tier in Tier]),
            default=None,
            callback=_text,
            help="Lowest tier that is ever proposed.",
        ),
        click.option(
            "--exposure",
            type=click.Choice(["public", "internal"]),
            default=None,
            callback=_text,
            help="internal: a gain below 10 % is not worth a step.",
        ),
        click.option(
            "--debugging",
            type=click.Choice(["shell", "sidecar"]),
            default=None,
            callback=_text,
            help="shell: no image without one.",
        ),
        click.option("--require-tool", "tools", multiple=True, help="Program it has to have."),
        click.option("--allow-vendor", "vendors", multiple=True, help="Vendor of hardened images."),
        click.option(
            "--libc",
            "libcs",
            type=click.Choice(["glibc", "musl"]),
            multiple=True,
            help="C library that is allowed.",
        ),
        click.option("--approved-only", is_flag=True, help="Only bases of your own recipes."),
        click.option("--min-gain", type=click.FloatRange(0, 100), help="Percent."),
        click.option("--max-packages", type=click.IntRange(min=0), help="OS packages of a base."),
        click.option("--on", "day", default="", callback=_day, help="Date for support (today)."),
    )


def _text(_context: click.Context, _option: click.Parameter, value: str | None) -> str:
    return value or ""


def _day(_context: click.Context, _option: click.Parameter, value: str) -> str:
    from datetime import date  # noqa: PLC0415  (keeps --help quick)

    try:
        if value:
            date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value} is no date like 2026-11-30") from None
    return value


def _planning(function: Function) -> Function:
    """Add the flags that `migrate` and `plan` share."""
    flags = (
        click.argument("path", type=_EXISTING, default=Path()),
        click.option("--file", "-f", default="", help="Dockerfile, relative to PATH."),
        click.option("--target", "stage", default="", help="Stage that ships (default: the last)."),
        click.option(
            "--to",
            type=click.Choice([*(tier.value for tier in Tier), SMALLEST]),
            default=SMALLEST,
            help="How far down; smallest tries every rung.",
        ),
        click.option("--base", default="", help="Try this base image only."),
        click.option("--test-target", "test_stage", default="", help="Stage that runs the tests."),
        click.option("--test", help="Command that tests the application; empty: none."),
        click.option(
            "--form", type=click.Choice(FORMS), default=FORMS[0], help="How the base is written."
        ),
        click.option(
            "--copy", "copies", multiple=True, help="Path that a split stage ships as well."
        ),
        click.option("--leave", "leaves", multiple=True, help="Path that it does not ship."),
        click.option(
            "--package",
            "packages",
            multiple=True,
            metavar="DEBIAN=ALPINE",
            help="What Alpine calls a package that the recipes do not know; - for nothing.",
        ),
        click.option("--unsafe-fixes", is_flag=True, help="Apply edits that may change behaviour."),
        click.option(
            "--unsafe-fix",
            "accepted",
            multiple=True,
            metavar="FIXER:LINE",
            help="Apply this one of them, as `plan` names it.",
        ),
        *_policy(),
    )
    for flag in reversed(flags):
        function = flag(function)
    return function


_quick = click.option(
    "--quick", is_flag=True, help="Read only the release and the package database."
)


def _scanning(function: Function) -> Function:
    """Add the flags by which known vulnerabilities are looked for."""
    flags = (
        click.option(
            "--scanner",
            type=click.Choice(SCANNERS),
            default="none",
            help="Who looks for known vulnerabilities; osv needs no program.",
        ),
        click.option(
            "--osv", type=_EXISTING, help="Folder or zip with osv.dev's dumps: osv, but offline."
        ),
        click.option("--kev", type=_EXISTING, help="CISA's list of exploited vulnerabilities."),
        click.option(
            "--vex",
            type=_EXISTING,
            multiple=True,
            help="OpenVEX file; what it rules out is listed.",
        ),
        click.option(
            "--scan-timeout", type=click.FloatRange(min=1), default=600, help="Seconds a scan."
        ),
    )
    for flag in reversed(flags):
        function = flag(function)
    return function


_scan_report = click.option(
    "--scan-report",
    "scan_reports",
    type=_EXISTING,
    multiple=True,
    help="A scanner's report that is there already; one for each image.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="stepdown", message="%(prog)s %(version)s")
def app() -> None:
    """Move a container image to a smaller base and prove that the application still works.

    `stepdown [PATH]` without a command is `stepdown migrate`: in a terminal it asks, elsewhere it
    needs --yes.
    """


@app.command()
@_planning
@click.option("--junit", default="", help="JUnit XML that the test command writes, in the image.")
@click.option("--path", "paths", multiple=True, help="HTTP path to compare; again for more.")
@click.option(
    "--env",
    "environment",
    multiple=True,
    help="NAME=VALUE for the application; NAME alone takes the value from here.",
)
@click.option("--branch", default="", help="Name of the branch to make.")
@click.option("--plan", "saved", type=_EXISTING, help="Do what this plan says, and ask nothing.")
@click.option("--yes", "-y", is_flag=True, help="Ask nothing.")
@click.option("--dry-run", is_flag=True, help="Print the plan and stop.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=_EXISTING,
    help="Report: .md .html .txt .json .sarif .xml",
)
@click.option("--record", type=_EXISTING, help="Write the record of the run (JSON).")
@click.option("--log", type=_EXISTING, help="Write the log of the run.")
@click.option(
    "--timing", type=click.IntRange(min=0), default=0, help="Turns in which times are compared."
)
@click.option("--build-timeout", type=click.FloatRange(min=1), default=1800, help="Seconds.")
@click.option("--test-timeout", type=click.FloatRange(min=1), default=600, help="Seconds.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto")
@more.building
@_scanning
@_json
@_verbose
def migrate(*, as_json: bool, **flags: Any) -> int:  # noqa: ANN401  (click's own values)
    """Plan, build, verify, measure, report, and commit on a branch. Asks in a terminal."""
    from stepdown.cli import migrate as job  # noqa: PLC0415  (keeps --help quick)
    from stepdown.cli import settings  # noqa: PLC0415
    from stepdown.cli.prompts import prompts  # noqa: PLC0415
    from stepdown.cli.wizard import Asker  # noqa: PLC0415

    options = settings.settled(Options(json=as_json, **flags), more.given())[0]
    quiet = options.yes or options.json or options.dry_run or options.saved
    terminal = sys.stdin.isatty() and sys.stderr.isatty()
    return job.run(options, Asker(prompts=prompts()) if terminal and not quiet else None)


@app.command()
@_planning
@click.option("--format", "form_", type=click.Choice(["text", "diff", "json"]), default="text")
@click.option("--online", is_flag=True, help="Ask the registries for each image; needs an engine.")
@click.option(
    "--check", is_flag=True, help="Only tell by exit code whether there is something to do."
)
@click.argument("others", nargs=-1, type=_EXISTING)
@_json
@_verbose
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

    options, given = Options(**flags), more.given()
    if check:
        return planning.check(options, others, given, as_json=as_json)
    if others:
        raise click.UsageError("Several paths go with --check only.")
    return planning.plan(options, given, "json" if as_json else form_)


@app.command()
@click.argument("image")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "md", "json", "cyclonedx", "spdx"]),
    default="text",
)
@click.option("--base", default="", help="Image on which it is built: tell what comes with that.")
@click.option(
    "--updates",
    multiple=True,
    metavar="URL|FILE",
    help="Packages or APKINDEX of the distribution: tell which updates are pending.",
)
@_quick
@_scanning
@_scan_report
@more.gate
@click.option("--config", type=_EXISTING, help="stepdown.toml (or its folder) with gates.")
@_json
@_verbose
def measure(image: str, **flags: Any) -> int:  # noqa: ANN401
    """Print the surface of one image: what an intruder would find.

    With gates, exit code 14 tells that one is not kept or that its number is unknown.
    """
    from stepdown.cli import measuring  # noqa: PLC0415

    return measuring.measure(image, measuring.View.of(flags))


@app.command()
@click.argument("before")
@click.argument("after")
@click.option("--format", "form", type=click.Choice(["text", "md", "json"]), default="text")
@_quick
@_scanning
@_scan_report
@_json
@_verbose
def compare(before: str, after: str, **flags: Any) -> int:  # noqa: ANN401
    """Print the difference between the surfaces of two images."""
    from stepdown.cli import measuring  # noqa: PLC0415

    return measuring.compare(before, after, measuring.View.of(flags))


@app.command()
@click.argument("file", default="-")
@_json
def explain(file: str, *, as_json: bool) -> int:
    """Print the likeliest causes of an error text in FILE (- is standard input); offline."""
    from stepdown.cli import inspect  # noqa: PLC0415

    return inspect.explain(file, as_json=as_json)


@app.command()
@click.argument("record", type=_EXISTING, required=False)
@click.option("--format", "form", type=click.Choice(REPORTS), default="text")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of records instead.")
@_json
@_verbose
def report(record: Path | None, *, form: str, schema: bool, as_json: bool, verbose: bool) -> int:
    """Render a saved RECORD; needs no engine.

    HTML is one file that loads nothing: stepdown report RECORD --format html > report.html
    """
    from stepdown.cli import inspect  # noqa: PLC0415

    if schema:
        return inspect.schema()
    if record is None:
        raise click.UsageError("Missing argument 'RECORD'; --record FILE of migrate writes one.")
    return inspect.report(record, "json" if as_json else form, verbose=verbose)


@app.group()
def recipes() -> None:
    """Look at the recipes: what is known of base images."""


_own = click.option("--recipes", "own", type=_EXISTING, help="Folder with recipes of your own.")


@recipes.command("list")
@_own
@_json
def list_recipes(own: Path | None, *, as_json: bool) -> int:
    """Print the families and how far down each goes."""
    from stepdown.cli import recipes as job  # noqa: PLC0415

    return job.families(own, as_json=as_json)


@recipes.command("show")
@click.argument("name")
@_own
@_json
def show_recipe(name: str, own: Path | None, *, as_json: bool) -> int:
    """Print all that is known of the family NAME, or of the image NAME."""
    from stepdown.cli import recipes as job  # noqa: PLC0415

    return job.show(name, own, as_json=as_json)


@recipes.command("check")
@click.option("--on", "day", default="", callback=_day, help="Date for support (today).")
@_own
@_json
def check_recipes(day: str, own: Path | None, *, as_json: bool) -> int:
    """Check every recipe, and warn about images whose support is over."""
    from stepdown.cli import recipes as job  # noqa: PLC0415

    return job.check(own, day, as_json=as_json)


@app.command()
@_json
def doctor(*, as_json: bool) -> int:
    """Say what works here: git, the engine, the builder, the toolbox."""
    from stepdown.cli import inspect  # noqa: PLC0415

    return inspect.doctor(as_json=as_json)


for _command in manners.commands(_planning, _scanning):
    app.add_command(_command)


def arguments(words: list[str]) -> list[str]:
    """Make `migrate` the command when none is named: `stepdown PATH` is the wizard."""
    named = words and (words[0] in app.commands or words[0] in ("--help", "-h", "--version"))
    return words if named else ["migrate", *words]


def main() -> None:
    """Run the command line and exit."""
    sys.exit(run(sys.argv[1:]))


def run(words: list[str]) -> int:
    """Run with these arguments; return the exit code."""
    try:
        code = app.main(args=arguments(words), prog_name="stepdown", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except StepdownError as error:
        _tell(error)
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


def _tell(error: StepdownError) -> None:
    from stepdown.report.words import visible  # noqa: PLC0415  (keeps --help quick)

    click.echo(f"stepdown: {visible(error.brief)}", err=True)
    for line in error.details.splitlines():
        click.echo(f"    {visible(line)}", err=True)
    if error.hint:
        click.echo(f"hint: {visible(error.hint)}", err=True)
