"""One stage becomes two: the old one builds, and a new one without a shell holds what ships.

The old stage keeps every line; it only gets a name. The new stage stands on the same base, copies
what the old one made and states its configuration, so that the other rules can then put it on the
candidate like any stage of that kind.
"""

import re
from collections.abc import Iterable
from itertools import chain, count

from stepdown.dockerfile import Dockerfile, Instruction, Pair, Span, apply, pairs
from stepdown.model.image import Value
from stepdown.model.plan import Edit, Refusal, Rewrite
from stepdown.rewrite import numeric, production, runtime
from stepdown.rewrite.parcels import Parcels, parcels, under
from stepdown.rewrite.production import Production
from stepdown.rewrite.situation import Pen, Situation

FIXER = "split"
SHIPS = "It ships: "  # before the reason of each copy
_NAMES = ("build", "builder", "build-stage")
# Of these only the last one counts.
_LAST = ("STOPSIGNAL", "USER", "HEALTHCHECK", "ENTRYPOINT", "CMD")
_HINT = "Split it by hand: a stage that builds, and one that only copies from it."


class Piece(Value, frozen=True, kw_only=True):
    """One line of the new stage, why it is there, and the old line that it goes back to."""

    text: str
    reason: str
    line: int


class Divided(Value, frozen=True, kw_only=True):
    """The file with two stages: the edits of the old stage, then the new stage's lines.

    `notes` say what the Dockerfile does not tell.
    """

    text: str
    named: tuple[Edit, ...]
    pieces: tuple[Piece, ...]
    notes: tuple[Refusal, ...] = ()


def divide(doc: Dockerfile, situation: Situation) -> Divided | Refusal:
    """Split the shipping stage, or say why that cannot be done."""
    pen = Pen(text=doc.text, fixer=FIXER, breakage="E03")
    ship = situation.ship
    problem = _problem(doc, situation)
    if problem:
        return pen.refuse(ship.start, problem, _HINT, blocking=True)
    name = _build_name(doc, situation)
    found = parcels(doc, situation)
    known = situation.facts.carried is not None
    if not found.parcels or (known and found.open):
        what = ", ".join(path for _, path in found.open) or "what the application consists of"
        reason = f"What has to be copied from the old stage is not certain: {what}."
        return pen.refuse(ship.start, reason, _HINT, blocking=True)
    pruned = production.production(doc, situation, found, name)
    writer = _Writer(doc, situation, name, found, pruned=pruned)
    pieces = writer.pieces()
    if writer.problem:
        return pen.refuse(ship.start, writer.problem, _HINT, blocking=True)
    named = _named(doc, situation, pen, name)
    end = "" if doc.text.endswith("\n") else doc.newline
    body = "".join(piece.text + doc.newline for piece in pieces)
    return Divided(
        text=apply(doc.text, named) + end + body,
        named=named,
        pieces=pieces,
        notes=(
            *(_note(doc, pen, line, path) for line, path in found.open),
            *((pruned,) if isinstance(pruned, Refusal) else ()),
        ),
    )


def _problem(doc: Dockerfile, situation: Situation) -> str:
    ship = situation.ship
    if ship != doc.stages[-1]:
        return "The stage that ships is not the last one, and others may stand on it."
    if situation.target.isdecimal():
        return "The stage that ships is asked for by its number, which a new stage changes."
    for one in situation.shipped("ONBUILD"):
        return f"ONBUILD of line {one.line} is meant for images that stand on this one."
    return ""


def _build_name(doc: Dockerfile, situation: Situation) -> str:
    own = situation.ship.name
    return _free(doc, (f"{own}-build",) if own else _NAMES)


def _free(doc: Dockerfile, wanted: tuple[str, ...], used: Iterable[str] = ()) -> str:
    """Return the first name that neither a stage nor an image has."""
    taken = {stage.name for stage in doc.stages} | {stage.base.lower() for stage in doc.stages}
    taken |= {use.image.lower() for stage in doc.stages for use in stage.uses} | set(used)
    return next(
        name
        for name in chain(wanted, (f"{wanted[0]}-{number}" for number in count(2)))
        if name not in taken
    )


def _named(doc: Dockerfile, situation: Situation, pen: Pen, name: str) -> tuple[Edit, ...]:
    """Name the old stage; a name that it had goes over to the new one."""
    start = situation.ship.start
    reason = "The old stage stays as it is and builds; the new last stage ships what it made."
    if situation.ship.name:
        return (pen.edit(start.fields[-1].span, name, reason),)
    word = "AS" if start.keyword_span.of(doc.text).isupper() else "as"
    at = start.fields[0].span.end
    return (pen.edit(Span(at, at), f" {word} {name}", reason),)


def _note(doc: Dockerfile, pen: Pen, line: int, path: str) -> Refusal:
    instruction = next(one for one in doc.instructions if one.line == line)
    reason = f"The Dockerfile does not tell which files this puts into {path}."
    hint = "A run sees it in the built baseline, and copies them."
    return pen.refuse(instruction, reason, hint, blocking=False)


class _Writer:
    """Writes the new stage."""

    def __init__(
        self,
        doc: Dockerfile,
        situation: Situation,
        name: str,
        found: Parcels,
        *,
        pruned: Production | Refusal | None,
    ) -> None:
        self._doc = doc
        self._situation = situation
        self._name = name
        self._found = found
        self._pruned = pruned if isinstance(pruned, Production) else None
        self._pruning = _free(doc, (production.STAGE,), (name,))
        self._numbers = numeric.superfluous(doc, situation).numbers
        self._pieces: list[Piece] = []
        self.problem = ""

    def pieces(self) -> tuple[Piece, ...]:
        if self._pruned is not None:
            self._prune(self._pruned)
        start = self._situation.ship.start
        reason = f"{self._situation.candidate.image} has no shell for RUN"
        self._add(self._doc.newline + self._from(), reason, start)
        for one in self._situation.shipped("ARG", "ENV"):
            if one.keyword == "ENV" or self._needed(one):
                self._repeat(one)
        self._modules()
        self._copies()
        for one in self._situation.shipped("WORKDIR", "LABEL", "EXPOSE", "VOLUME", "MAINTAINER"):
            self._repeat(one)
        for keyword in _LAST:
            found = self._doc.effective(self._situation.ship, keyword)
            if found is not None:
                self._home(found)
                self._repeat(found)
        return tuple(self._pieces)

    def _prune(self, pruned: Production) -> None:
        """Write the stage that takes packages out of what was built."""
        word = "as" if self._lower() else "AS"
        lines = (f"FROM {self._name} {word} {self._pruning}", *pruned.lines)
        for number, text in enumerate(lines):
            before = "" if number else self._doc.newline
            line = before + self._cased(text)
            self._pieces.append(Piece(text=line, reason=f"{pruned.reason}.", line=pruned.line))

    def _write(self, text: str, reason: str) -> None:
        """Add a line of our own, its keyword in the case of the file's."""
        start = self._situation.ship.start
        self._add(self._cased(text), reason, start)

    def _cased(self, text: str) -> str:
        keyword, rest = text.split(" ", 1)
        return f"{keyword.lower() if self._lower() else keyword} {rest}"

    def _lower(self) -> bool:
        return self._situation.ship.start.keyword_span.of(self._doc.text).islower()

    def _add(self, text: str, reason: str, origin: Instruction) -> None:
        self._pieces.append(Piece(text=text, reason=f"{reason}.", line=origin.line))

    def _from(self) -> str:
        """Return the FROM of the new stage: on the old base still."""
        root, ship = self._situation.root, self._situation.ship
        start = root.start
        words = [start.keyword_span.of(self._doc.text)]
        words += [flag.span.of(self._doc.text) for flag in start.flags]
        words.append(self._situation.old if self._situation.alias else root.image.text)
        if ship.name:
            upper = start.keyword_span.of(self._doc.text).isupper()
            words += ["AS" if upper else "as", ship.start.fields[-1].text]
        return " ".join(words)

    def _needed(self, argument: Instruction) -> bool:
        """Tell whether the configuration uses a build argument; others may well be secrets."""
        users = self._situation.shipped("ENV", "WORKDIR", "LABEL", "EXPOSE", "VOLUME", *_LAST)
        text = "\n".join(one.arguments for one in users)
        names = [re.escape(pair.key) for pair in pairs(argument) or ()]
        return any(re.search(rf"\$\{{?{name}(?!\w)", text) for name in names)

    def _repeat(self, instruction: Instruction) -> None:
        """State in the new stage what the old one states."""
        reason = f"The configuration of line {instruction.line} belongs to the image that ships"
        text = instruction.span.of(self._doc.text)
        match instruction.keyword:
            case "ENV":
                text = self._environment(instruction, text)
            case "USER":
                text = self._user(instruction, text)
            case "CMD" | "ENTRYPOINT" | "HEALTHCHECK":
                text = self._command(instruction, text)
            case _:
                pass
        if text:
            self._add(text, reason, instruction)

    def _environment(self, instruction: Instruction, text: str) -> str:
        """Leave out what leads into the virtual environment: its Python stays behind."""
        place = self._found.environment
        stated = pairs(instruction) or ()
        dead = [one for one in stated if _into(one, place)] if place else []
        if dead and len(dead) != len(stated):
            self.problem = f"Line {instruction.line} sets {dead[0].key} beside other variables."
        return "" if dead else text

    def _user(self, instruction: Instruction, text: str) -> str:
        number = self._numbers.get(instruction.args.text.strip().partition(":")[0])
        return f"{instruction.keyword_span.of(self._doc.text)} {number}" if number else text

    def _command(self, instruction: Instruction, text: str) -> str:
        """Start programs of the virtual environment by their names."""
        place = f"{self._found.environment}/bin/"
        words = instruction.json
        if not self._found.environment or not words or not words[0].text.startswith(place):
            return text
        start = words[0].span.start - instruction.span.start
        end = words[0].span.end - instruction.span.start
        return f'{text[:start]}"{runtime.program(words[0].text)}"{text[end:]}'

    def _home(self, instruction: Instruction) -> None:
        """Keep the home folder of a user that turns into a number."""
        user = instruction.args.text.strip().partition(":")[0]
        home = f"/home/{user}"
        kept = any(one.path == home for one in self._found.parcels)
        if instruction.keyword == "USER" and user in self._numbers and kept:
            reason = f"A number has no entry in /etc/passwd that would say {home}"
            self._write(f"ENV HOME={home}", reason)

    def _modules(self) -> None:
        folder = self._found.modules
        if not folder:
            return
        before = self._doc.variables(self._situation.ship).get("PYTHONPATH", "")
        first = "$PYTHONPATH:" if before else ""
        reason = f"The Python of the new base does not look into {folder} by itself"
        self._write(f"ENV PYTHONPATH={first}{folder}", reason)

    def _copies(self) -> None:
        for one in self._found.parcels:
            owner = f" --chown={self._number(one.owner)}" if one.owner else ""
            pruned = self._pruned is not None and self._pruned.holds(one.path)
            source = self._pruning if pruned else self._name
            text = f"COPY --from={source}{owner} {one.path} {one.path}"
            self._write(text, f"{SHIPS}{one.reason}")

    def _number(self, owner: str) -> str:
        user, _, group = owner.partition(":")
        return owner if group.isdecimal() else self._numbers.get(user, owner)


def _into(pair: Pair, place: str) -> bool:
    return pair.key == "VIRTUAL_ENV" or any(
        under(folder, place) for folder in (pair.value or "").strip("\"'").split(":")
    )


def is_split(rewrite: Rewrite) -> bool:
    """Tell whether a rewriting splits a stage, or would if more were known."""
    fixers = {edit.fixer for edit in rewrite.edits} | {one.fixer for one in rewrite.refusals}
    return FIXER in fixers
