"""The `outside` check: places in the repository that use the image, such as compose files.

A health check in a compose file, a probe in a manifest or a script with `docker exec` calls
programs inside of the image, sets a user or binds a port, and no test of the image sees it. Each
use is looked up in the files and the configuration of both images: what the baseline has and the
candidate lacks is a difference. Only a use that is certainly of this image makes the check fail;
the others are told.
"""

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stepdown.model.facts import Need, Use
from stepdown.model.image import ImageConfig, Libc
from stepdown.model.recipe import Channel
from stepdown.model.trial import CheckRun, CheckState, Message
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify.probe_image import Image

NAME = "outside"
_ROOT = frozenset(("", "0", "root"))
# Entrypoints that start whatever follows them.
_INITS = frozenset(("catatonit", "dumb-init", "tini"))


@dataclass(frozen=True, kw_only=True)
class Looked:
    """An image's files and configuration."""

    fs: RootFS
    config: ImageConfig

    def finds(self, program: str) -> bool:
        """Tell whether the image has the program, by its name or its path."""
        if "/" in program:
            program = posixpath.join(self.config.workdir or "/", program)
        return self.fs.which(program, self.config.path) is not None

    def reader(self, program: str) -> str:
        """Return the path of what reads a script, empty for another program."""
        return Image(fs=self.fs, config=self.config, env={}, read=lambda _: None).reader(program)

    @property
    def user(self) -> str:
        """The user without the group."""
        return self.config.user.partition(":")[0]


def check(uses: tuple[Use, ...], before: Looked, after: Looked) -> CheckRun:
    """Compare what the uses expect of the baseline with what the candidate has."""
    if not uses:
        return _run(CheckState.ABSENT, "no other file of the repository uses the image")
    found = [(use, text) for use in uses if (text := _difference(use, before, after))]
    sure = [f"{use.place}: {text}" for use, text in found if use.sure and not _lenient(use)]
    perhaps = [f"{use.place}: {text}" for use, text in found if not use.sure or _lenient(use)]
    if sure:
        more = f" (and {len(sure) - 1} more)" if len(sure) > 1 else ""
        return _run(CheckState.FAILED, sure[0] + more, (*sure, *map(_perhaps, perhaps)))
    summary = f"all that {_places(uses)} of the repository expect is there"
    if perhaps:
        count = f"{len(perhaps)} use{'s' if len(perhaps) > 1 else ''}"
        summary = f"{count} may be affected, if this image is meant: {perhaps[0]}"
    return _run(CheckState.PASSED, summary, tuple(map(_perhaps, perhaps)))


def _lenient(use: Use) -> bool:
    """Tell whether the difference matters on some engines only, or to some programs."""
    return use.need in (Need.PORT, Need.SEARCH) or (use.need is Need.USER and use.value.isdecimal())


def _difference(use: Use, before: Looked, after: Looked) -> str:
    """Return in what the candidate fails the use, empty where it serves it as the baseline did."""
    judge = _JUDGES.get(use.need)  # a variable is judged by the probe, which knows what it means
    return judge(use.value, f"{use.where}, `{use.quote}`,", before, after) if judge else ""


def _program(name: str, what: str, before: Looked, after: Looked) -> str:
    if not before.finds(name):
        return ""
    if not after.finds(name):
        return f"{what} calls {name}, which the candidate does not have"
    reader = after.reader(name)
    lost = reader and before.finds(reader) and not after.finds(reader)
    return f"{what} calls {name}, and the candidate has no {reader}" if lost else ""


def _command(name: str, what: str, before: Looked, after: Looked) -> str:
    """Judge the first word after the image: another entrypoint takes it as an argument."""
    old, new = before.config.entrypoint, after.config.entrypoint
    if not before.finds(name):
        return ""
    if new and new != old and posixpath.basename(new[0]) not in _INITS:
        return f"{what} gives {name} to the candidate's entrypoint {new[0]} as an argument"
    return _program(name, what, before, after)


def _user(name: str, what: str, before: Looked, after: Looked) -> str:
    if before.fs.user(name) is None or after.fs.user(name) is not None:
        return ""
    return f"{what} runs as user {name}, whom the candidate does not have in /etc/passwd"


def _port(number: str, what: str, before: Looked, after: Looked) -> str:
    if before.user not in _ROOT or after.user in _ROOT:
        return ""
    return f"{what} binds port {number}, for which some engines want root; now {after.user} runs"


def _search(domain: str, what: str, before: Looked, after: Looked) -> str:
    if before.fs.libcs != {Libc.GLIBC} or after.fs.libcs != {Libc.MUSL}:
        return ""
    return f"{what} searches {domain}, in which musl does not look up a name that has a dot"


def _numeric(_: str, what: str, before: Looked, after: Looked) -> str:
    if _is_numeric(after.user) or not _is_numeric(before.user):
        return ""
    return f"{what} wants a user by number, and the candidate's is {after.user or 'root'}"


_JUDGES: Mapping[Need, Callable[[str, str, Looked, Looked], str]] = {
    Need.PROGRAM: _program,
    Need.COMMAND: _command,
    Need.USER: _user,
    Need.PORT: _port,
    Need.NUMERIC_USER: _numeric,
    Need.SEARCH: _search,
}


def _is_numeric(user: str) -> bool:
    return user.isdecimal() and user not in _ROOT


def _perhaps(text: str) -> str:
    return f"{text}, if this image is meant"


def _places(uses: tuple[Use, ...]) -> str:
    files = len({use.file for use in uses})
    return "1 file" if files == 1 else f"{files} files"


def _run(state: CheckState, summary: str, lines: tuple[str, ...] = ()) -> CheckRun:
    messages = tuple(Message(channel=Channel.STATIC, text=line) for line in lines)
    return CheckRun(check=NAME, state=state, summary=summary, messages=messages)
