"""Which forge a remote belongs to, and what it is called there."""

import re
from urllib.parse import unquote, urlsplit

import msgspec

from stepdown.errors import ForgeError

ALIASES = {"forgejo": "gitea"}
"""Names that stand for another kind."""
KINDS = ("github", "gitlab", "gitea", "bitbucket", "bitbucketdc", "azure", "pagure")
_SCP = re.compile(r"^(?:[^@/\s]+@)?(?P<host>[^:/\s]+):(?!//)(?P<path>.+)$")
_KNOWN = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "bitbucket.org": "bitbucket",
    "dev.azure.com": "azure",
    "ssh.dev.azure.com": "azure",
    "codeberg.org": "gitea",
    "gitea.com": "gitea",
    "pagure.io": "pagure",
    "src.fedoraproject.org": "pagure",
}
_AZURE = frozenset(("dev.azure.com", "ssh.dev.azure.com"))
_OLD_AZURE = ".visualstudio.com"
_SPOKEN = {
    "github": "github",
    "ghe": "github",
    "gitlab": "gitlab",
    "gitea": "gitea",
    "forgejo": "gitea",
    "pagure": "pagure",
    "bitbucket": "bitbucketdc",
    "stash": "bitbucketdc",
}
_LOCAL = frozenset(("localhost", "127.0.0.1", "::1"))


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A repository on a forge: `root` is the address of its web pages, `name` the full name."""

    kind: str
    root: str
    name: str

    @property
    def host(self) -> str:
        """The host, without a port."""
        return urlsplit(self.root).hostname or ""


def place(remote: str, kind: str = "", root: str = "") -> Place:
    """Read the URL of a git remote, in any of git's forms.

    `kind` is one of KINDS, empty where the host's name tells; `root` is the address of the forge's
    web pages where the remote does not tell it (another port, a folder). Raises ForgeError for a
    remote that is no forge's.
    """
    scheme, host, port, path = _parts(remote)
    kind = kind or guess(host)
    if kind not in KINDS:
        raise ForgeError(
            f"Which forge is at {host or remote}?",
            details=f"The remote is {host}/{path}; the name of the host does not tell.",
            hint=f"Say which one it is with --forge: {', '.join(KINDS)}.",
        )
    root = root.rstrip("/") or _root(kind, scheme, host, port, path)
    if urlsplit(root).scheme != "https" and urlsplit(root).hostname not in _LOCAL:
        raise ForgeError(
            f"{root} is not encrypted, so that no token is sent there.",
            hint="Use the forge's https:// address.",
        )
    name = _NAMES.get(kind, _plain)(host, path)
    if "/" not in name and kind != "pagure":
        raise ForgeError(
            f"{remote.rpartition('@')[2]} names no repository.",
            hint="A repository's address ends in its owner and its name.",
        )
    return Place(kind=kind, root=root, name=name)


def guess(host: str) -> str:
    """Return the kind of forge that a host's name tells, empty where it does not."""
    if host.endswith(_OLD_AZURE):
        return "azure"
    if host in _KNOWN:
        return _KNOWN[host]
    return next((_SPOKEN[word] for word in re.split(r"[.-]", host) if word in _SPOKEN), "")


def _parts(remote: str) -> tuple[str, str, str, str]:
    """Return scheme, host, port and path of a remote."""
    if "://" not in remote and (short := _SCP.match(remote)):
        return "ssh", short["host"].lower(), "", _cut(short["path"])
    url = urlsplit(remote)
    port = f":{url.port}" if url.port else ""
    return url.scheme, (url.hostname or "").lower(), port, _cut(unquote(url.path))


def _cut(path: str) -> str:
    return path.strip("/").removesuffix(".git")


def _root(kind: str, scheme: str, host: str, port: str, path: str) -> str:
    web = scheme if scheme in ("http", "https") else "https"
    port = port if scheme in ("http", "https") else ""  # the port of ssh is not that of the pages
    host = f"[{host}]" if ":" in host else host
    if kind == "azure":
        return _azure_root(web, host, port, path)
    if kind == "bitbucketdc" and "/scm/" in f"/{path}":
        folder = f"/{path}".partition("/scm/")[0]
        return f"{web}://{host}{port}{folder}"
    return f"{web}://{host}{port}"


def _azure_root(web: str, host: str, port: str, path: str) -> str:
    """Return the organisation's address: it is a folder, or the start of the old host's name."""
    if host in _AZURE:
        words = path.split("/")
        return f"https://dev.azure.com/{words[1] if words[0] == 'v3' else words[0]}"
    if host.endswith(_OLD_AZURE):
        return f"{web}://{host}"
    above = path.partition("/_git/")[0].split("/")[:-1]
    return f"{web}://{host}{port}/{'/'.join(above)}".rstrip("/")


def _plain(_: str, path: str) -> str:
    return path


def _data_center(_: str, path: str) -> str:
    return "/".join(path.split("/")[-2:])


def _azure(host: str, path: str) -> str:
    """Return project/repository; of a project's first repository, the project is not named."""
    before, git, repository = f"/{path}".partition("/_git/")
    above = [one for one in before.split("/") if one]
    if not git:
        return "/".join(path.split("/")[-2:])
    if host in _AZURE:
        above = above[1:]
    elif host.endswith(_OLD_AZURE):
        above = [one for one in above if one != "DefaultCollection"]
    return f"{above[-1] if above else repository}/{repository}"


def _pagure(_: str, path: str) -> str:
    return "fork/" + path.removeprefix("forks/") if path.startswith("forks/") else path


_NAMES = {"bitbucketdc": _data_center, "azure": _azure, "pagure": _pagure}
