"""Names that GitHub's workflows give to the images that they build."""

import re

from stepdown.discover.uses.mention import Mention, Names, joined
from stepdown.discover.uses.yamlfile import Node, documents
from stepdown.model.facts import Target

_BUILD, _NAME = "docker/build-push-action", "docker/metadata-action"


def is_workflow(text: str) -> bool:
    """Tell whether a file builds images with the usual actions."""
    return _BUILD in text


def builds(text: str) -> tuple[Node, ...]:
    """Return the steps that build or name images. Raises ValueError for what is no YAML."""
    return tuple(
        node
        for document in documents(text)
        for node in document.walk()
        if (node.get("uses").text or "").startswith((_BUILD, _NAME))
    )


def learn(steps: tuple[Node, ...], target: Target, names: Names) -> None:
    """Add the images' names to ours where the Dockerfile is built, else to the others."""
    built = [step for step in steps if (step.get("uses").text or "").startswith(_BUILD)]
    for step in built:
        (names.ours if _is_ours(step, target) else names.others).update(_images(step, "tags"))
    if built and all(_is_ours(step, target) for step in built):
        names.ours.update(*(_images(step, "images") for step in steps))


def _is_ours(step: Node, target: Target) -> bool:
    """Tell whether a step builds the Dockerfile; paths are those of the repository."""
    context = step.get("with", "context").text or "."
    file = step.get("with", "file").text or joined(context, "Dockerfile")
    return joined(file) == joined(target.dockerfile)


def _images(step: Node, key: str) -> set[Mention]:
    words = re.split(r"[\s,]+", step.get("with", key).text or "")
    return {Mention.image(word) for word in words if word and "{{" not in word and "}}" not in word}
