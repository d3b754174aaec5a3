"""Flags of builds, checks and gates, and which of all flags the command line gave."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

Function = TypeVar("Function", bound=Callable[..., Any])

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


def given(context: click.Context | None = None) -> dict[str, str]:
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
