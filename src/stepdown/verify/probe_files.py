"""What an image's files say of the environment that it gives. Pure."""

from collections.abc import Mapping

from stepdown.model.image import ImageConfig, Libc
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.tar import EntryType

ZONES = "/usr/share/zoneinfo"
_LOCALTIME = "/etc/localtime"
_UTC = frozenset(("", "UTC", "UTC0", "Etc/UTC", "GMT", "Etc/GMT", "Universal", "Zulu"))
_LOCALES, ARCHIVE = "/usr/lib/locale", "/usr/lib/locale/locale-archive"
_MUSL_LOCALES = "/usr/share/i18n/locales/musl"
# Where Go, OpenSSL of each distribution, GnuTLS and curl look for the roots of TLS.
BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
NOT_SET = "not set"

Facts = tuple[tuple[str, str], ...]


def facts(fs: RootFS, config: ImageConfig, env: Mapping[str, str]) -> Facts:
    """Return observations by name; `env` is the environment of the application."""
    return (
        ("user", user(fs, config)),
        ("time zones", "found" if fs.get(f"{ZONES}/Europe/Berlin") else "none"),
        ("local time", zone(fs, env) or "UTC"),
        ("locale", _locale(fs, env)),
        ("TLS roots", roots(fs) or "none"),
        ("resolver", " and ".join(sorted(fs.libcs)) or "the program's own"),
    )


def uid(fs: RootFS, config: ImageConfig) -> int | None:
    """Return the number of the image's user; None where the name is not in /etc/passwd."""
    name = config.user.partition(":")[0] or "0"
    if name.isascii() and name.isdecimal():
        return int(name)
    found = fs.user(name)
    return found.uid if found else (0 if name == "root" else None)


def user(fs: RootFS, config: ImageConfig) -> str:
    """Return the number and the name of the image's user."""
    number = uid(fs, config)
    found = None if number is None else fs.user(str(number))
    return f"{number} ({found.name})" if found else f"{number}, not in /etc/passwd"


def home(fs: RootFS, config: ImageConfig) -> str:
    """Return the home folder of the image's user, empty where it has none."""
    given = dict(config.env).get("HOME", "")
    number = uid(fs, config)
    found = None if number is None else fs.user(str(number))
    return given or (found.home if found else "")


def zone(fs: RootFS, env: Mapping[str, str]) -> str:
    """Return the zone of local time, from TZ or the link /etc/localtime; empty for UTC."""
    name = env.get("TZ", "").removeprefix(":")
    entry = fs.entries.get(_LOCALTIME)
    if not name and entry is not None and entry.type is EntryType.SYMLINK:
        name = entry.link.rpartition("zoneinfo/")[2]
    return "" if name in _UTC else name


def has_zone(fs: RootFS, name: str) -> bool:
    """Tell whether the rules of a zone are there; TZ may also name a file."""
    return fs.get(name if name.startswith("/") else f"{ZONES}/{name}") is not None


def has_locale(fs: RootFS, name: str) -> bool | None:
    """Tell whether a locale is there with its country's rules; musl takes any name without.

    None where that is known only to the archive of all locales (see `spellings`).
    """
    if fs.libcs == {Libc.MUSL}:
        return fs.get(f"{_MUSL_LOCALES}/{name}") is not None
    if any(fs.get(f"{_LOCALES}/{folder}") for folder in spellings(name)):
        return True
    return None if fs.get(ARCHIVE) else False


def spellings(name: str) -> tuple[str, str]:
    """Return the locale's name as it is, and as glibc stores it (`de_DE.utf8`)."""
    country, _, encoding = name.partition(".")
    return name, f"{country}.{encoding.lower().replace('-', '')}" if encoding else country


def _locale(fs: RootFS, env: Mapping[str, str]) -> str:
    name = env.get("LC_ALL") or env.get("LANG", "")
    if name in {"", "C", "POSIX"}:
        return name or NOT_SET
    if fs.libcs == {Libc.MUSL} and not has_locale(fs, name):
        return f"{name}, by the rules of C"
    states = {True: "found", False: "missing", None: "in an archive or missing"}
    return f"{name}, {states[has_locale(fs, name)]}"


def roots(fs: RootFS) -> str:
    """Return the first bundle of TLS roots that is not empty, nothing where there is none."""
    sized = ((path, fs.get(path)) for path in BUNDLES)
    return next((path for path, entry in sized if entry and entry.size), "")
