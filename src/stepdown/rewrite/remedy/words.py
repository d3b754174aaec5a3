"""Words of commands that have another name on the new base."""

from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile
from stepdown.model.recipe import Remedy
from stepdown.rewrite.remedy.change import Change
from stepdown.rewrite.situation import Situation


def changes(doc: Dockerfile, situation: Situation, remedy: Remedy) -> Iterator[Change]:
    """Replace each word of a RUN that the remedy renames, in all stages that are built."""
    for stage in doc.stages:
        for instruction in stage.instructions if stage.index in situation.built else ():
            script = doc.script(instruction) if instruction.keyword == "RUN" else None
            if script is None or script.has_error or script.foreign:
                continue
            for command in script.commands:
                for word in command.words[1:]:
                    new = remedy.renames.get(word.text or "")
                    if new:
                        yield Change(span=word.span, text=new)
