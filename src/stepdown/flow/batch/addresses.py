"""Addresses of repositories: which ones are taken, and never one with a secret in it. Pure."""

import re

from stepdown.errors import UsageError

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?P<user>[^/@]*)@)?(?P<rest>.*)")
_HELPER = re.compile(r"[\w+.-]+::")
_SCP = re.compile(r"(?:[\w.-]+@)?[A-Za-z0-9][\w.-]*:(?!/?/)\S+")
SCHEMES = ("https", "ssh", "file")


def address(text: str, place: str) -> str:
    """Return the address of a repository: https, ssh, `user@host:path`, or a local path.

    `place` stands for it in errors, which never repeat a secret. Raises UsageError.
    """
    if not text.strip() or text.startswith("-") or any(not c.isprintable() for c in text):
        raise UsageError(f"{place}: there is no repository.", hint="Give a URL or a path.")
    found = _URL.fullmatch(text)
    if found is None and _HELPER.match(text):
        raise UsageError(
            f"{place}: {text.partition('::')[0]}:: is not taken.",
            hint="Use https, ssh, or a local path.",
        )
    if found is None:
        return text
    scheme, user, rest = found["scheme"].lower(), found["user"] or "", found["rest"]
    if user and (scheme != "ssh" or ":" in user):
        raise UsageError(
            f"{place}: the address of {rest} has credentials in it.",
            hint="They would end up in files and logs. Take them out; git finds them by its"
            " credential helper (`git help credentials`), or use ssh.",
        )
    if scheme not in SCHEMES:
        raise UsageError(
            f"{place}: {scheme}:// is not taken.", hint="Use https, ssh, or a local path."
        )
    if "?" in rest or "#" in rest:
        raise UsageError(
            f"{place}: the address has a query in it.", hint="Take off what follows the ? or #."
        )
    return rest if scheme == "file" else text


def is_local(repository: str) -> bool:
    """Tell whether an address is a path on this machine."""
    return _URL.fullmatch(repository) is None and not _is_scp(repository)


def host(repository: str) -> str:
    """Return the host of an address, empty for a local path."""
    if is_local(repository):
        return ""
    found = _URL.fullmatch(repository)
    rest = found["rest"] if found else repository.rpartition("@")[2].replace(":", "/", 1)
    return rest.partition("/")[0].partition(":")[0].lower()


def _is_scp(text: str) -> bool:
    return _SCP.fullmatch(text) is not None and not text.startswith((".", "/"))
