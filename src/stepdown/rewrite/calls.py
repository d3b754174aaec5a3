"""The programs that a file calls: by themselves, through other programs, and inside of `sh -c`."""

from collections.abc import Iterator, Mapping

from stepdown.dockerfile import Command, Context, Dockerfile, Instruction, SourceText, Stage, parse
from stepdown.model.image import Value
from stepdown.rewrite.situation import Situation, found_once

_SHELLS = frozenset(("sh", "bash", "ash", "dash"))
# Programs that call another one: the letters of their options with a value, and how many operands
# stand before the other program.
_THROUGH: Mapping[str, tuple[str, int]] = {
    "command": ("", 0),
    "dumb-init": ("r", 0),
    "env": ("uCS", 0),
    "exec": ("a", 0),
    "gosu": ("", 1),
    "ionice": ("cnp", 0),
    "nice": ("n", 0),
    "nohup": ("", 0),
    "stdbuf": ("ioe", 0),
    "su-exec": ("", 1),
    "sudo": ("ugCDhpRTrt", 0),
    "time": ("fo", 0),
    "timeout": ("ks", 1),
    "tini": ("ep", 0),
    "xargs": ("adEIiLnPs", 0),
}
_CALLING = frozenset((*_SHELLS, *_THROUGH, "find"))
# Calls within one command: more of them are no honest command line.
_MOST = 100
# Whether the program is called may depend on whether it is there.
_MAYBE = frozenset((Context.CONDITION, Context.OR, Context.NEGATION, Context.FUNCTION))


class Call(Value, frozen=True, kw_only=True):
    """A program that an instruction calls, with its words: fixed ones as the program gets them.

    `program` is its name without the folders, `at` is where it stands in the file. `sure` is false
    inside of a condition and the like.
    """

    stage: Stage
    instruction: Instruction
    program: str
    words: tuple[str, ...]
    at: int
    sure: bool


def calls(doc: Dockerfile, situation: Situation, *, health: bool = True) -> Iterator[Call]:
    """Yield the calls on the candidate that a build or a start of the shipped stage makes.

    They are in the order of the file. Without `health` those of the HEALTHCHECK are left out.
    """
    found = _called(doc, situation)
    return iter(found) if health else (one for one in found if _keyword(one) != "HEALTHCHECK")


def _keyword(call: Call) -> str:
    return call.instruction.keyword


@found_once
def _called(doc: Dockerfile, situation: Situation) -> tuple[Call, ...]:
    keywords = ("CMD", "ENTRYPOINT", "HEALTHCHECK")
    started = [doc.effective(situation.ship, keyword) for keyword in keywords]
    return tuple(
        call
        for stage, instruction in situation.instructions("RUN", *keywords)
        if stage.index in situation.built
        and (instruction.keyword == "RUN" or any(instruction is one for one in started))
        for call in of_instruction(doc, stage, instruction)
    )


def of_instruction(doc: Dockerfile, stage: Stage, instruction: Instruction) -> tuple[Call, ...]:
    """Return the calls of one instruction, in either form; many fixers ask for the same."""
    known: dict[int, tuple[Call, ...]] = doc.memory.setdefault("calls", {})
    key = instruction.span.start
    if key not in known:
        known[key] = tuple(_read(doc, stage, instruction))
    return known[key]


def _read(doc: Dockerfile, stage: Stage, instruction: Instruction) -> Iterator[Call]:
    words = (instruction.onbuild or instruction).json
    if words is not None:
        texts = tuple(word.text for word in words)
        yield from _unfold(_call(stage, instruction, texts, instruction.span.start))
        return
    script = doc.script(instruction)
    for command in script.commands if script is not None else ():
        if command.words:
            first = command.words[0]
            at = first.source.origin(first.start)
            call = _call(stage, instruction, _texts(command), at, sure=_is_sure(command))
            if call.program in _CALLING or not call.words[0]:
                yield from _unfold(call)
            else:
                yield call


def _call(
    stage: Stage, instruction: Instruction, words: tuple[str, ...], at: int, *, sure: bool = True
) -> Call:
    program = words[0].rpartition("/")[2] if words else ""
    return Call(
        stage=stage, instruction=instruction, program=program, words=words, at=at, sure=sure
    )


def _is_sure(command: Command) -> bool:
    return not command.contexts or not _MAYBE & set(command.contexts)


def _texts(command: Command) -> tuple[str, ...]:
    return tuple([word.raw if word.text is None else word.text for word in command.words])


def _unfold(call: Call) -> Iterator[Call]:
    """Yield a call, and the calls that it makes in turn."""
    todo, left = [call], _MOST
    while todo and left:
        one = todo.pop()
        if not one.words or not one.words[0]:
            continue
        left -= 1
        yield one
        if one.program in _SHELLS:
            todo += reversed(list(_nested(one)))
        else:
            todo += [_with(one, words) for words in (_behind(one), *_executed(one)) if words]


def _with(call: Call, words: tuple[str, ...], *, sure: bool = True) -> Call:
    return _call(call.stage, call.instruction, words, call.at, sure=call.sure and sure)


def _behind(call: Call) -> tuple[str, ...]:
    """Return the words of the program that this one calls, as xargs and env do."""
    if call.program not in _THROUGH:
        return ()
    valued, operands = _THROUGH[call.program]
    at = 1
    while at < len(call.words):
        word = call.words[at]
        if word.startswith("-") and len(word) > 1:
            if call.program == "command" and word in ("-v", "-V"):
                return ()
            at += 2 if len(word) == 2 and word[1] in valued else 1  # noqa: PLR2004  (dash, letter)
        elif call.program in ("env", "sudo") and "=" in word:
            at += 1
        elif operands:
            operands -= 1
            at += 1
        else:
            return call.words[at:]
    return ()


def _executed(call: Call) -> Iterator[tuple[str, ...]]:
    """Yield the words behind the -exec of find."""
    if call.program != "find":
        return
    for at, word in enumerate(call.words):
        if word in ("-exec", "-execdir", "-ok"):
            rest = call.words[at + 1 :]
            ends = [i for i, one in enumerate(rest) if one in (";", "\\;", "+")]
            yield rest[: ends[0]] if ends else rest


def _nested(call: Call) -> Iterator[Call]:
    """Yield the commands of the script behind `sh -c`."""
    for at, word in enumerate(call.words[1:-1], 1):
        if not word.startswith("-"):
            return
        if word.endswith("c") and not word.startswith("--"):
            script = parse(SourceText.join([(0, call.words[at + 1])]))
            for command in script.commands:
                if command.words:
                    yield _with(call, _texts(command), sure=_is_sure(command))
            return
