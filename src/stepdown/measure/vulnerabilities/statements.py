"""OpenVEX: statements that a vulnerability does not concern a product."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from stepdown.errors import UsageError
from stepdown.measure.vulnerabilities.formats import purls
from stepdown.model.image import ImageRef, Value
from stepdown.model.vulnerability import Scan, Vulnerability

_RULES_OUT = frozenset(("not_affected", "fixed"))
_IMAGES = frozenset(("oci", "docker"))


class _Item(msgspec.Struct):
    id: str = msgspec.field(name="@id", default="")
    identifiers: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.id or self.identifiers.get("purl", "")


class _Product(_Item):
    subcomponents: tuple[_Item, ...] = ()


class _Vulnerability(msgspec.Struct):
    name: str = ""
    id: str = msgspec.field(name="@id", default="")
    aliases: tuple[str, ...] = ()


class _Statement(msgspec.Struct):
    vulnerability: _Vulnerability | str
    status: str
    products: tuple[_Product, ...] = ()
    justification: str = ""
    impact_statement: str = ""
    timestamp: str = ""


class _Document(msgspec.Struct):
    context: str = msgspec.field(name="@context")
    statements: tuple[_Statement, ...]
    timestamp: str = ""


class Statement(Value, frozen=True, kw_only=True):
    """One statement. `products` are (product, subcomponents) as identifiers."""

    vulnerabilities: frozenset[str]
    status: str
    products: tuple[tuple[str, tuple[str, ...]], ...]
    reason: str


def read(document: bytes, name: str) -> tuple[Statement, ...]:
    """Return the statements, oldest first. Raises UsageError where the file `name` has none."""
    try:
        found = msgspec.json.decode(document, type=_Document)
        if "openvex" not in found.context:
            raise ValueError(found.context)  # noqa: TRY301  (one answer for every wrong file)
        timed = [(_time(one.timestamp or found.timestamp), one) for one in found.statements]
    except (msgspec.DecodeError, ValueError) as error:
        raise UsageError(
            f"{name} is no OpenVEX document.",
            details=str(error),
            hint="Give a JSON file whose @context is https://openvex.dev/ns.",
        ) from error
    return tuple(_statement(one, name) for _, one in sorted(timed, key=lambda pair: pair[0]))


def applied(scan: Scan, statements: tuple[Statement, ...]) -> Scan:
    """Say of every vulnerability by which statement it is ruled out; nothing is removed.

    The latest statement about a product and a vulnerability counts.
    """
    marked = (_applied(one, scan.image, statements) for one in scan.vulnerabilities)
    return msgspec.structs.replace(scan, vulnerabilities=tuple(marked))


def _applied(one: Vulnerability, image: str, statements: Iterable[Statement]) -> Vulnerability:
    about = [each for each in statements if _about(each, one, image)]
    if not about or about[-1].status not in _RULES_OUT:
        return one
    return msgspec.structs.replace(one, suppressed=about[-1].reason)


def _about(statement: Statement, one: Vulnerability, image: str) -> bool:
    if not statement.vulnerabilities & one.names:
        return False
    return any(_covers(product, parts, one, image) for product, parts in statement.products)


def _covers(product: str, parts: tuple[str, ...], one: Vulnerability, image: str) -> bool:
    """Tell whether it is meant: by the image, with or without a list of packages, or by itself."""
    if _is_package(product, one):
        return True
    if not _is_image(product, image):
        return False
    return not parts or any(_is_package(part, one) for part in parts)


def _is_package(identifier: str, one: Vulnerability) -> bool:
    named = purls.read(identifier)
    if named is None or named.kind != one.kind or named.name not in (one.package, *one.binaries):
        return False
    return named.version in ("", one.version)


def _is_image(identifier: str, image: str) -> bool:
    ref = ImageRef.parse(image)
    named = purls.read(identifier)
    if named is None:
        return identifier in (image, ref.repository)
    same = named.kind in _IMAGES and named.name == ref.name.rpartition("/")[2]
    return same and named.version in ("", ref.tag, ref.digest)


def _statement(one: _Statement, file: str) -> Statement:
    vulnerability = one.vulnerability
    if isinstance(vulnerability, str):
        names = frozenset((vulnerability,))
    else:
        names = frozenset((vulnerability.name, vulnerability.id, *vulnerability.aliases))
    why = one.justification or one.impact_statement
    return Statement(
        vulnerabilities=names - {""},
        status=one.status,
        products=tuple((p.name, tuple(s.name for s in p.subcomponents)) for p in one.products),
        reason=f"{one.status}{f': {why}' if why else ''} ({file})",
    )


def _time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() if text else 0
