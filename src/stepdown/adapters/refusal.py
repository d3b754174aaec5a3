"""What git says when a server refuses, in words that name the right that is missing."""

import re

from stepdown.adapters.credentials import Access
from stepdown.adapters.forges.place import guess
from stepdown.errors import ForgeError

_SCOPES = {
    "github": "a token with `contents: write` and `pull_requests: write` (classic: `repo`; files "
    "under .github/workflows need `workflow`)",
    "gitlab": "a token with `write_repository` (with `api` for merge requests), of a role that may "
    "push: Developer or above",
    "gitea": "a token with `write:repository` (and `write:issue` for labels)",
    "bitbucketdc": "a token with the right REPO_WRITE",
    "pagure": "a token with `commit_access`, and `pull_request_create` for requests",
    "bitbucket": "a token with `repository:write` and `pullrequest:write`",
    "azure": "a token with Code (Read & write) and Pull Request Contribute",
}
_UNAUTHENTICATED = re.compile(
    r"Authentication failed|could not read (?:Username|Password)|HTTP 401|error: 401"
    r"|Permission denied \(publickey|terminal prompts disabled",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(
    r"HTTP 403|error: 403|Permission to \S+ denied|not allowed to", re.IGNORECASE
)
_MISSING = re.compile(r"not found|does not exist|error: 404|does not appear to be", re.IGNORECASE)
_MOVED = re.compile(
    r"stale info|fetch first|remote ref (?:up|is at)|cannot lock ref", re.IGNORECASE
)
_DECLINED = re.compile(
    r"hook declined|protected branch|GH006|pre-receive|\[remote rejected\]", re.IGNORECASE
)
_AWAY = re.compile(
    r"Could not resolve host|Failed to connect|timed out|Connection (?:refused|reset)"
    r"|early EOF|HTTP 5\d\d|error: 5\d\d|hung up|too slow",
    re.IGNORECASE,
)
_BUSY = re.compile(r"HTTP 429|error: 429|rate limit", re.IGNORECASE)
_RULE = "What it said is above: a rule for branches, or a hook on the server, stands in the way."
_SOON, _LATER = 15.0, 60.0


def scope(forge: str) -> str:
    """Return the rights that pushing and opening a request need on a kind of forge."""
    return _SCOPES.get(forge, "a user who may push to the repository")


def _host(url: str) -> str:
    return re.sub(r"^[a-z+]+://|^[^/@]*@|[/:].*$", "", url)


def _given(url: str, access: Access) -> str:
    """Say where the credential came from that was not enough."""
    if access.source:
        return f" What was given came from {access.source}."
    if not url.startswith("http"):
        return ""
    if not (access.kind or guess(_host(url))):
        return " Which forge this is, its name does not tell: with --forge its token is looked for."
    return " None was found: `stepdown help requests` says where one is looked for."


def refused(url: str, said: str, access: Access) -> ForgeError:
    """Return the error for what git printed when it could not reach, read or push."""
    host = _host(url)
    needed = f"Needed is {scope(access.kind or guess(host))}.{_given(url, access)}"
    for pattern, brief, hint, wait in (
        (_BUSY, f"{host} asks to slow down.", "", _LATER),
        (_MOVED, "The branch on the remote moved meanwhile.", "", 0.0),
        (_UNAUTHENTICATED, f"{host} does not accept the credentials, or got none.", needed, None),
        (_FORBIDDEN, f"{host} does not allow this user to push.", needed, None),
        (_DECLINED, f"{host} declined the push.", _RULE, None),
        (_MISSING, f"There is no repository at {url}, or this user may not see it.", needed, None),
        (_AWAY, f"{host} cannot be reached.", "Try again later.", _SOON),
    ):  # fmt: skip
        if pattern.search(said):
            details = access.redactor.clean(said).strip()
            return ForgeError(brief, details=details, hint=hint, wait=wait)
    return ForgeError(
        f"git could not talk to {url}.",
        details=access.redactor.clean(said).strip(),
        hint="`git ls-remote` has to work.",
    )
