"""The one place that knows all forges; each is imported only when it is asked for."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from stepdown.adapters.forges.login import Login
from stepdown.adapters.forges.manners import Manners
from stepdown.adapters.forges.place import KINDS, Place, place
from stepdown.errors import ForgeError
from stepdown.ports import Directory, Forge

# Kind, module, class for a repository, class for all of an owner's.
_FORGES = {
    "github": ("github", "GitHubForge", "GitHub"),
    "gitlab": ("gitlab", "GitLabForge", "GitLab"),
    "gitea": ("gitea", "GiteaForge", "Gitea"),
    "bitbucket": ("bitbucket", "BitbucketForge", "Bitbucket"),
    "bitbucketdc": ("bitbucketdc", "BitbucketDataCenterForge", "BitbucketDataCenter"),
    "azure": ("azure", "AzureForge", "Azure"),
    "pagure": ("pagure", "PagureForge", "Pagure"),
}
_EXTRAS = ("github", "gitlab")
_HOMES = {
    "github": "https://github.com",
    "gitlab": "https://gitlab.com",
    "gitea": "https://codeberg.org",
    "bitbucket": "https://bitbucket.org",
    "pagure": "https://pagure.io",
}


def open_forge(
    remote: str, login: Login, *, kind: str = "", root: str = "", manners: Manners | None = None
) -> Forge:
    """Return the repository behind a git remote's URL.

    `kind` and `root` as for `place`. Nothing is sent yet. Raises ForgeError for a remote that is no
    forge's, and where the library for this forge is not installed.
    """
    return open_place(place(remote, kind, root), login, manners)


def open_place(where: Place, login: Login, manners: Manners | None = None) -> Forge:
    """Return the repository at a place, as `open_forge` does."""
    made: Forge = _member(where.kind, 1)(where, login, manners or Manners())
    return made


def home(kind: str) -> str:
    """Return the address of the public server of a kind, empty where there is none."""
    return _HOMES.get(kind, "")


def open_directory(
    kind: str, login: Login, *, root: str = "", manners: Manners | None = None
) -> Directory:
    """Return the directory of a forge; `root` is the address of its web pages.

    Without a root it is the public server of that kind. For Azure DevOps the root ends in the
    organisation.
    """
    root = root.rstrip("/") or _HOMES.get(kind, "")
    if kind not in KINDS or not root:
        raise ForgeError(
            f"The address of the forge is missing ({kind or 'no kind'}).",
            hint=f"Give the kind ({', '.join(KINDS)}) and, for an own server, its address.",
        )
    where = place(f"{root}/owner/name", kind, root)
    made: Directory = _member(kind, 2)(where.root, login, manners or Manners())
    return made


def _member(kind: str, which: int) -> Callable[..., Any]:
    module = _FORGES[kind][0]
    try:
        found: Callable[..., Any] = getattr(
            import_module(f"stepdown.adapters.forges.{module}"), _FORGES[kind][which]
        )
    except ModuleNotFoundError as missing:
        if kind not in _EXTRAS:
            raise
        raise ForgeError(
            f"The library for {kind} is not installed.",
            details=str(missing),
            hint=f'Install it with: pip install "stepdown[{kind}]"',
        ) from missing
    return found


__all__ = ["Login", "Manners", "Place", "open_directory", "open_forge"]
