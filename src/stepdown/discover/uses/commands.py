"""Calls of docker, podman, compose and kubectl in scripts, Makefiles and CI files.

These files are read line by line: whatever language is around it, such a call is one command line
(with its continuations) that a shell reads.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stepdown.discover.uses.mention import Kind, Mention, Names, Sighting, joined
from stepdown.discover.uses.words import of_words
from stepdown.dockerfile import SourceText, parse
from stepdown.model.facts import Need, Target

NAME = re.compile(
    r"(?:.*/)?(?:[^/]+\.(?:sh|bash|mk)|(?:GNUm|m|M)akefile|[Jj]ustfile|Taskfile\.ya?ml"
    r"|Jenkinsfile|\.gitlab-ci\.ya?ml|\.travis\.yml|bitbucket-pipelines\.yml"
    r"|azure-pipelines\.ya?ml)|\.github/(?:workflows|actions)/.*\.ya?ml|\.circleci/config\.yml"
)
_CALL = re.compile(
    r"(?<![\w./-])(?:docker(?:-compose)?|podman(?:-compose)?|nerdctl|kubectl|oc)\s+[\w$\"'-].*"
)
_ASSIGNMENT = re.compile(
    r"^\s*(?:export\s+)?(\w+)\s*[:?]?=\s*[\"']?([\w./:-]+)[\"']?\s*$", re.MULTILINE
)
_ENGINES = frozenset(("docker", "podman", "nerdctl"))
_KUBECTL = frozenset(("kubectl", "oc"))
# Options that take their value as the next word, of `run`, `exec`, `build` and of the programs.
_VALUED = frozenset(
    (
        "-a", "-c", "-e", "-f", "-H", "-h", "-l", "-m", "-n", "-p", "-t", "-u", "-v", "-w",
        "--add-host", "--build-arg", "--cap-add", "--cap-drop", "--cidfile", "--container",
        "--context", "--cpus", "--device", "--dns", "--entrypoint", "--env", "--env-file",
        "--expose", "--file", "--gpus", "--health-cmd", "--hostname", "--index", "--ip", "--label",
        "--link", "--log-driver", "--log-opt", "--memory", "--mount", "--name", "--namespace",
        "--network", "--network-alias", "--output", "--pid", "--platform", "--pod-running-timeout",
        "--profile", "--project-directory", "--project-name", "--publish", "--pull", "--restart",
        "--runtime", "--secret", "--security-opt", "--shm-size", "--stop-signal", "--sysctl",
        "--tag", "--target", "--tmpfs", "--ulimit", "--user", "--volume", "--volumes-from",
        "--workdir",
    )
)  # fmt: skip
_FLAGS = frozenset(("-it", "-ti", "-i", "-d", "-itd", "-dit", "-T", "-q", "-P"))


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call: its action (`run`, `exec`, `build`), its options and the words behind them."""

    action: str
    program: str
    options: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    line: int

    def option(self, *names: str) -> str:
        """Return the value of the first of the options that is given, else an empty text."""
        return next((value for name, value in self.options if name in names), "")


def calls(text: str) -> tuple[Call, ...]:
    """Return the calls of a file."""
    values = dict(_ASSIGNMENT.findall(text))
    found: list[Call] = []
    for number, line in _logical(text):
        call = _CALL.search(line)
        if call is not None and not line.lstrip().startswith(("#", "//")):
            found += _parsed(_plain(call[0], values), number)
    return tuple(found)


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines with their numbers, continued ones joined."""
    start, held = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        start = start or number
        if line.endswith("\\"):
            held += line[:-1] + " "
            continue
        yield start, held + line
        start, held = 0, ""
    if held:
        yield start, held


def _plain(text: str, values: dict[str, str]) -> str:
    """Write the variables of make, of GitHub and of shells in one way; known ones are filled in."""
    text = re.sub(r"\$\{\{\s*(?:[\w-]+\.)*([\w-]+)\s*\}\}", r"${\1}", text)
    text = re.sub(r"\$\((\w+)\)", r"${\1}", text).replace("$$", "$")
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda m: values.get(m[1] or m[2], m[0]), text)


def _parsed(text: str, line: int) -> Iterator[Call]:
    """Parse a command line; a quote that was opened before it is cut off."""
    for quote in ("", "'", '"', "`"):
        trimmed = text.rpartition(quote)[0] if quote else text
        script = parse(SourceText.join([(0, trimmed)]))
        if trimmed and not script.has_error:
            for command in script.commands:
                words = tuple(w.text if w.text is not None else w.raw for w in command.words)
                call = _call(words, line)
                if call is not None:
                    yield call
            return


def _call(words: tuple[str, ...], line: int) -> Call | None:
    program = words[0].rpartition("/")[2] if words else ""
    rest = list(words[1:])
    if program.removesuffix("-compose") in _ENGINES and program.endswith("-compose"):
        program = "compose"
    elif program not in _ENGINES | _KUBECTL:
        return None
    _options(rest)
    if rest[:1] in (["container"], ["image"], ["buildx"]):
        rest.pop(0)
    elif rest[:1] == ["compose"] and program in _ENGINES:
        program = "compose"
        rest.pop(0)
        _options(rest)
    if rest[:1] not in (["run"], ["exec"], ["build"]):
        return None
    action = rest.pop(0)
    return Call(
        action=action, program=program, options=tuple(_options(rest)), words=tuple(rest), line=line
    )


def _options(rest: list[str]) -> list[tuple[str, str]]:
    """Take the options from the front of `rest`."""
    found: list[tuple[str, str]] = []
    while rest and rest[0].startswith("-") and rest[0] != "--":
        name, equals, value = rest.pop(0).partition("=")
        if not equals and name in _VALUED and name not in _FLAGS and rest:
            value = rest.pop(0)
        found.append((name, value))
    return found


def learn(found: tuple[Call, ...], file: str, target: Target, names: Names) -> None:
    """Add the names under which the Dockerfile is built and run."""
    for call in found:
        if call.action == "build" and call.program in _ENGINES:
            tags = {Mention.image(v) for n, v in call.options if n in ("-t", "--tag")}
            tags |= {Mention.image(v) for n, v in _late_options(call) if n in ("-t", "--tag")}
            (names.ours if _builds(call, file, target) else names.others).update(tags)
    for call in found:
        if call.action == "run" and call.words and (name := call.option("--name")):
            container = Mention(Kind.CONTAINER, name)
            owner = names.owner(Mention.image(call.words[0]))
            if owner is not False:
                (names.ours if owner else names.others).add(container)


def _late_options(call: Call) -> list[tuple[str, str]]:
    """Return the options behind the first word, as in `docker build . -t app`."""
    rest = list(call.words[1:])
    return _options(rest)


def _builds(call: Call, file: str, target: Target) -> bool:
    """Tell whether a build is of this Dockerfile, from the top or from the file's own folder."""
    late = dict(_late_options(call))
    context = call.words[0] if call.words else "."
    given = call.option("-f", "--file") or late.get("-f") or late.get("--file")
    dockerfile = given or joined(context, "Dockerfile")
    wanted = joined(target.dockerfile)
    return wanted in (joined(dockerfile), joined(file.rpartition("/")[0], dockerfile))


def sightings(found: tuple[Call, ...]) -> Iterator[Sighting]:
    """Yield what the calls expect of the image."""
    for call in found:
        mention, words = _about(call)
        if mention is None:
            continue
        where = f"`{call.program} {call.action}`"
        entrypoint = call.option("--entrypoint")
        user = call.option("-u", "--user").partition(":")[0]
        if user and "$" not in user and call.program not in _KUBECTL:
            yield _sighting(Need.USER, user, call, where, mention)
        if entrypoint and "$" not in entrypoint:
            yield _sighting(Need.PROGRAM, entrypoint, call, where, mention)
            words = [entrypoint, *words]
        for at, program in enumerate(of_words(words)):
            if entrypoint and at == 0:
                continue
            first = at == 0 and call.action == "run"
            need = Need.COMMAND if first else Need.PROGRAM
            yield _sighting(need, program, call, where, mention)


def _about(call: Call) -> tuple[Mention | None, list[str]]:
    """Return whose image a call is about, and the command that it runs there."""
    words = list(call.words)
    if call.action == "build" or not words:
        return None, []
    name = words.pop(0)
    if call.program in _KUBECTL:
        if call.action != "exec" or "--" not in words:
            return None, []
        late = dict(_options(words))  # takes them from the front of the words
        container = call.option("-c", "--container") or late.get("-c") or late.get("--container")
        mention = Mention(Kind.CONTAINER, container or name.rpartition("/")[2])
        return mention, words[words.index("--") + 1 :]
    if words[:1] == ["--"]:
        words.pop(0)
    if call.program == "compose":
        return Mention(Kind.SERVICE, name), words
    if call.action == "exec":
        return Mention(Kind.CONTAINER, name), words
    return Mention.image(name), words


def _sighting(need: Need, value: str, call: Call, where: str, mention: Mention) -> Sighting:
    return Sighting(need=need, value=value, line=call.line, where=where, mention=mention)
