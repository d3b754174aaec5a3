"""The command line: flags in, an exit code out. Every error becomes words here, and only here."""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from stepdown import __version__
from stepdown.cli.options import FORMS, SMALLEST, Options
from stepdown.errors import StepdownError
from stepdown.model.image import Tier

BUG = 70
INTERRUPTED = 130
CLOSED_PIPE = 141

Function = TypeVar("Function", bound=Callable[..., Any])
_EXISTING = click.Path(path_type=Path)

_json = click.option("--json", "as_json", is_flag=True, help="Machine-readable standard output.")
_verbose = click.option("--verbose", "-v", is_flag=True, help="Show everything.")


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
            "--package",
            "packages",
            multiple=True,
            metavar="DEBIAN=ALPINE",
            help="What Alpine calls a package that the recipes do not know; - for nothing.",
        ),
        click.option("--unsafe-fixes", is_flag=True, help="Apply edits that may change behaviour."),
    )
    for flag in reversed(flags):
        function = flag(function)
    return function


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
@click.option("--env", "environment", multiple=True, help="NAME=VALUE for the application.")
@click.option("--branch", default="", help="Name of the branch to make.")
@click.option("--yes", "-y", is_flag=True, help="Ask nothing.")
@click.option("--dry-run", is_flag=True, help="Print the plan and stop.")
@click.option("--report", "reports", multiple=True, type=_EXISTING, help="Report: .md .txt .json")
@click.option("--record", type=_EXISTING, help="Write the record of the run (JSON).")
@click.option("--log", type=_EXISTING, help="Write the log of the run.")
@click.option(
    "--timing", type=click.IntRange(min=0), default=0, help="Turns in which times are compared."
)
@click.option("--build-timeout", type=click.FloatRange(min=1), default=1800, help="Seconds.")
@click.option("--test-timeout", type=click.FloatRange(min=1), default=600, help="Seconds.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto")
@_json
@_verbose
def migrate(*, as_json: bool, **flags: Any) -> int:  # noqa: ANN401  (click's own values)
    """Plan, build, verify, measure, report, and commit on a branch. Asks in a terminal."""
    from stepdown.cli import migrate as job  # noqa: PLC0415  (keeps --help quick)
    from stepdown.cli.wizard import Asker  # noqa: PLC0415

    options = Options(json=as_json, **flags)
    quiet = options.yes or options.json or options.dry_run
    terminal = sys.stdin.isatty() and sys.stderr.isatty()
    return job.run(options, Asker() if terminal and not quiet else None)


@app.command()
@_planning
@click.option("--format", "form_", type=click.Choice(["text", "diff", "json"]), default="text")
@_json
@_verbose
def plan(*, as_json: bool, form_: str, **flags: Any) -> int:  # noqa: ANN401  (click's own values)
    """Print candidates, hazards and the diff; needs no engine."""
    from stepdown.cli import planning  # noqa: PLC0415

    return planning.plan(Options(**flags), "json" if as_json else form_)


@app.command()
@click.argument("image")
@_json
@_verbose
def measure(image: str, *, as_json: bool, verbose: bool) -> int:
    """Print the surface of one image: what an intruder would find."""
    from stepdown.cli import inspect  # noqa: PLC0415

    return inspect.measure(image, as_json=as_json, verbose=verbose)


@app.command()
@click.argument("before")
@click.argument("after")
@_json
@_verbose
def compare(before: str, after: str, *, as_json: bool, verbose: bool) -> int:
    """Print the difference between the surfaces of two images."""
    from stepdown.cli import inspect  # noqa: PLC0415

    return inspect.compare(before, after, as_json=as_json, verbose=verbose)


@app.command()
@click.argument("file", default="-")
@_json
def explain(file: str, *, as_json: bool) -> int:
    """Print the likeliest causes of an error text in FILE (- is standard input); offline."""
    from stepdown.cli import inspect  # noqa: PLC0415

    return inspect.explain(file, as_json=as_json)


@app.command()
@click.argument("record", type=_EXISTING)
@click.option("--format", "form", type=click.Choice(["text", "md", "json"]), default="text")
@_json
@_verbose
def report(record: Path, *, form: str, as_json: bool, verbose: bool) -> int:
    """Render a saved RECORD; needs no engine."""
    from stepdown.cli import inspect  # noqa: PLC0415

    return inspect.report(record, "json" if as_json else form, verbose=verbose)


@app.command()
@_json
def doctor(*, as_json: bool) -> int:
    """Say what works here: git, the engine, the builder, the toolbox."""
    from stepdown.cli import inspect  # noqa: PLC0415

    return inspect.doctor(as_json=as_json)


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
