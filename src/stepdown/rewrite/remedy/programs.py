"""A shell and small tools for a base without them: a copied BusyBox. Never done unasked."""

import re
from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile, SourceText, parse
from stepdown.model.recipe import Remedy
from stepdown.rewrite.remedy.change import Change, first, paths
from stepdown.rewrite.runtime import SHELLS
from stepdown.rewrite.situation import Situation

_IMAGE = "busybox:musl"
_SHELL = "/bin/sh"
_SCRIPT = re.compile(r"sh -c (?P<script>[^`]+)")
_CALLED = re.compile(r"(?:sh|ash): (?:(?:line )?\d+: )?(?P<name>[\w.+-]+): not found")
_GONE = re.compile(r"has no /(?:\S*/)?(?P<name>[^\s/]+)$")
_FOLDERS = ("/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/")
_APPLETS = frozenset(
    (
        *("sh", "awk", "base64", "basename", "bunzip2", "bzip2", "cat", "chmod", "chown", "cp"),
        *("cut", "date", "dd", "df", "diff", "dirname", "du", "echo", "env", "expr", "find"),
        *("grep", "gunzip", "gzip", "head", "hostname", "id", "ln", "ls", "md5sum", "mkdir"),
        *("mktemp", "mv", "nice", "od", "printf", "ps", "pwd", "readlink", "rm", "rmdir", "sed"),
        *("seq", "sha256sum", "sleep", "sort", "stat", "tail", "tar", "tee", "test", "timeout"),
        *("touch", "tr", "true", "uname", "uniq", "unzip", "wc", "wget", "which", "xargs", "zcat"),
    )
)


def changes(doc: Dockerfile, situation: Situation, remedy: Remedy) -> Iterator[Change]:
    """Put BusyBox under each name that the evidence shows to be called."""
    if not situation.candidate.shell:
        lines = [f"COPY --from={_IMAGE} /bin/busybox {path}" for path in wanted(remedy.evidence)]
        yield from first(doc, situation.ship, lines)


def wanted(evidence: str) -> tuple[str, ...]:
    """Return the paths at which an applet is called; a shell where none is named."""
    gone = _GONE.search(evidence)
    if gone and gone["name"] not in _APPLETS | SHELLS:
        return ()
    inner = [match["script"] for match in _SCRIPT.finditer(evidence)]
    outer = _SCRIPT.sub("", evidence)
    found = [path for path in paths(outer) if path.startswith(_FOLDERS)]
    found += [f"/bin/{match['name']}" for match in _CALLED.finditer(evidence)]
    shells = [_SHELL] if inner or not found else []
    found += [f"/bin/{name}" for script in inner for name in _programs(script)]
    every = (path for path in (*shells, *found) if path.rpartition("/")[2] in _APPLETS)
    return tuple(dict.fromkeys(every))


def _programs(script: str) -> Iterator[str]:
    for command in parse(SourceText.join([(0, script)])).commands:
        if command.program and "/" not in command.name:
            yield command.program
