"""Stages: what each FROM stands on, and what it takes from elsewhere."""

from collections.abc import Mapping
from itertools import takewhile

from stepdown.dockerfile.instruction import Instruction, Word
from stepdown.dockerfile.lexer import expand
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


class Use(Value, frozen=True, kw_only=True):
    """Something that a stage takes from a stage (`stage` is its index) or else from an image."""

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
    values = {name: build_args.get(name, value) for name, value in PLATFORM_ARGUMENTS.items()}
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
    """Cut `instructions` into stages; `arguments` are the global ones."""
    starts = [i for i, one in enumerate(instructions) if one.keyword == "FROM"]
    ends = [*starts[1:], len(instructions)]
    found: list[Stage] = []
    for start, end in zip(starts, ends, strict=True):
        found.append(_stage(instructions[start], instructions[start + 1 : end], found, arguments))
    return tuple(found)


def _stage(
    start: Instruction,
    rest: tuple[Instruction, ...],
    earlier: list[Stage],
    arguments: Mapping[str, str],
) -> Stage:
    words = start.fields
    platform = start.flag("platform")
    base = _fill(words[0].text, arguments, start.escape)
    return Stage(
        index=len(earlier),
        name=words[2].text.lower() if len(words) > 1 else "",
        start=start,
        image=words[0],
        base=base,
        platform=(platform.value or "") if platform else "",
        parent=_by_name(base, earlier),
        uses=tuple(use for one in rest for use in _uses(one, earlier)),
        instructions=rest,
    )


def _by_name(name: str, earlier: list[Stage]) -> int | None:
    # The latest stage of a name wins, as in the builder.
    wanted = name.lower()
    return next((one.index for one in reversed(earlier) if one.name and one.name == wanted), None)


def _uses(instruction: Instruction, earlier: list[Stage]) -> list[Use]:
    found = []
    source = instruction.flag("from") if instruction.keyword == "COPY" else None
    if source and source.value:
        stage = _by_name(source.value, earlier)
        if source.value.isdecimal() and int(source.value) < len(earlier):
            stage = int(source.value)
        found.append(Use(instruction=instruction, image=source.value, stage=stage))
    for flag in instruction.flags if instruction.keyword == "RUN" else ():
        name = mount(flag.value or "").get("from", "") if flag.name == "mount" else ""
        if name:
            found.append(Use(instruction=instruction, image=name, stage=_by_name(name, earlier)))
    return found


def mount(value: str) -> dict[str, str]:
    """Read the value of `--mount=`: its options by lower-case name, those without value empty."""
    options = (option.partition("=") for option in value.split(","))
    return {name.strip().lower(): text for name, _, text in options}
