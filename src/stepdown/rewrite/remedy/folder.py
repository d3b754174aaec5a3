"""A folder that belongs to the user who runs the application."""

from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile
from stepdown.model.recipe import Remedy
from stepdown.rewrite.remedy.change import Change, first, folders, joined, last, paths, user
from stepdown.rewrite.rootless import ROOT
from stepdown.rewrite.situation import Situation

_MAKING = ("mkdir", "chdir", "scandir", "opendir")
# Folders of the system, which are not for the application to write to.
_SYSTEM = ("/bin", "/boot", "/dev", "/etc", "/lib", "/proc", "/root", "/sbin", "/sys", "/usr")


def changes(doc: Dockerfile, situation: Situation, remedy: Remedy) -> Iterator[Change]:
    """Make the folder: by RUN where there is a shell, else by WORKDIR, which gives it to USER."""
    wanted = [path.rstrip("/") for path in remedy.paths] or list(_named(remedy.evidence))
    for path in wanted[:1]:
        if path in ("", "/") or any(f"{path}/".startswith(f"{one}/") for one in _SYSTEM):
            continue
        if situation.candidate.shell and situation.candidate.user in ROOT:
            yield from first(doc, situation.root, [_made(path, user(doc, situation))])
        else:
            yield from _entered(doc, situation, path)


def _named(evidence: str) -> Iterator[str]:
    """Yield the folder of each path, or the path itself where it was to be a folder."""
    for path in paths(evidence):
        itself = any(word in evidence for word in _MAKING)
        yield path if itself else path.rpartition("/")[0] or "/"


def _made(path: str, owner: str) -> str:
    given = f" && chown {owner} {path}" if owner else ""
    return f"RUN mkdir -p {path}{given}"


def _entered(doc: Dockerfile, situation: Situation, path: str) -> Iterator[Change]:
    """Enter the folder at the end, where USER is known, and go back."""
    passed = [folder for _, folder in folders(doc, situation)]
    now = passed[-1] if passed else situation.candidate.workdir
    entered = [
        joined("", one.args.text) for one in situation.shipped("WORKDIR") if one.args.text.strip()
    ]
    if now and path not in (now, *entered):
        lines = doc.newline.join((f"WORKDIR {path}", f"WORKDIR {now}"))
        yield last(doc, situation.ship, lines)
