"""The base image becomes selectable by a build argument, in a form that update bots can read."""

import re
from itertools import chain, count, takewhile

from stepdown.dockerfile import Dockerfile, Instruction, Pair, Span, pairs
from stepdown.model.image import ImageRef
from stepdown.model.plan import Edit, Refusal
from stepdown.rewrite.situation import Fixes, Pen, Situation, line_end, line_start

_ARGUMENTS = ("BASE", "BASE_IMAGE", "RUNTIME_BASE")
_ALIASES = ("base", "runtime-base", "base-image")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})\Z")
_DEFAULT = re.compile(r"\"?\$\{(\w+):?-([^${}\"]+)\}\"?\Z")
_ANY_VARIABLE = re.compile(r"\$\{?(\w+)")


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Put the candidate under the root stage."""
    pen = Pen(text=doc.text, fixer="base")
    if same_image(situation.old, situation.candidate.image):
        return Fixes(argument=selecting(doc, situation))
    image, notes = _image(doc, situation, pen)
    reason = f"{situation.old} gives way to the smaller {situation.candidate.image}."
    place = _place(doc, situation)
    if place is not None:
        argument, span = place
        if argument and situation.alias is None:
            reason += f" The build argument {argument} still selects the base."
        return Fixes(edits=(pen.edit(span, image, reason),), refusals=notes, argument=argument)
    if situation.policy.form == "alias" and not _numbers_shift(situation, doc):
        return _alias_form(doc, situation, pen, image, notes)
    if situation.policy.form == "alias" and situation.facts.update_bot == "dependabot":
        return _literal_form(situation, pen, image, notes)
    return _argument_form(doc, situation, pen, image, notes)


def _place(doc: Dockerfile, situation: Situation) -> tuple[str, Span] | None:
    """Return where the file names the base already, with the argument that selects it."""
    if situation.alias is not None:
        return selecting(doc, situation), situation.alias.image.span
    default = own_default(doc, situation)
    if default is not None:
        return default
    pair = own_variable(doc, situation)
    if pair is not None:
        return pair.key, pair.value_span
    literal = situation.policy.form == "literal"
    return ("", situation.root.image.span) if literal else None


def same_image(one: str, other: str) -> bool:
    """Tell whether two references name the same image, however Docker Hub is spelled."""
    first, second = ImageRef.parse(one), ImageRef.parse(other)
    return (first.repository, first.tag or "latest", first.digest) == (
        second.repository,
        second.tag or "latest",
        second.digest,
    )


def selecting(doc: Dockerfile, situation: Situation) -> str:
    """Return the build argument that selects the base today, empty where there is none."""
    default = own_default(doc, situation)
    if default is not None:
        return default[0]
    match = _VARIABLE.match(situation.root.image.text)
    name = (match.group(1) or match.group(2)) if match else ""
    return name if any(pair.key == name for _, pair in global_pairs(doc)) else ""


def global_pairs(doc: Dockerfile) -> list[tuple[Instruction, Pair]]:
    """Return the ARGs before the first FROM."""
    return [(one, pair) for one in _before_stages(doc) for pair in pairs(one) or ()]


def _before_stages(doc: Dockerfile) -> list[Instruction]:
    return list(takewhile(lambda one: one.keyword != "FROM", doc.instructions))


def own_default(doc: Dockerfile, situation: Situation) -> tuple[str, Span] | None:
    """Return the ARG without a value of a FROM like `${BASE:-image}`, and where the image is."""
    image = situation.root.image
    match = _DEFAULT.match(image.text)
    if match is None or match.group() not in image.span.of(doc.text):
        return None
    name = match.group(1)
    found = [pair for _, pair in global_pairs(doc) if pair.key == name]
    uses = sum(len(_named(name, one.span.of(doc.text))) for one in doc.instructions)
    if len(found) != 1 or found[0].value or uses != len(("definition", "FROM")):
        return None
    at = image.span.start + image.span.of(doc.text).index(match.group()) + match.start(2)
    return name, Span(at, at + len(match.group(2)))


def own_variable(doc: Dockerfile, situation: Situation) -> Pair | None:
    """Return the ARG that alone makes the root's FROM and nothing else, if there is one."""
    name = selecting(doc, situation)
    found = [pair for _, pair in global_pairs(doc) if pair.key == name]
    if not name or len(found) != 1 or not found[0].value:
        return None
    uses = sum(len(_named(name, one.span.of(doc.text))) for one in doc.instructions)
    # Once where it is defined and once in the FROM.
    return found[0] if uses == len(("definition", "FROM")) else None


def _named(name: str, text: str) -> list[str]:
    return re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", text)


def _image(doc: Dockerfile, situation: Situation, pen: Pen) -> tuple[str, tuple[Refusal, ...]]:
    """Return the candidate's image, with the file's variables where they still select it."""
    image = situation.candidate.image
    notes: list[Refusal] = []
    if situation.alias is None and own_default(doc, situation) is not None:
        return image, _digest(situation, pen)
    word = (situation.alias or situation.root).image.text
    pair = None if situation.alias else own_variable(doc, situation)
    for name in dict.fromkeys(_ANY_VARIABLE.findall((pair and pair.value) or word)):
        value = doc.arguments.get(name, "")
        # A variable with a whole image may get one that no suffix fits.
        fits = bool(value) and ":" not in value
        places = list(re.finditer(_bounded(value), image)) if fits else []
        if len(places) == 1:
            image = f"{image[: places[0].start()]}${{{name}}}{image[places[0].end() :]}"
        else:
            notes.append(
                pen.refuse(
                    situation.root.start,
                    f"The build argument {name} no longer selects this base.",
                    f"Its value {value!r} has no place in {situation.candidate.image}.",
                    blocking=False,
                )
            )
    return image, (*notes, *_digest(situation, pen))


def _bounded(value: str) -> str:
    edge = r"\d." if value[:1].isdecimal() and value[-1:].isdecimal() else r"\w"
    return rf"(?<![{edge}]){re.escape(value)}(?![{edge}])"


def _digest(situation: Situation, pen: Pen) -> tuple[Refusal, ...]:
    old, new = ImageRef.parse(situation.old), ImageRef.parse(situation.candidate.image)
    if not old.digest or new.digest:
        return ()
    return (
        pen.refuse(
            situation.root.start,
            f"The digest that pins {old.name} is lost: {situation.candidate.image} has none here.",
            "Pin the new base to its digest once you have chosen it.",
            blocking=False,
        ),
    )


def _numbers_shift(situation: Situation, doc: Dockerfile) -> bool:
    """Tell whether one more stage before root would change what a stage's number means."""
    if situation.target.isdecimal():
        return True
    numbers = [use.image for stage in doc.stages for use in stage.uses if use.image.isdecimal()]
    return any(int(number) >= situation.root.index for number in numbers)


def _free_argument(doc: Dockerfile) -> str:
    names = chain(_ARGUMENTS, (f"BASE_{number}" for number in count(2)))
    return next(name for name in names if not _is_named(doc, name))


def _is_named(doc: Dockerfile, name: str) -> bool:
    """Tell whether an instruction holds the name; a comment may."""
    return name in doc.text and any(_named(name, one.span.of(doc.text)) for one in doc.instructions)


def _free_alias(doc: Dockerfile) -> str:
    taken = {stage.name for stage in doc.stages} | {stage.base.lower() for stage in doc.stages}
    taken |= {use.image.lower() for stage in doc.stages for use in stage.uses}
    names = chain(_ALIASES, (f"base-{number}" for number in count(2)))
    return next(name for name in names if name not in taken)


def _argument_form(
    doc: Dockerfile, situation: Situation, pen: Pen, image: str, notes: tuple[Refusal, ...]
) -> Fixes:
    name = _free_argument(doc)
    why = " Another stage before this one would change what the numbers of stages mean."
    define = _define(doc, pen, name, image, why if situation.policy.form == "alias" else "")
    edits = (define, _select(situation, pen, name))
    return Fixes(edits=edits, refusals=notes, argument=name)


def _literal_form(situation: Situation, pen: Pen, image: str, notes: tuple[Refusal, ...]) -> Fixes:
    """Keep the base where Dependabot reads it, in a file that has no room for the alias form."""
    why = (
        f"{situation.old} gives way to the smaller {situation.candidate.image}. It stays a literal "
        "FROM, without a build argument: Dependabot is configured and reads no other, and another "
        "stage before this one would change what the numbers of stages mean."
    )
    return Fixes(edits=(pen.edit(situation.root.image.span, image, why),), refusals=notes)


def _alias_form(
    doc: Dockerfile, situation: Situation, pen: Pen, image: str, notes: tuple[Refusal, ...]
) -> Fixes:
    name, alias = _free_argument(doc), _free_alias(doc)
    start = situation.root.start
    keyword = start.keyword_span.of(doc.text)
    words = [keyword, *(flag.span.of(doc.text) for flag in start.flags), image]
    words += ["AS" if keyword.isupper() else "as", alias]
    at = line_start(doc.text, start.span.start)
    named = pen.edit(
        Span(at, at),
        " ".join(words) + doc.newline,
        f"The base {situation.candidate.image} has a FROM line of its own, which update bots can "
        f"read and --build-arg {name}= can override.",
    )
    edits = (_define(doc, pen, name, alias), named, _select(situation, pen, name))
    return Fixes(edits=edits, refusals=notes, argument=name)


def _select(situation: Situation, pen: Pen, name: str) -> Edit:
    return pen.edit(
        situation.root.image.span,
        f"${{{name}}}",
        f"{situation.old} gives way to the smaller {situation.candidate.image}; "
        f"--build-arg {name}= selects another base.",
    )


def _define(doc: Dockerfile, pen: Pen, name: str, value: str, why: str = "") -> Edit:
    first = doc.stages[0].start
    keyword = "ARG" if first.keyword_span.of(doc.text).isupper() else "arg"
    before = _before_stages(doc)
    at = line_end(doc.text, before[-1].span.end) if before else _above(doc, first)
    return pen.edit(
        Span(at, at),
        f"{keyword} {name}={value}{doc.newline}",
        f"A build argument {name} selects the base of the shipped image.{why}",
    )


def _above(doc: Dockerfile, first: Instruction) -> int:
    """Return the place above FROM and above its comment, but below the file's header."""
    top = first.line - 1
    start = at = line_start(doc.text, first.span.start)
    while top > 0:
        above = line_start(doc.text, at - 1)
        if not doc.text[above:at].lstrip().startswith("#"):
            break
        top, at = top - 1, above
    return start if top <= len(doc.directives) else at
