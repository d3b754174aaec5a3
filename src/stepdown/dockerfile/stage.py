"""Stages: what each FROM stands on, and what it takes from elsewhere."""

import re
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise, takewhile

from msgspec.structs import replace

from stepdown.dockerfile.instruction import FIELD, Instruction, Word
from stepdown.dockerfile.lexer import expand
from stepdown.dockerfile.lines import syntax_error
from stepdown.dockerfile.pairs import pairs
from stepdown.errors import DockerfileError
from stepdown.model.image import Value

# What BuildKit sets by itself on the commonest machine; build arguments override them.
PLATFORM_ARGUMENTS: Mapping[str, str] = {
    "BUILDPLATFORM": "linux/amd64",
    "BUILDOS": "linux",
    "BUILDOSVERSION": "",
    "BUILDARCH": "amd64",
    "BUILDVARIANT": "",
    "TARGETPLATFORM": "linux/amd64",
    "TARGETOS": "linux",
    "TARGETOSVERSION": "",
    "TARGETARCH": "amd64",
    "TARGETVARIANT": "",
    "TARGETSTAGE": "default",
}
_NUMBER = re.compile(r"[-+]?[0-9]{1,18}")


class Use(Value, frozen=True, kw_only=True):
    """Something that a stage takes from a stage (`stage` is its index) or else from an image.

    That stage may stand later in the file; the builder refuses it where it comes to it.
    """

    instruction: Instruction
    image: str
    stage: int | None


class Stage(Value, frozen=True, kw_only=True):
    """One stage.

    `name` is in lower case, empty where it has none. `image` is the word of FROM as written and
    where it stands, `base` the same with its variables filled in (empty where they give nothing).
    `parent` is the index of the earlier stage that `base` names; then `base` is no image.
    `platform` is the value of --platform as written. `instructions` follow the FROM.
    """

    index: int
    name: str
    start: Instruction
    image: Word
    base: str
    platform: str
    parent: int | None
    uses: tuple[Use, ...]
    instructions: tuple[Instruction, ...]

    @property
    def line(self) -> int:
        """The line of its FROM, from 1."""
        return self.start.line


def global_arguments(
    instructions: tuple[Instruction, ...], build_args: Mapping[str, str]
) -> dict[str, str]:
    """Return the values of the ARGs before the first FROM, the platform's included."""
    values = {**PLATFORM_ARGUMENTS}
    values.update((name, build_args[name]) for name in build_args if name in PLATFORM_ARGUMENTS)
    for instruction in takewhile(lambda one: one.keyword != "FROM", instructions):
        for pair in pairs(instruction) or ():
            if pair.key in build_args:
                values[pair.key] = build_args[pair.key]
            elif pair.value is not None:
                values[pair.key] = _fill(pair.value, values, instruction.escape)
    return values


def _fill(word: str, values: Mapping[str, str], escape: str) -> str:
    # A value that is not there (`${X:?}`) stops the build only where something needs it.
    try:
        return expand(word, values, escape=escape)
    except DockerfileError:
        return ""


def stages(
    instructions: tuple[Instruction, ...], arguments: Mapping[str, str]
) -> tuple[Stage, ...]:
    """Cut `instructions` into stages; `arguments` are the global ones.

    Raises DockerfileError for stages that take from one another, and for a --from that names
    nothing.
    """
    starts = [at for at, one in enumerate(instructions) if one.keyword == "FROM"]
    names = {_name(instructions[start]): index for index, start in enumerate(starts)}
    found: list[Stage] = []
    for index, (start, end) in enumerate(pairwise([*starts, len(instructions)])):
        rest = instructions[start + 1 : end]
        uses = tuple(use for one in rest if one.flags for use in _uses(one, names, len(starts)))
        found.append(_stage(index, instructions[start], rest, uses))
    _refuse_cycles(found)
    return based(found, arguments)


def based(stages: Iterable[Stage], arguments: Mapping[str, str]) -> tuple[Stage, ...]:
    """Return the same stages on the bases that these global arguments give."""
    # The latest stage of a name is its parent, and FROM finds it by its lower case only.
    earlier: dict[str, int] = {}
    found: list[Stage] = []
    for stage in stages:
        base = _fill(stage.image.text, arguments, stage.start.escape)
        parent = earlier.get(base)
        same = (base, parent) == (stage.base, stage.parent)
        found.append(stage if same else replace(stage, base=base, parent=parent))
        if stage.name:
            earlier[stage.name] = stage.index
    return tuple(found)


def _name(start: Instruction) -> str:
    words = FIELD.findall(start.arguments)
    return words[2].lower() if len(words) > 1 else ""


def _stage(
    index: int, start: Instruction, rest: tuple[Instruction, ...], uses: tuple[Use, ...]
) -> Stage:
    """Make a stage as it stands in the file, where its variables have no values yet."""
    image = start.fields[0]
    platform = start.flag("platform")
    return Stage(
        index=index,
        name=_name(start),
        start=start,
        image=image,
        base=image.text,
        platform=(platform.value or "") if platform else "",
        parent=None,
        uses=uses,
        instructions=rest,
    )


def _uses(instruction: Instruction, names: Mapping[str, int], count: int) -> list[Use]:
    if instruction.keyword == "COPY":
        source = instruction.flag("from")
        return [_copied(instruction, source.value, names, count)] if source and source.value else []
    mounts = [one for one in instruction.flags if one.name == "mount"]
    images = [mount(one.value or "").get("from", "") for one in mounts]
    return [
        Use(instruction=instruction, image=image, stage=names.get(image.lower()))
        for image in images
        if image
    ]


def _copied(instruction: Instruction, image: str, names: Mapping[str, int], count: int) -> Use:
    """Read the value of `COPY --from=`: the number or name of a stage, or else an image."""
    if _fill(image, {}, instruction.escape) != image:
        raise syntax_error(
            instruction.line,
            f"--from={image} cannot hold a variable",
            hint="Give the image a stage of its own, with a global ARG in its FROM.",
        )
    if not _NUMBER.fullmatch(image):
        return Use(instruction=instruction, image=image, stage=names.get(image.lower()))
    if not 0 <= int(image) < count:
        raise syntax_error(
            instruction.line,
            f"there is no stage {image} to copy from",
            hint=f"The stages have the numbers 0 to {count - 1}.",
        )
    return Use(instruction=instruction, image=image, stage=int(image))


def _refuse_cycles(found: list[Stage]) -> None:
    if all(use.stage is None or use.stage < one.index for one in found for use in one.uses):
        return
    sources = {one.index: {use.stage for use in one.uses} - {None} for one in found}
    try:
        TopologicalSorter(sources).prepare()
    except CycleError as error:
        stage = found[min(error.args[1])]
        raise syntax_error(
            stage.line,
            f"the stage {stage.name or stage.index} takes files from itself",
            hint="Follow its COPY --from and RUN --mount=from; the way leads back to it.",
        ) from None


def mount(value: str) -> dict[str, str]:
    """Read the value of `--mount=`: its options by lower-case name, those without value empty."""
    options = (option.partition("=") for option in value.split(","))
    return {name.strip().lower(): text for name, _, text in options}
