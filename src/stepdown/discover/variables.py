"""Variables that the application may need to start: what compose files and .env examples set.

They are proposed to a person, never taken unasked: a value there may be a secret.
"""

import io
import re
from collections.abc import Iterator

from stepdown.discover.uses import compose
from stepdown.discover.walk import Listing, content
from stepdown.model.facts import Target
from stepdown.model.image import Value

EXAMPLES = frozenset(
    (".env.dist", ".env.example", ".env.sample", ".env.template", "env.example", "example.env")
)
_LARGEST = 100_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET = re.compile(r"AUTH|CREDENTIAL|DSN|KEY|PASS|PRIVATE|SECRET|TOKEN", re.IGNORECASE)
_LOGIN = re.compile(r"://[^/\s]*:[^/\s]*@")


class Variable(Value, frozen=True, kw_only=True):
    """A variable, its value and the file that sets it.

    `value` is empty where the file gives none, or one that depends on other variables. A `secret`
    looks like one by its name or value.
    """

    name: str
    value: str
    source: str

    @property
    def secret(self) -> bool:
        """Whether the value should be seen by nobody."""
        return bool(_SECRET.search(self.name) or _LOGIN.search(self.value))


def variables(listed: Listing, target: Target) -> tuple[Variable, ...]:
    """Return each variable once; compose files come before examples, in the order of the names."""
    found: dict[str, Variable] = {}
    for file in listed.files:
        if compose.NAME.fullmatch(file.rpartition("/")[2]):
            for one in _composed(listed, file, target):
                found.setdefault(one.name, one)
    beside = {"", "" if target.context == "." else f"{target.context}/"}
    for file in listed.files:
        folder, name = file[: file.rfind("/") + 1], file.rpartition("/")[2]
        if name in EXAMPLES and folder in beside:
            for one in _example(listed, file):
                found.setdefault(one.name, one)
    return tuple(found[name] for name in sorted(found))


def _composed(listed: Listing, file: str, target: Target) -> Iterator[Variable]:
    try:
        services = compose.services(content(listed, file, _LARGEST) or "")
    except ValueError:
        return
    for service in services:
        if not compose.builds(service.node.get("build"), file, target):
            continue
        environment = service.node.get("environment")
        pairs = [(name, node.text or "") for name, node in environment.keys.items()]
        pairs += [(text.partition("=")[0], text.partition("=")[2]) for text in environment.words]
        yield from (_variable(name, value, file) for name, value in pairs if _NAME.fullmatch(name))


def _example(listed: Listing, file: str) -> Iterator[Variable]:
    from dotenv import dotenv_values  # noqa: PLC0415  (only where there is such a file)

    text = content(listed, file, _LARGEST) or ""
    values = dotenv_values(stream=io.StringIO(text), interpolate=False)
    for name, value in values.items():
        if _NAME.fullmatch(name):
            yield _variable(name, value or "", file)


def _variable(name: str, value: str, source: str) -> Variable:
    return Variable(name=name, value="" if "$" in value else value, source=source)
