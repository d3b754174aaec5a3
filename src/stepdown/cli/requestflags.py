"""The flags for merge requests, and the choices that they make."""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])
FORGES = ("github", "gitlab", "gitea", "forgejo", "bitbucket", "bitbucketdc", "azure", "pagure")
_FOLDER = click.Path(path_type=Path, file_okay=False)


@dataclass(frozen=True, kw_only=True)
class RequestOptions:
    """One field for each flag. `draft` is None where nobody said."""

    forge: str = ""
    forge_url: str = ""
    remote: str = "origin"
    into: str = ""
    draft: bool | None = None
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    signoff: bool = False
    reopen: bool = False
    rebase: str = "conflict"
    no_verify: bool = False
    token_command: str = ""
    via: str = "auto"
    patches: Path | None = None
    rate: str = ""
    windows: tuple[str, ...] = ()
    max_open: int | None = None
    canary: int | None = None

    @classmethod
    def taken(cls, flags: MutableMapping[str, Any]) -> "RequestOptions":
        """Take the fields of this out of all flags."""
        return cls(**{field.name: flags.pop(field.name) for field in fields(cls)})


def requesting(function: Function) -> Function:
    """Add the flags."""
    for flag in reversed((*_where(), *_what(), *_how(), *_when())):
        function = flag(function)
    return function


def _where() -> tuple[Callable[[Function], Function], ...]:
    return (
        click.option(
            "--forge",
            type=click.Choice(FORGES),
            default=None,
            callback=_text,
            help="Which forge the remote is on, where its host's name does not tell.",
        ),
        click.option("--forge-url", default="", help="Address of the forge's web pages."),
        click.option("--remote", default="origin", help="Remote to push to (origin)."),
        click.option("--into", default="", help="Branch that the request is for (the default)."),
    )


def _what() -> tuple[Callable[[Function], Function], ...]:
    return (
        click.option("--draft/--ready", default=None, help="Open the request as a draft, or not."),
        click.option("--label", "labels", multiple=True, help="Label of the request."),
        click.option("--reviewer", "reviewers", multiple=True, help="Who is asked to review."),
        click.option("--assignee", "assignees", multiple=True, help="Whom it is assigned to."),
        click.option("--signoff", is_flag=True, help="Add Signed-off-by to the commit."),
    )


def _how() -> tuple[Callable[[Function], Function], ...]:
    return (
        click.option("--reopen", is_flag=True, help="Open a new one where one was closed."),
        click.option(
            "--rebase",
            type=click.Choice(["conflict", "always"]),
            default="conflict",
            help="When an open request follows its base branch.",
        ),
        click.option("--no-verify", is_flag=True, help="Run no git hooks, as git's own flag."),
        click.option("--token-command", default="", help="Command that prints a token."),
        click.option(
            "--via",
            type=click.Choice(["auto", "api", "git"]),
            default="auto",
            help="git: without the forge's interface, so without a token for it.",
        ),
        click.option("--patches", type=_FOLDER, help="Write patches there instead of pushing."),
    )


def _when() -> tuple[Callable[[Function], Function], ...]:
    return (
        click.option("--rate", default="", metavar="N/hour", help="Most changes in that time."),
        click.option(
            "--window",
            "windows",
            multiple=True,
            metavar="mon-fri,9-17",
            help="Days and hours in which changes go out.",
        ),
        click.option("--max-open", type=click.IntRange(min=1), help="Most open requests a forge."),
        click.option(
            "--canary", type=click.IntRange(min=1), help="Most of them till a first one is merged."
        ),
    )


def _text(_context: click.Context, _option: click.Parameter, value: str | None) -> str:
    return value or ""
