"""The flags that several commands share, and which of them the command line gave."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from stepdown.cli.options import FORMS, SCANNERS, SMALLEST
from stepdown.model.image import Tier

EXISTING = click.Path(path_type=Path)
Function = TypeVar("Function", bound=Callable[..., Any])

json_ = click.option("--json", "as_json", is_flag=True, help="Machine-readable standard output.")
verbose = click.option("--verbose", "-v", is_flag=True, help="Show everything.")


def _policy(words: str = "--limit") -> tuple[Callable[[Function], Function], ...]:
    """Return the flags that say how far down to go, and to what; `words` is the lowest tier's."""
    return (
        click.option(
            "--recipes", type=EXISTING, multiple=True, help="Folder with recipes of your own."
        ),
        click.option("--like", default="", help="Known image from which the base is made."),
        _limit(words),
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
        click.option("--on", "day", default="", callback=day_of, help="Date for support (today)."),
    )


def _limit(words: str) -> Callable[[Function], Function]:
    return click.option(
        words,
        "limit",
        type=click.Choice([tier.value for tier in Tier]),
        default=None,
        callback=_text,
        help="Lowest tier that is ever proposed.",
    )


def _text(_context: click.Context, _option: click.Parameter, value: str | None) -> str:
    return value or ""


def day_of(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """Return the day as it was given. Raises BadParameter for what is none."""
    from datetime import date  # noqa: PLC0415  (keeps --help quick)

    try:
        if value:
            date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value} is no date like 2026-11-30") from None
    return value


_to = click.option(
    "--to",
    type=click.Choice([*(tier.value for tier in Tier), SMALLEST]),
    default=SMALLEST,
    help="How far down; smallest tries every rung.",
)
_package = click.option(
    "--package",
    "packages",
    multiple=True,
    metavar="DEBIAN=ALPINE",
    help="What Alpine calls a package that the recipes do not know; - for nothing.",
)


def planning(function: Function) -> Function:
    """Add the flags that `migrate` and `plan` share."""
    flags = (
        click.argument("path", type=EXISTING, default=Path()),
        click.option("--file", "-f", default="", help="Dockerfile, relative to PATH."),
        click.option("--target", "stage", default="", help="Stage that ships (default: the last)."),
        _to,
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
        _package,
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


quick = click.option(
    "--quick", is_flag=True, help="Read only the release and the package database."
)


def scanning(function: Function) -> Function:
    """Add the flags by which known vulnerabilities are looked for."""
    flags = (
        click.option(
            "--scanner",
            type=click.Choice(SCANNERS),
            default="none",
            help="Who looks for known vulnerabilities; osv needs no program.",
        ),
        click.option(
            "--osv", type=EXISTING, help="Folder or zip with osv.dev's dumps: osv, but offline."
        ),
        click.option("--kev", type=EXISTING, help="CISA's list of exploited vulnerabilities."),
        click.option(
            "--vex",
            type=EXISTING,
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


scan_report = click.option(
    "--scan-report",
    "scan_reports",
    type=EXISTING,
    multiple=True,
    help="A scanner's report that is there already; one for each image.",
)

gate = click.option(
    "--gate",
    "gates",
    multiple=True,
    metavar="GATE",
    help="Limit for the image, like max.commands=100 or forbid.shell.",
)


def building(function: Function) -> Function:
    """Add the flags by which images are built and judged."""
    flags = (
        click.option(
            "--build-arg", "build_args", multiple=True, metavar="NAME=VALUE", help="For each build."
        ),
        click.option(
            "--secret",
            "secrets",
            multiple=True,
            metavar="id=ID,env=NAME",
            help="Build secret, or id=ID,src=FILE.",
        ),
        click.option(
            "--start-timeout",
            type=click.FloatRange(min=1),
            default=60,
            help="Seconds to answer in.",
        ),
        click.option(
            "--stop-timeout", type=click.FloatRange(min=1), default=10, help="Seconds to stop in."
        ),
        gate,
        click.option(
            "--forbid-tool", "forbidden", multiple=True, help="Program that it may not have."
        ),
    )
    for flag in reversed(flags):
        function = flag(function)
    return function


def fleet(function: Function) -> Function:
    """Add the flags of `migrate` that can hold for many repositories alike."""
    flags = (
        _to,
        click.option("--base", default="", help="Try this base image only."),
        click.option("--test", help="Test command where neither selection nor repository has one."),
        click.option(
            "--form", type=click.Choice(FORMS), default=FORMS[0], help="How the base is written."
        ),
        _package,
        click.option("--unsafe-fixes", is_flag=True, help="Apply edits that may change behaviour."),
        *_policy("--lowest"),
        click.option(
            "--build-arg", "build_args", multiple=True, metavar="NAME=VALUE", help="For each build."
        ),
        click.option(
            "--build-timeout", type=click.FloatRange(min=1), default=1800, help="Seconds."
        ),
        click.option("--test-timeout", type=click.FloatRange(min=1), default=600, help="Seconds."),
        gate,
    )
    for flag in reversed(flags):
        function = flag(function)
    return function


def given_flags(context: click.Context | None = None) -> dict[str, str]:
    """Return the fields that the command line gave; a flag by its name, PATH by its value."""
    context = context or click.get_current_context()
    return {
        parameter.name: _said(context, parameter)
        for parameter in context.command.params
        if parameter.name
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    }


def _said(context: click.Context, parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option) and parameter.name != "file":
        return parameter.opts[0]
    value: str | Path = context.params[parameter.name or ""]
    return str(value)
