"""A whole Dockerfile, on exact boundaries."""

import io
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from copy import copy
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, NoReturn

from dockerfile_parse import DockerfileParser

from stepdown.dockerfile import heredoc
from stepdown.dockerfile.bash import script
from stepdown.dockerfile.instruction import Instruction, split, with_heredocs
from stepdown.dockerfile.lexer import expand
from stepdown.dockerfile.lines import (
    LINES,
    Directive,
    LineReader,
    beginning,
    directives,
    is_comment,
    split_lines,
)
from stepdown.dockerfile.pairs import pairs
from stepdown.dockerfile.shell import Script
from stepdown.dockerfile.stage import Stage, based, global_arguments, stages
from stepdown.dockerfile.syntax import check
from stepdown.errors import DockerfileError

_LONG = 100_000  # characters; of such files, whose parts fill megabytes, one is kept
_LAST: dict[str, "Dockerfile"] = {}
_HEREDOC = frozenset(("ADD", "COPY", "RUN"))


class Dockerfile(DockerfileParser):  # type: ignore[misc]  # it comes without types
    """A Dockerfile in memory. Reading only: edits are made by `stepdown.dockerfile.edit`.

    `text` is the file decoded as UTF-8 with `surrogateescape`, so that every byte survives.
    `build_args` are the values given by `--build-arg`, `environment` that of the base image.
    Instructions that are word for word those of the file `like` are not checked a second time.
    The properties of DockerfileParser (`labels`, `envs`, `cmd`, `baseimage`, ...) stand on the
    boundaries found here; its writers raise.

    Raises DockerfileError, with the line, for whatever the builder would refuse to read.
    """

    def __init__(
        self,
        text: str,
        *,
        build_args: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        like: "Dockerfile | None" = None,
    ) -> None:
        super().__init__(
            fileobj=io.BytesIO(text.encode("utf-8", "surrogateescape")),
            build_args=dict(build_args or {}),
            parent_env=dict(environment or {}),
        )
        self.text = text
        lines = split_lines(text)  # not kept: those of a long file fill megabytes
        self.directives: tuple[Directive, ...] = directives(lines)
        escapes = [one.value for one in self.directives if one.name == "escape"]
        self.escape: str = escapes[0] if escapes else "\\"
        self._checked = like.checked() if like is not None else frozenset()
        self.instructions: tuple[Instruction, ...] = self._read(lines)
        self.arguments: dict[str, str] = global_arguments(self.instructions, self.build_args)
        self.stages: tuple[Stage, ...] = stages(self.instructions, self.arguments)
        self._scripts: dict[int, Script | None] = {}
        self.memory: dict[str, Any] = {}  # what readers of the file keep; it goes with the file
        self._effective: dict[tuple[str, tuple[int, ...]], Instruction | None] = {}

    def given(self, build_args: Mapping[str, str]) -> "Dockerfile":
        """Return the same file with other values given by `--build-arg`."""
        twin = copy(self)
        twin.build_args = dict(build_args)
        twin.arguments = global_arguments(twin.instructions, twin.build_args)
        twin.stages = based(self.stages, twin.arguments)
        twin.__dict__.pop("_shells", None)  # on other parents, other ones may count
        return twin

    def _read(self, lines: list[str]) -> tuple[Instruction, ...]:
        """Read with the newest rule for `<< EOF`; older builders do not know it."""
        try:
            return self._parse(lines, spaced=True)
        except DockerfileError as error:
            try:
                return self._parse(lines, spaced=False)
            except DockerfileError:
                raise error from None

    def _parse(self, lines: list[str], *, spaced: bool) -> tuple[Instruction, ...]:
        reader = LineReader(lines, beginning(self.text), self.escape)
        found = tuple(
            _with_bodies(split(line, escape=self.escape), reader, spaced=spaced)
            for line in iter(reader.next, None)
        )
        check(found, self._checked)
        return found

    def checked(self) -> frozenset[tuple[str, str]]:
        """Return the texts of the instructions, each with its escape character."""
        return frozenset([(one.source.text, one.escape) for one in self.instructions])

    @property
    def newline(self) -> str:
        """The line end that the file uses first; a line feed where it has none."""
        first = self.text[: self.text.find("\n") + 1]
        return "\r\n" if first.endswith("\r\n") else "\n"

    def script(self, instruction: Instruction) -> Script | None:
        """Return the shell script of an instruction; None in exec form and without a command."""
        key = instruction.span.start
        if key not in self._scripts:
            self._scripts[key] = script(self.text, instruction, self.shell(instruction))
        return self._scripts[key]

    def shell(self, instruction: Instruction) -> tuple[str, ...]:
        """Return the words of the SHELL that reads `instruction`, none where the file has none."""
        if not self._has_shell:
            return ()
        starts, shells = self._shells
        return shells[bisect_right(starts, instruction.span.start)]

    @cached_property
    def _shells(self) -> tuple[list[int], list[tuple[str, ...]]]:
        """Where in the file another SHELL begins to count, and the SHELLs between these places.

        A stage begins with the SHELL that its parent ends with.
        """
        starts: list[int] = []
        shells: list[tuple[str, ...]] = [()]
        last: list[tuple[str, ...]] = []
        for stage in self.stages:
            starts.append(stage.start.span.start)
            shells.append(() if stage.parent is None else last[stage.parent])
            for one in stage.instructions:
                if one.keyword == "SHELL":
                    starts.append(one.span.end)
                    shells.append(tuple(word.text for word in one.json or ()))
            last.append(shells[-1])
        return starts, shells

    @cached_property
    def _has_shell(self) -> bool:
        return any(one.keyword == "SHELL" for one in self.instructions)

    def ships(self, target: str = "") -> Stage:
        """Return the stage that is built: the one named or numbered `target`, else the last.

        Raises DockerfileError where there is no such stage.
        """
        if not target:
            return self.stages[-1]
        wanted = target.lower()
        for stage in reversed(self.stages):
            if stage.name == wanted or str(stage.index) == wanted:
                return stage
        names = ", ".join(stage.name or str(stage.index) for stage in self.stages)
        raise DockerfileError(
            f"there is no stage {target!r}", hint=f"The Dockerfile has these stages: {names}."
        )

    def chain(self, stage: Stage) -> tuple[Stage, ...]:
        """Return the stages that `stage` is made of, the one on an external image first."""
        chain = [stage]
        while (parent := chain[-1].parent) is not None:
            chain.append(self.stages[parent])
        return tuple(reversed(chain))

    def standing_on(self, root: Stage) -> tuple[Stage, ...]:
        """Return the stages whose chain holds `root`, itself included, in the order of the file."""
        found = {root.index}
        for one in self.stages:  # a parent always stands before its stage
            if one.parent in found:
                found.add(one.index)
        return tuple([one for one in self.stages if one.index in found])

    def external(self, stage: Stage) -> str:
        """Return the external image under `stage`, empty where its variables give nothing."""
        return self.chain(stage)[0].base

    def effective(self, stage: Stage, keyword: str) -> Instruction | None:
        """Return the instruction of that keyword that counts in the image of `stage`.

        That is the last one; an ENTRYPOINT undoes a CMD of an earlier stage.
        """
        chain = self.chain(stage)
        key = (keyword, tuple([part.index for part in chain]))
        if key not in self._effective:
            self._effective[key] = _last(chain, keyword)
        return self._effective[key]

    def variables(self, stage: Stage) -> dict[str, str]:
        """Return the ENV and ARG values at the end of `stage`; an ARG without a value is absent."""
        values: dict[str, str] = dict(self.parent_env)
        arguments: dict[str, str] = {}
        for part in self.chain(stage):
            for instruction in part.instructions:
                known = {**arguments, **values}
                if instruction.keyword == "ENV":
                    for pair in pairs(instruction) or ():
                        values[pair.key] = self._expanded(pair.value or "", known)
                elif instruction.keyword == "ARG":
                    arguments.update(self._stage_arguments(instruction, known))
        return {**arguments, **values}

    def _stage_arguments(
        self, instruction: Instruction, known: Mapping[str, str]
    ) -> Iterator[tuple[str, str]]:
        for pair in pairs(instruction) or ():
            if pair.key in self.build_args:
                yield pair.key, self.build_args[pair.key]
            elif pair.value is not None:
                yield pair.key, self._expanded(pair.value, known)
            elif pair.key in self.arguments:
                yield pair.key, self.arguments[pair.key]

    def _expanded(self, word: str, values: Mapping[str, str]) -> str:
        try:
            return expand(word, values, escape=self.escape)
        except DockerfileError:
            return ""

    def ports(self, stage: Stage) -> tuple[int, ...]:
        """Return the TCP ports that `stage` exposes, in the order of the file."""
        values = self.variables(stage)
        found: dict[int, None] = {}
        for part in self.chain(stage):
            for instruction in part.instructions:
                for word in instruction.fields if instruction.keyword == "EXPOSE" else ():
                    found.update(dict.fromkeys(_tcp_ports(self._expanded(word.text, values))))
        return tuple(found)

    # What follows replaces DockerfileParser's own reading.

    @property
    def lines(self) -> list[str]:
        """The lines with their line ends, split at line feeds only."""
        return LINES.findall(self.text)

    @lines.setter
    def lines(self, _: object) -> NoReturn:
        raise TypeError("a Dockerfile is changed by edits only")

    @property
    def content(self) -> str:
        """The whole text."""
        return self.text

    @content.setter
    def content(self, _: object) -> NoReturn:
        raise TypeError("a Dockerfile is changed by edits only")

    @property
    def structure(self) -> list[dict[str, Any]]:
        """The instructions and comments as DockerfileParser describes them; lines count from 0."""
        instructions = [_described(self.text, one) for one in self.instructions]
        ranges = [range(one.line, one.end_line + 1) for one in self.instructions]
        inside = {number for numbers in ranges for number in numbers}
        skipped = {span.start for one in self.instructions for span in one.skipped}
        lines = split_lines(self.text)
        starts = accumulate(map(len, lines), initial=beginning(self.text))
        comments = [
            _comment(line, number)
            for number, (line, start) in enumerate(zip(lines, starts, strict=False), 1)
            if is_comment(line) and (number not in inside or start in skipped)
        ]
        return sorted(comments + instructions, key=lambda one: (one["endline"], one["startline"]))

    @property
    def parent_images(self) -> list[str]:
        """The external image under each stage, in the order of the stages."""
        return [self.external(stage) for stage in self.stages]

    @parent_images.setter
    def parent_images(self, _: object) -> NoReturn:
        raise TypeError("a Dockerfile is changed by edits only")


def read(text: str) -> Dockerfile:
    """Return the Dockerfile of `text`, the same object for the same text: several stages read it.

    Raises DockerfileError as Dockerfile does.
    """
    return _short(text) if len(text) < _LONG else _long(text)


@lru_cache(maxsize=8)
def _short(text: str) -> Dockerfile:
    return Dockerfile(text)


def _long(text: str) -> Dockerfile:
    found = _LAST.get(text)
    if found is None:
        _LAST.clear()  # first: the old one and the new one at a time would fill twice as much
        found = _LAST[text] = Dockerfile(text)
    return found


def _with_bodies(instruction: Instruction, reader: LineReader, *, spaced: bool) -> Instruction:
    """Read the bodies of the heredocs that the instruction opens."""
    if "<<" not in instruction.logical:
        return instruction
    inner = instruction.onbuild or instruction
    if inner.keyword not in _HEREDOC or inner.json is not None:
        return instruction
    openings = heredoc.openings(instruction.logical, spaced=spaced)
    found = [heredoc.read(one, reader.raw, instruction.line) for one in openings]
    return with_heredocs(instruction, tuple(found))


def _last(chain: tuple[Stage, ...], keyword: str) -> Instruction | None:
    found: Instruction | None = None
    for part in chain:
        if keyword == "CMD" and any(one.keyword == "ENTRYPOINT" for one in part.instructions):
            found = None
        found = next((one for one in reversed(part.instructions) if one.keyword == keyword), found)
    return found


def _described(text: str, instruction: Instruction) -> dict[str, Any]:
    logical = instruction.logical.strip()
    parts = logical.split(None, 1)
    end = text.find("\n", instruction.span.end)
    return {
        "instruction": instruction.keyword,
        "startline": instruction.line - 1,
        "endline": instruction.end_line - 1,
        "content": text[instruction.span.start : end + 1 or len(text)],
        "value": parts[1] if len(parts) > 1 else "",
    }


def _comment(line: str, number: int) -> dict[str, Any]:
    return {
        "instruction": "COMMENT",
        "startline": number - 1,
        "endline": number - 1,
        "content": line,
        "value": line.strip().removeprefix("#").strip(),
    }


def _tcp_ports(word: str) -> range:
    """Read one word of EXPOSE, as in `8080`, `8080/tcp` or `8000-8010`."""
    number, _, protocol = word.partition("/")
    first, _, last = number.partition("-")
    if protocol.lower() not in ("", "tcp") or not first.isdecimal():
        return range(0)
    return range(int(first), int(last if last.isdecimal() else first) + 1)
