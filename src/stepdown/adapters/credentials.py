"""The user's own credentials for a forge: where they come from, and how git gets them.

They are looked for in a fixed order, and each place that was passed over says why. A secret is
never an argument of a program, never part of a URL, and in no file of ours: git gets it in its
environment, as a header for one host only.
"""

import netrc
import os
import shlex
import subprocess
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import msgspec

from stepdown.adapters.redactor import Redactor
from stepdown.errors import ForgeError

_TIMEOUT = 60
_ASK_HELPERS = ("git", "-c", "core.askPass=true", "credential", "fill")
_PUBLIC = {
    "github": "github.com",
    "gitlab": "gitlab.com",
    "gitea": "",
    "bitbucket": "bitbucket.org",
    "azure": "dev.azure.com",
    "pagure": "pagure.io",
}


class _Variable(msgspec.Struct, frozen=True):
    """A variable that holds a token, of which user, and where to read for which server it is."""

    name: str
    user: str
    servers: tuple[str, ...] = ()


_VARIABLES = {
    "github": (
        _Variable("GITHUB_TOKEN", "x-access-token", ("GITHUB_SERVER_URL",)),
        _Variable("GH_TOKEN", "x-access-token", ("GITHUB_SERVER_URL",)),
        _Variable("GH_ENTERPRISE_TOKEN", "x-access-token", ("GH_HOST",)),
    ),
    "gitlab": (
        _Variable("GITLAB_TOKEN", "oauth2", ("CI_SERVER_URL", "GITLAB_HOST", "GITLAB_URI")),
        _Variable("CI_JOB_TOKEN", "gitlab-ci-token", ("CI_SERVER_URL",)),
    ),
    "gitea": (
        _Variable("GITEA_TOKEN", "oauth2", ("GITEA_SERVER_URL", "GITHUB_SERVER_URL")),
        _Variable("FORGEJO_TOKEN", "oauth2", ("FORGEJO_SERVER_URL", "GITHUB_SERVER_URL")),
    ),
    "bitbucket": (_Variable("BITBUCKET_TOKEN", "x-token-auth", ("BITBUCKET_GIT_HTTP_ORIGIN",)),),
    "azure": (
        _Variable("AZURE_DEVOPS_EXT_PAT", "stepdown", ("SYSTEM_COLLECTIONURI",)),
        _Variable("AZURE_DEVOPS_TOKEN", "stepdown", ("SYSTEM_COLLECTIONURI",)),
        _Variable("SYSTEM_ACCESSTOKEN", "stepdown", ("SYSTEM_COLLECTIONURI",)),
    ),
    "pagure": (_Variable("PAGURE_TOKEN", "oauth2", ("PAGURE_URL",)),),
}
_ALIASES = {"bitbucketdc": "bitbucket", "forgejo": "gitea"}
_USERS = {kind: variables[0].user for kind, variables in _VARIABLES.items()}


class Credential:
    """A user and a token, and where they come from. Printing it shows no token."""

    def __init__(self, user: str, token: str, source: str) -> None:
        self.user = user
        self.token = token
        self.source = source

    def __repr__(self) -> str:
        return f"Credential({self.user!r}, ***, {self.source!r})"

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that must not be seen."""
        return (self.token, f"{self.user}:{self.token}")

    def for_git(self, url: str, environment: Mapping[str, str]) -> dict[str, str]:
        """Return the variables that make git send it to the server of `url`, and nowhere else.

        An empty header comes first: it takes away one that a pipeline left in git's settings.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            return {}
        basic = b64encode(f"{self.user}:{self.token}".encode()).decode()
        key = f"http.{parts.scheme}://{parts.netloc}/.extraHeader"
        return _configured(environment, ((key, ""), (key, f"Authorization: Basic {basic}")))


class Search:
    """Looks for the credential of one server.

    `kind` is the forge's, `command` prints a token. `passed` says of each place why it gave none,
    `variables` are those that would.
    """

    def __init__(
        self,
        url: str,
        kind: str,
        *,
        command: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = _ALIASES.get(kind, kind)
        self.passed: list[str] = []
        self._url, self._command = url, command
        self._environment = os.environ if environment is None else environment
        self._host = urlsplit(url).hostname or ""

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables of the environment that may hold the token, ours first."""
        others = (one.name for one in _VARIABLES.get(self.kind, ()))
        return (f"STEPDOWN_{self.kind.upper()}_TOKEN", *others) if self.kind else ()

    def find(self) -> Credential | None:
        """Return the first that there is, None for none. Raises ForgeError for a failed command."""
        return next(self._every(), None)

    def _every(self) -> Iterator[Credential]:
        yield from self._of_command()
        yield from self._own()
        for variable in _VARIABLES.get(self.kind, ()):
            yield from self._of_variable(variable)
        yield from self._of_git()
        yield from self._of_netrc()

    def _of_command(self) -> Iterator[Credential]:
        command = self._command or self._environment.get("STEPDOWN_TOKEN_COMMAND", "")
        if not command:
            return
        try:
            done = subprocess.run(  # noqa: S603  (the user's own command)
                shlex.split(command), capture_output=True, check=True, text=True, timeout=_TIMEOUT
            )
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise ForgeError(
                "The token command failed.",
                details=_failure(error),
                hint="It has to print a token on its first line and end with status 0.",
            ) from None
        token = done.stdout.partition("\n")[0].strip()
        if not token:
            raise ForgeError(
                "The token command printed nothing.", hint="It has to print a token on one line."
            )
        yield self._made(token, "the token command")

    def _own(self) -> Iterator[Credential]:
        name = f"STEPDOWN_{self.kind.upper()}_TOKEN"
        if self.kind and (token := self._environment.get(name)):
            yield self._made(token, name)
        elif self.kind:
            self.passed.append(f"{name} is not set")

    def _of_variable(self, variable: _Variable) -> Iterator[Credential]:
        token = self._environment.get(variable.name)
        if not token:
            self.passed.append(f"{variable.name} is not set")
            return
        homes = {home for home in map(self._home, variable.servers) if home}
        homes = homes or {_PUBLIC[self.kind] or self._host}
        if self._host not in homes:
            self.passed.append(
                f"{variable.name} is for {' or '.join(sorted(homes))}, so {self._host} does not "
                f"get it; STEPDOWN_{self.kind.upper()}_TOKEN is for any"
            )
            return
        yield Credential(variable.user, token, variable.name)

    def _home(self, variable: str) -> str:
        value = self._environment.get(variable, "")
        return urlsplit(value if "://" in value else f"https://{value}").hostname or ""

    def _of_git(self) -> Iterator[Credential]:
        if urlsplit(self._url).scheme not in ("http", "https"):
            return
        answer = _fill(self._url, self._environment)
        token, user = answer.get("password", ""), answer.get("username", "")
        if token:
            yield Credential(user or _USERS.get(self.kind, "git"), token, "git's credential helper")
        else:
            self.passed.append(f"git's credential helpers know nothing for {self._host}")

    def _of_netrc(self) -> Iterator[Credential]:
        path = Path(self._environment.get("NETRC") or Path.home() / ".netrc")
        try:
            found = netrc.netrc(str(path)).authenticators(self._host)
        except FileNotFoundError:
            self.passed.append(f"there is no {path}")
            return
        except (OSError, netrc.NetrcParseError) as error:
            self.passed.append(f"{path} cannot be read ({type(error).__name__})")
            return
        if found and found[2]:
            yield Credential(found[0] or _USERS.get(self.kind, "git"), found[2], str(path))
        else:
            self.passed.append(f"{path} has nothing for {self._host}")

    def _made(self, token: str, source: str) -> Credential:
        return Credential(_USERS.get(self.kind, "git"), token, source)


class Access(msgspec.Struct, frozen=True):
    """How git reaches a server: `env` is added to its environment, `redactor` cleans its words.

    `hooks` runs the repository's own hooks around a push. `kind` is the forge's, empty where only
    the host's name may tell. `source` is where the credential comes from, empty without one.
    """

    env: Mapping[str, str] = {}
    redactor: Redactor = Redactor()
    hooks: bool = True
    kind: str = ""
    source: str = ""


def access(
    url: str,
    credential: Credential | None,
    *,
    hooks: bool = True,
    kind: str = "",
    environment: Mapping[str, str] | None = None,
) -> Access:
    """Return how git reaches `url` with a credential; with None it finds its own."""
    known = os.environ if environment is None else environment
    if credential is None:
        return Access(hooks=hooks, kind=kind)
    env, redactor = credential.for_git(url, known), Redactor(credential.secrets)
    return Access(env, redactor, hooks, kind, credential.source if env else "")


def without_secret(url: str) -> tuple[str, Credential | None]:
    """Return a remote's URL without user and password, and these where it had both.

    Git would put such a URL into its messages and its own command line.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or "@" not in parts.netloc:
        return url, None
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    user, token = unquote(parts.username or ""), unquote(parts.password or "")
    if not token:
        return bare, None
    return bare, Credential(user, token, "the remote's URL in git's settings")


def _failure(error: Exception) -> str:
    """Say how a command failed, without its words: a token may stand in them."""
    match error:
        case subprocess.CalledProcessError():
            said = str(error.stderr or "").strip()
            return f"It ended with status {error.returncode}.\n{said}".strip()
        case subprocess.TimeoutExpired():
            return f"It did not end within {_TIMEOUT} seconds."
        case OSError():
            return f"It cannot be started: {error.strerror}."
        case _:
            return "Its words cannot be read: a quotation mark may be missing."


def _configured(
    environment: Mapping[str, str], settings: tuple[tuple[str, str], ...]
) -> dict[str, str]:
    """Return git settings as variables, after those that are there already."""
    given = environment.get("GIT_CONFIG_COUNT", "")
    first = int(given) if given.isdecimal() else 0
    variables = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings, start=first):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def _fill(url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Ask git's credential helpers; nobody is asked in a terminal or in a window."""
    silent = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "SSH_ASKPASS": "true"}
    try:
        done = subprocess.run(  # noqa: S603  (a constant)
            _ASK_HELPERS,
            input=f"url={url}\n\n",
            capture_output=True,
            check=False,
            text=True,
            timeout=_TIMEOUT,
            env={**environment, **silent},
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    if done.returncode != 0:
        return {}
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
