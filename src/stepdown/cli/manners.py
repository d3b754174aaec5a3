"""The commands around the work: `config`, `completion` and `help`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from stepdown.cli import flags
from stepdown.cli.brief import Brief
from stepdown.cli.options import Options

_PATH = click.Path(path_type=Path)


def commands() -> tuple[click.Command, ...]:
    """Return the commands."""
    return _config(), completion, help_


def _config() -> click.Group:
    group = click.Group(
        "config",
        help="Look at the settings of a repository: stepdown.toml or [tool.stepdown].",
        epilog="Example: stepdown config show --limit alpine",
    )
    group.add_command(click.command("check")(_check))
    shown = flags.planning(flags.scanning(flags.building(_checks(flags.json_(_show)))))
    show = click.command(
        "show",
        cls=Brief,
        common=("--limit", "--to", "--test", "--env", "--gate", "--json"),
        examples=("stepdown config show", "stepdown config show api --limit alpine"),
    )
    group.add_command(show(shown))
    group.add_command(click.command("schema")(_schema))
    return group


def _checks(function: Callable[..., int]) -> Callable[..., int]:
    """Add the flags that `migrate` alone has and the configuration can set."""
    for words, more in (
        (("--build-timeout",), {"type": click.FloatRange(min=1), "default": 1800}),
        (("--test-timeout",), {"type": click.FloatRange(min=1), "default": 600}),
        (("--timing",), {"type": click.IntRange(min=0), "default": 0}),
        (("--env", "environment"), {"multiple": True}),
        (("--path", "paths"), {"multiple": True}),
        (("--junit",), {"default": ""}),
    ):
        function = click.option(*words, **more)(function)
    return function


@click.argument("path", type=_PATH, default=Path())
@flags.json_
def _check(path: Path, *, as_json: bool) -> int:
    """Check the settings that count for PATH; exit code 2 where they are wrong."""
    from stepdown.cli import configuration  # noqa: PLC0415  (keeps --help quick)

    return configuration.check(path, as_json=as_json)


def _show(*, as_json: bool, **values: Any) -> int:  # noqa: ANN401  (click's own values)
    """Print every setting that counts for PATH, and where it comes from.

    Takes the flags of migrate, and shows what they change.
    """
    from stepdown.cli import configuration  # noqa: PLC0415

    return configuration.show(Options(**values), flags.given_flags(), as_json=as_json)


def _schema() -> int:
    """Print the JSON Schema of stepdown.toml, for editors."""
    from stepdown.cli import configuration  # noqa: PLC0415

    return configuration.schema()


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print the script that completes words for SHELL.

    \b
    bash  add to ~/.bashrc:   eval "$(stepdown completion bash)"
    zsh   add to ~/.zshrc:    eval "$(stepdown completion zsh)"
    fish  stepdown completion fish > ~/.config/fish/completions/stepdown.fish
    """  # noqa: D301  (click's mark)
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    kind = get_completion_class(shell)
    if kind is None:
        raise click.BadParameter(f"{shell} is unknown")
    top = click.get_current_context().find_root().command
    click.echo(kind(top, {}, "stepdown", "_STEPDOWN_COMPLETE").source())
    return 0


@click.command(
    "help", cls=Brief, examples=("stepdown help", "stepdown help tutorial", "stepdown help python")
)
@click.argument("topic", default="")
@click.option("--raw", is_flag=True, help="The Markdown itself, without a pager.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto")
def help_(topic: str, *, raw: bool, color: str) -> int:
    """Read the manual: without TOPIC, the list of topics."""
    from stepdown.cli import manual  # noqa: PLC0415

    return manual.show(topic, raw=raw, color=color)
