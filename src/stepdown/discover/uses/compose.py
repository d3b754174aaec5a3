"""What compose files expect of the image."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from stepdown.discover.uses.mention import Kind, Mention, Names, Sighting, joined, local
from stepdown.discover.uses.words import of_script, of_words
from stepdown.discover.uses.yamlfile import Node, documents
from stepdown.dockerfile import read
from stepdown.errors import DockerfileError
from stepdown.model.facts import Need, Target

NAME = re.compile(r"(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml")
_LOW = 1024
_PORT = re.compile(r"(?:.*:)?(\d+)(?:-\d+)?(?:/tcp)?")


@dataclass(frozen=True)
class Service:
    """One service of a compose file."""

    name: str
    node: Node

    @property
    def mention(self) -> Mention:
        """The name that stands for it in commands."""
        return Mention(Kind.SERVICE, self.name)


def services(text: str) -> tuple[Service, ...]:
    """Return the services of a compose file. Raises ValueError for what is no YAML."""
    return tuple(
        Service(name, node)
        for document in documents(text)
        for name, node in document.get("services").keys.items()
    )


def learn(found: tuple[Service, ...], file: str, target: Target, names: Names) -> None:
    """Add the services' names to ours where they build the Dockerfile, else to the others."""
    for service in found:
        mentions = {service.mention}
        if container := service.node.get("container_name").text:
            mentions.add(Mention(Kind.CONTAINER, container))
        image = service.node.get("image").text
        if builds(service.node.get("build"), file, target):
            built = {Mention.image(image)} if image else set[Mention]()
            names.ours |= mentions | built
        elif image and Mention.image(image) in names.ours:
            names.ours |= mentions
        else:
            names.others |= mentions | ({Mention.image(image)} if image else set())


def builds(build: Node, file: str, target: Target) -> bool:
    """Tell whether the `build` of a service in `file` is of the target's stage."""
    if not build or build.get("dockerfile_inline"):
        return False
    context = build.text or build.get("context").text or "."
    dockerfile = build.get("dockerfile").text or "Dockerfile"
    place = joined(file.rpartition("/")[0], context, dockerfile)
    stage = build.get("target").text or ""
    return place == joined(target.dockerfile) and _same_stage(stage, target)


def _same_stage(stage: str, target: Target) -> bool:
    try:
        document = read(target.text)
        return document.ships(stage).index == document.ships(target.stage).index
    except DockerfileError:
        return False


def sightings(found: tuple[Service, ...]) -> Iterator[Sighting]:
    """Yield what the services expect of their images."""
    for service in found:
        for what, need, value, node in (*_service(service.node), *_surroundings(service.node)):
            yield Sighting(
                need=need,
                value=value,
                line=node.line,
                where=f"{what} of service {service.name}",
                mention=service.mention,
            )


def _surroundings(node: Node) -> Iterator[tuple[str, Need, str, Node]]:
    """Yield variables of the environment, and domains that names are searched in."""
    given = node.get("environment")
    pairs = [(name, below.text or "", below) for name, below in given.keys.items()]
    for item in given.items:
        name, _, value = (item.text or "").partition("=")
        pairs.append((name, value, item))
    for name, value, below in pairs:
        if variable := local(name, value):
            yield "environment", Need.VARIABLE, variable, below
    search = node.get("dns_search")
    dots = any("ndots" in option for option in node.get("dns_opt").words)
    for domain in () if dots else (search.text, *search.words):
        if domain:
            yield "search domain", Need.SEARCH, domain, search


def _service(node: Node) -> Iterator[tuple[str, Need, str, Node]]:
    test = node.get("healthcheck", "test")
    for program in _health(test):
        yield "health check", Need.PROGRAM, program, test
    entrypoint, command = node.get("entrypoint"), node.get("command")
    for program in of_words(_words(entrypoint)):
        yield "entrypoint", Need.PROGRAM, program, entrypoint
    if not entrypoint:
        for at, program in enumerate(of_words(_words(command))):
            yield "command", Need.PROGRAM if at else Need.COMMAND, program, command
    user = node.get("user")
    if user.text and "$" not in user.text:
        yield "user", Need.USER, user.text.partition(":")[0], user
    for port in (*node.get("ports").items, *node.get("expose").items):
        number = _PORT.fullmatch(port.text or port.get("target").text or "")
        if number and int(number[1]) < _LOW:
            yield "port", Need.PORT, number[1], port


def _health(test: Node) -> tuple[str, ...]:
    kind, *rest = test.words or ("CMD-SHELL", test.text or "")
    if kind == "CMD-SHELL" and rest and rest[0]:
        return ("/bin/sh", *of_script(rest[0]))
    return tuple(of_words(rest)) if kind == "CMD" else ()


def _words(node: Node) -> list[str]:
    """Return the words of a command; compose splits a text without asking a shell."""
    if node.text is None:
        return list(node.words)
    try:
        return shlex.split(node.text)
    except ValueError:
        return []
