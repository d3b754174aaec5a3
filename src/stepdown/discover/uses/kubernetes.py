"""What Kubernetes manifests expect of the image."""

import re
from collections.abc import Iterator

from stepdown.discover.uses.mention import Mention, Sighting, local
from stepdown.discover.uses.words import of_words
from stepdown.discover.uses.yamlfile import Node
from stepdown.model.facts import Need

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_LOW = 1024
_TRUE = ("true", "True", "yes")


def is_manifest(text: str) -> bool:
    """Tell whether a file may hold containers: only then it is worth parsing."""
    return "containers:" in text or ("image:" in text and "Probe:" in text)


def sightings(document: Node) -> Iterator[Sighting]:
    """Yield what the containers of one document expect of their images.

    A container is any mapping with an image beside a command, a probe, a hook or ports, so that
    custom resources and the values of a chart are read too.
    """
    for node in document.walk():
        if not node.keys:
            continue
        for name in ("containers", "initContainers"):
            for container in node.get(name).items:
                yield from _container(container, node.get("securityContext"))
        if node.get("image").keys and any(node.get(probe) for probe in (*_PROBES, "lifecycle")):
            yield from _container(node, node.get("podSecurityContext"))


def _container(container: Node, pod: Node) -> Iterator[Sighting]:
    image = container.get("image")
    mention = Mention.image(image.text or image.get("repository").text or "")
    name = container.get("name").text or image.text or "unnamed"
    for what, need, value, line in (
        *_commands(container), *_security(container, pod), *_environment(container)
    ):  # fmt: skip
        yield Sighting(
            need=need, value=value, line=line, where=f"{what} of container {name}", mention=mention
        )


def _commands(container: Node) -> Iterator[tuple[str, Need, str, int]]:
    executed = [(probe, container.get(probe, "exec", "command")) for probe in _PROBES]
    executed += [
        (f"{hook} hook", container.get("lifecycle", hook, "exec", "command"))
        for hook in ("postStart", "preStop")
    ]
    executed.append(("command", container.get("command")))
    for what, node in executed:
        for program in of_words(node.words):
            yield what, Need.PROGRAM, program, node.line
    if not container.get("command"):
        args = container.get("args")
        first = next(iter(args.words), "")
        if re.fullmatch(r"[\w./+]+", first):
            yield "args", Need.COMMAND, first, args.line


def _environment(container: Node) -> Iterator[tuple[str, Need, str, int]]:
    for one in container.get("env").items:
        if variable := local(one.get("name").text or "", one.get("value").text or ""):
            yield "environment", Need.VARIABLE, variable, one.line


def _security(container: Node, pod: Node) -> Iterator[tuple[str, Need, str, int]]:
    own = container.get("securityContext")
    user = own.get("runAsUser") or pod.get("runAsUser")
    if user.text and user.text.isdecimal():
        yield "runAsUser", Need.USER, user.text, user.line
    nonroot = own.get("runAsNonRoot") or pod.get("runAsNonRoot")
    if nonroot.text in _TRUE and not user.text:
        yield "runAsNonRoot", Need.NUMERIC_USER, nonroot.text, nonroot.line
    for port in container.get("ports").items:
        number = port.get("containerPort")
        if (number.text or "").isdecimal() and int(number.text or 0) < _LOW:
            yield "containerPort", Need.PORT, number.text or "", number.line
