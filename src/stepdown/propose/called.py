"""What the application's code and its entry scripts predict for a rung."""

import re
from collections.abc import Iterable, Iterator

from stepdown.model.facts import Clue, Need, Trait
from stepdown.model.image import PackageManager, Tier
from stepdown.model.plan import Hazard
from stepdown.model.recipe import Rung
from stepdown.propose.dependencies import told
from stepdown.propose.scene import Scene, installs, knows, mine, named, turns_musl

WRAPPERS = ("npm", "npx", "yarn", "pnpm", "pip", "poetry", "pipenv", "uv")
_INITS = ("dumb-init", "gosu", "su-exec", "tini")
_SHELLS = ("ash", "bash", "dash", "sh")
_SYSTEM = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin")
# Of every image with a shell, so that the recipes need not list them.
_COMMON = frozenset(
    (
        *WRAPPERS, *_INITS, *_SHELLS, "awk", "base64", "basename", "cat", "chgrp", "chmod",
        "chown", "cp", "cut", "date", "dd", "df", "dirname", "du", "env", "expr", "find",
        "getent", "grep", "gunzip", "gzip", "head", "hostname", "id", "install", "ln", "ls",
        "md5sum", "mkdir", "mkfifo", "mktemp", "mount", "mv", "nproc", "od", "printenv",
        "readlink", "realpath", "rm", "rmdir", "sed", "seq", "sha256sum", "sleep", "sort", "split",
        "stat", "stty", "su", "sync", "tail", "tar", "tee", "timeout", "touch", "tr", "uname",
        "uniq", "wc", "which", "whoami", "xargs", "yes",
    )
)  # fmt: skip
_USERS = ("nobody", "nonroot", "root")  # of distroless images
_SHOWN = 3
_WITHOUT_ZONES = (Tier.SLIM, Tier.ALPINE, Tier.SCRATCH)

# What musl does otherwise than glibc, with what to do about it.
_ON_MUSL = {
    Trait.LOCALE: ("B05", "Only the C locale exists in musl: format in the application."),
    Trait.STRFTIME: ("B03", "Use portable conversions; musl gives an empty text for these."),
    Trait.TRANSLIT: ("B06", "Use mbstring or intl, or GNU libiconv."),
    Trait.GLOB_BRACE: ("B12", "Use several patterns."),
    Trait.STACK: ("B01", "Give the thread a larger stack, as in threading.stack_size(8 << 20)."),
    Trait.OPTIONS: ("B08", "Put options before operands, or use getopt_long."),
    Trait.WORDING: ("C01-wording", "Ask for the error's number, not for its text."),
}


def rules(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Yield what the code predicts."""
    yield from _shell(rung, scene)
    yield from _programs(rung, scene)
    yield from _scripts(rung, scene)
    yield from _data(rung, scene)
    yield from _outside(rung, scene)


def _shell(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Find what gives a command line to a shell where there is none."""
    clues = mine(scene, Trait.SHELL)
    if not rung.shell and clues:
        id_ = "I08" if clues[0].language == "node" else "D01"
        advice = "Call the program itself with a list of arguments, or stay on a base with a shell."
        yield _hazard(id_, clues, advice)


def _programs(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Find programs that the present base has and the rung lacks, as far as that is known."""
    groups: dict[str, list[Clue]] = {}
    for clue in mine(scene, Trait.PROGRAM, Trait.SHELL):
        name = _system(clue.subject)
        if name and _lacks(rung, scene, name, clue):
            groups.setdefault(_id(name), []).append(clue)
    for id_, clues in groups.items():
        names = ", ".join(dict.fromkeys(_system(clue.subject) for clue in clues))
        install = rung.package_manager is not PackageManager.NONE
        advice = (
            f"Install {names}."
            if install
            else f"Do without {names}, or copy it with its libraries."
        )
        yield _hazard(id_, clues, advice)


def _system(program: str) -> str:
    """Return the name of a program of the system, empty for one of the application's own."""
    folder, _, name = program.rpartition("/")
    return name if not folder or folder in _SYSTEM else ""


def _id(name: str) -> str:
    if name in _SHELLS:
        return "D02" if name == "bash" else "D01"
    if name in _INITS:
        return "G08"
    return "G12" if name in WRAPPERS else "D09"


def _lacks(rung: Rung, scene: Scene, name: str, clue: Clue) -> bool:
    """Tell whether a call fails; a script cannot even start without a shell."""
    if not rung.shell and (clue.trait is not Trait.PROGRAM or clue.language == "shell"):
        return False
    return _gone(rung, scene, name)


def _gone(rung: Rung, scene: Scene, name: str) -> bool:
    """Tell whether the rung loses a program of the system; the application's own are copied."""
    if rung.shell:
        return knows(rung, scene, name) is False and not installs(scene, re.escape(name))
    home = scene.place.rung.interpreter.rpartition("/")[2]
    if name in (*scene.place.family.interpreters, home):
        return not rung.on_path
    return name in _COMMON or named(scene, name) or installs(scene, re.escape(name))


def _scripts(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Judge the scripts that the image starts by what reads them."""
    for clue in mine(scene, Trait.SCRIPT):
        if not rung.shell and clue.subject in _SHELLS and not clue.file.endswith(".sh"):
            advice = "A script needs a shell: start the program directly, or stay on alpine."
            yield _hazard("A22", (clue,), advice)
        elif rung.package_manager is PackageManager.APK and clue.subject == "bash":
            yield _hazard("D02", (clue,), "Install bash, or use sh.")


def _data(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Find time zones, locales and libraries that the code asks the system for."""
    zones = mine(scene, Trait.ZONE)
    if zones and not has_zones(rung, scene):
        yield _hazard("B10", zones, "Install tzdata, or carry it in the application.")
    locales = mine(scene, Trait.LOCALE)
    if turns_musl(rung, scene):
        for trait, (id_, advice) in _ON_MUSL.items():
            if clues := mine(scene, trait):
                yield _hazard(id_, clues, advice)
    elif locales and rung.tier is not Tier.FULL and not (rung.shell and installs(scene, "locales")):
        yield _hazard("B11", locales, "Install the locale, or format in the application.")
    found = mine(scene, Trait.FIND_LIBRARY)
    if found and (not rung.shell or turns_musl(rung, scene)):
        yield _hazard(
            "H10", found, "Load the library by its full name, as in CDLL('libmagic.so.1')."
        )


def _outside(rung: Rung, scene: Scene) -> Iterator[Hazard]:
    """Find uses in other files of the repository that certainly are of this image."""
    uses = [use for use in scene.facts.uses if use.sure]
    calls = [u for u in uses if u.need in (Need.PROGRAM, Need.COMMAND) and _system(u.value)]
    gone = [use for use in calls if _gone(rung, scene, _system(use.value))]
    users = [u for u in uses if u.need is Need.USER and not u.value.isdecimal()]
    strangers = [] if rung.shell else [use for use in users if use.value not in _USERS]
    for id_, found, advice in (
        ("G07", gone, "Change these files together with the base."),
        ("F01", strangers, f"Name the user by number, as in {rung.user}."),
    ):
        if found:
            shown = [f"{use.place}: {use.where}, `{use.quote}`" for use in found[:_SHOWN]]
            more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
            subjects = tuple(dict.fromkeys(use.value for use in found))
            yield Hazard(
                id=id_, evidence="; ".join([*shown, *more]), advice=advice, subjects=subjects
            )


def has_zones(rung: Rung, scene: Scene) -> bool:
    """Tell whether the image has time zone data, as far as is known."""
    if installs(scene, "tzdata") and rung.shell:
        return True
    known = knows(rung, scene, "tzdata", package=True)
    return known if known is not None else rung.tier not in _WITHOUT_ZONES


def _hazard(id_: str, clues: Iterable[Clue], advice: str) -> Hazard:
    found = tuple(clues)
    subjects = tuple(dict.fromkeys(clue.subject for clue in found if clue.subject))
    return Hazard(id=id_, evidence=told(found), advice=advice, subjects=subjects)
