"""Package URLs in reports; a scanner may write any text there."""

from packageurl import PackageURL

from stepdown.model.image import Value


class Named(Value, frozen=True, kw_only=True):
    """What a package URL names; `name` carries the namespace where that is part of it."""

    kind: str
    name: str
    version: str


def read(text: str) -> Named | None:
    """Return what the URL names, None where it is none."""
    try:
        purl = PackageURL.from_string(text)
    except ValueError:
        return None
    scoped = purl.namespace if purl.type not in {"deb", "apk", "rpm"} else ""
    separator = ":" if purl.type == "maven" else "/"
    name = f"{scoped}{separator}{purl.name}" if scoped else purl.name
    return Named(kind=purl.type, name=name, version=purl.version or "")


def kind(text: str) -> str:
    """Return the package type of a URL, empty where it is none."""
    named = read(text)
    return named.kind if named else ""
