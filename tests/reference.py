"""The reference part of the manual, made from the program.

    python tests/reference.py     writes src/stepdown/help anew

A test compares the files with what this makes.
"""

import inspect
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

import reference_texts
from stepdown.cli import exits, settings
from stepdown.cli.app import app
from stepdown.cli.configuration import schema_text
from stepdown.cli.options import Options
from stepdown.flow import catalog, config, gates
from stepdown.flow.tomllines import Key
from stepdown.measure import files, packages
from stepdown.measure.surface import surface
from stepdown.model import events, facts, gate, image, ladder, plan, recipe, trial, vulnerability
from stepdown.model import surface as card
from stepdown.model.image import ImageConfig, Value
from stepdown.rootfs import image as rootfs_image
from stepdown.verify import audit, command, contract, elf, outside, probe, session, sweep
from syft_differences import DIFFERENCES

FOLDER = Path(__file__).parents[1] / "src" / "stepdown" / "help"
_NOUNS = (trial, plan, facts, card, gate, vulnerability, image, recipe, ladder)


def pages() -> dict[str, str]:
    """Return every generated file by its name."""
    return {
        "commands.md": _joined(_commands()),
        "configuration.md": _joined(_configuration()),
        "exit-codes.md": _joined(_exit_codes()),
        "checks.md": _joined(_checks()),
        "measures.md": _joined(_measures()),
        "recipes.md": _joined(_recipes()),
        "events.md": _joined(_events()),
        "record.md": _joined(_record()),
        "stepdown.schema.json": schema_text(),
    }


def _joined(lines: Iterator[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _commands(group: click.Group = app, above: str = "stepdown") -> Iterator[str]:
    if above == "stepdown":
        yield from ("# Commands and their flags", "")
        yield "`stepdown [PATH]` without a command is `stepdown migrate`. A flag wins over the"
        yield "configuration (`stepdown help configuration`), and that over the default."
    for name, one in group.commands.items():
        if isinstance(one, click.Group):
            yield from _commands(one, f"{above} {name}")
        else:
            yield from _command(one, f"{above} {name}")


def _command(one: click.Command, name: str) -> Iterator[str]:
    context = click.Context(one, info_name=name)
    yield from ("", f"## {' '.join((name, *one.collect_usage_pieces(context)))}", "")
    yield _paragraphs(one.help or "")
    flags = [p for p in one.params if isinstance(p, click.Option) and not p.hidden]
    if flags:
        yield from ("", "| flag | what |", "|---|---|")
        yield from (_flag(flag, context) for flag in flags)


def _flag(flag: click.Option, context: click.Context) -> str:
    names, words = flag.get_help_record(context) or ("", "")
    return f"| `{_cell(names)}` | {_cell(words)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _paragraphs(text: str) -> str:
    return inspect.cleandoc(text.replace("\b\n", ""))


def _configuration() -> Iterator[str]:
    yield from ("# Settings of a repository", "")
    yield from reference_texts.CONFIGURATION.strip().splitlines()
    flags = {setting.key: setting for setting in settings.SETTINGS}
    parts = (name for name in config.names(()) if _has_parts((name,)) and name != "gates")
    for part in ("", *parts):
        within = (part,) if part else ()
        yield from ("", f"## {part or 'At the top'}", "")
        yield from ("| key | type | default | flag | what |", "|---|---|---|---|---|")
        for name in config.names(within):
            if not _has_parts((*within, name)):
                yield _setting((*within, name), flags)
                yield from _items((*within, name), flags)
    yield from ("", "## Gates", "", reference_texts.GATES.strip(), "")
    yield from (f"- `{name}`" for name in gates.ids())
    yield from (f"- `{gates.TOOL}NAME`, by `policy.forbid-tools`", "")
    yield from ("## Waivers", "", reference_texts.WAIVERS.strip())


def _items(key: Key, flags: dict[Key, settings.Setting]) -> Iterator[str]:
    """Yield what each table of a list holds."""
    for name in config.names((*key, 0)):
        yield _setting((*key, 0, name), flags).replace("[0]", "[]")


def _has_parts(key: Key) -> bool:
    return bool(config.names(key)) and key != ("waivers",)


def _setting(key: Key, flags: dict[Key, settings.Setting]) -> str:
    node = config.node(key)
    known = flags.get(key)
    flag = f"`{known.flag}`" if known and known.flag else ""
    default = _default(known)
    words = _cell(node.get("description", ""))
    return f"| `{config.dotted(key)}` | {_type(node, key)} | {default} | {flag} | {words} |"


def _default(setting: settings.Setting | None) -> str:
    value = getattr(Options(path=Path()), setting.field) if setting else None
    return "" if value in (None, (), "") else f"`{str(value).lower()}`"


def _type(node: dict[str, typing.Any], key: Key) -> str:
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    if "anyOf" in node:
        return " or ".join(_type(one, key) for one in node["anyOf"])
    kind = node.get("type", "table")
    if kind == "array":
        return f"list of {_type(config.node((*key, 0)), (*key, 0))}"
    if kind == "object" and "additionalProperties" in node and node["additionalProperties"]:
        return f"table of {_type(node['additionalProperties'], (*key, ''))}"
    words = {"string": "text", "integer": "number", "object": "table", "boolean": "true or false"}
    return words.get(kind, str(kind))


def _exit_codes() -> Iterator[str]:
    yield from ("# Exit codes", "", "| exit | meaning |", "|---|---|")
    for code, meaning in exits.MEANINGS.items():
        yield f"| {code} | {_cell(meaning)} |"


def _checks() -> Iterator[str]:
    yield from ("# Checks", "", _CHECKS.strip())
    for name, module in (
        (command.NAME, command),
        (f"{session.START}, {session.HTTP}, {session.HEALTH}, {session.STOP}", session),
        (contract.NAME, contract),
        (elf.NAME, elf),
        (sweep.NAME, sweep),
        (probe.NAME, probe),
        (outside.NAME, outside),
        (audit.NAME, audit),
    ):
        first, _, rest = (module.__doc__ or "").strip().partition("\n\n")
        yield from (
            "",
            f"## {name}",
            "",
            first.partition(": ")[2][:1].upper() + first.partition(": ")[2][1:],
        )
        if rest:
            yield from ("", rest)


_CHECKS = """
The same checks run by the same method on the old and on the new image, and only what is worse on
the new one counts. A check that could not be carried out is evidence of nothing. `works` needs a
green old image, at least one check that shows the application at work on both, and no difference.
"""
_FUNCTIONS = (
    packages.os_packages,
    packages.language_packages,
    packages.runtimes,
    packages.unowned_binaries,
    files.setuid_setgid,
    files.file_capabilities,
    files.world_writable,
    files.runs_as_root,
    files.size_visible,
    files.size_layers,
)


def _measures() -> Iterator[str]:
    known = catalog.load()
    empty = surface(
        rootfs_image.read([bytes(1024)]), ImageConfig(id="", architecture=""), known, ""
    )
    titles = {one.key: one.title for one in empty.measures}
    words = {one.__name__: inspect.getdoc(one) or "" for one in _FUNCTIONS}
    words["commands"] = _COMMANDS
    yield from ("# Measures", "", _MEASURES.strip())
    for key, title in titles.items():
        said = words.get(key)
        if said is None:
            (kind,) = (one for one in known.classes if one.key == key)
            shown = ", ".join(f"`{name}`" for name in kind.names[:12])
            more = len(kind.names) + len(kind.patterns) - len(kind.names[:12])
            rest = f" and {more} more names and patterns" if more > 0 else ""
            said = f"Of these names: {shown}{rest}. A program with such a name off PATH counts too."
        yield from ("", f"## {title}", "", f"Key `{key}`. {said}")
    yield from ("", "## What is not measured", "", _NOT_MEASURED.strip())
    yield from ("", "## Where syft lists other packages", "", _SYFT.strip(), "")
    yield from ("| images | kind | only syft | only stepdown | why |", "|---|---|---|---|---|")
    for one in DIFFERENCES:
        cells = (f"`{one.images}`", one.kind, _names(one.only_syft), _names(one.only_ours))
        yield f"| {' | '.join((*cells, _cell(one.reason)))} |"


def _names(patterns: tuple[str, ...]) -> str:
    return ", ".join(f"`{pattern}`" for pattern in patterns)


_NOT_MEASURED = """
The compressed size, which is what a download takes. It belongs to a registry's copy: an image that
was just built has none, an engine keeps its layers unpacked, and how small they become depends on
the program that packs them. An estimate would look like a measure. Where a registry tells the size
of a candidate's base, `stepdown plan` and the report name it among the reasons for that base.

What happens while a container runs: files that a program makes, mounts, volumes, capabilities that
the engine grants. What is packed by UPX or encrypted, and packages whose metadata was deleted.
"""
_SYFT = """
The lists of packages are compared with those of [syft](https://github.com/anchore/syft) 1.18.1 in
the tests: all that differs on the images there is in this table. `*` stands for any text.
"""
_MEASURES = """
What `stepdown measure` counts. There is no score: each number has its list behind it, `-v` prints
the lists. A number is `unknown` where it cannot be told, and a lower bound (≥) where something
could not be read. In JSON `value` is then null, or `known` is `partial`, and `reason` says why.
"""
_COMMANDS = """Names that somebody inside of the container could call: those on PATH that lead to a
program (links are followed inside the image), the program of ENTRYPOINT and of CMD wherever it
lies, and every applet of a busybox or toybox, because `busybox NAME` needs no link. Relative and
empty parts of PATH count from WORKDIR. What leads into /proc cannot be seen: then this is a lower
bound."""


def _recipes() -> Iterator[str]:
    known = catalog.load()
    images = sum(len(family.rungs) for family in known.families)
    yield from ("# Recipes: which bases it knows", "")
    yield f"{len(known.families)} families with {images} images. `stepdown recipes show NAME`"
    yield "prints all that is known of one, with source and date. `--recipes DIR` adds your own;"
    yield "see `recipes/README.md` in the source for their form."
    yield from (
        "",
        "| family | language | rungs | images of vendors, on request |",
        "|---|---|---|---|",
    )
    for family in known.families:
        own = (r for r in family.rungs if not r.withheld and not r.vendor)
        tiers = dict.fromkeys(rung.tier.value for rung in own)
        vendors = sorted({rung.vendor for rung in family.rungs if rung.vendor})
        cells = (family.name, family.language, " > ".join(tiers), ", ".join(vendors))
        yield f"| {' | '.join(cells)} |"
    yield from ("", "## What else they hold", "")
    yield f"- {len(known.packages)} Debian packages with their names on Alpine, each with its proof"
    yield f"- {len(known.breakages)} ways in which a smaller base breaks an application"
    yield f"- {len(known.support)} releases of distributions with the end of their support"


def _events() -> Iterator[str]:
    yield from ("# Events: the lines of --json", "", _EVENTS.strip())
    for one in (events.StepStarted, events.StepOutput, events.StepFinished, events.Note):
        tag = msgspec.inspect.type_info(one).tag  # type: ignore[attr-defined]
        yield from (
            "",
            f"## {tag}",
            "",
            inspect.getdoc(one) or "",
            "",
            "| field | type |",
            "|---|---|",
        )
        yield "| `type` | `" + str(tag) + "` |"
        yield from (f"| `{name}` | {kind} |" for name, kind in _fields(one))


_EVENTS = """
`stepdown migrate --json` prints one JSON object a line on standard output: events while the work
goes on, then the record (`stepdown help record`), which has no `type` and has `schema`. Standard
error carries errors in words. `stepdown plan --json` prints one plan, the same that a record holds
under `plan`; `measure` and `compare` print one card. Fields may be added in later versions; none
changes its meaning while `schema` stays. (The last line here is broken in two.)

    {"type":"step_started","step":"build baseline","title":"Building on node:24"}
    {"type":"step_output","step":"build baseline","line":"#1 [internal] load build definition"}
    {"type":"step_finished","step":"build baseline","title":"Building on node:24",
     "ok":true,"summary":"built in 3.2 s","seconds":3.2}
"""


def _record() -> Iterator[str]:
    yield from ("# The record of a run", "", _RECORD.strip())
    for one in _reachable(trial.Outcome):
        yield from ("", f"## {one.__name__}", "", inspect.getdoc(one) or "")
        yield from ("", "| field | type |", "|---|---|")
        tag = one.__struct_config__.tag
        if tag:
            yield f"| `type` | `{tag}` |"
        yield from (f"| `{name}` | {kind} |" for name, kind in _fields(one))


_RECORD = """
`--record FILE` writes everything that a run found out, and `stepdown report FILE` renders it again
later, in any form, without an engine. The same record gives the same bytes. `schema` is 1. A record
is an `Outcome`; every structure in it follows, in the order in which it is first used.
"""


def _reachable(start: type[Value]) -> list[type[Value]]:
    found: list[type[Value]] = []
    waiting = [start]
    while waiting:
        one = waiting.pop(0)
        if one in found:
            continue
        found.append(one)
        for hint in typing.get_type_hints(one).values():
            waiting += [kind for kind in _leaves(hint) if _is_noun(kind)]
    return found


def _is_noun(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _leaves(hint: typing.Any) -> Iterator[typing.Any]:
    inner = typing.get_args(hint)
    if not inner:
        yield hint
    for one in inner:
        yield from _leaves(one)


def _fields(one: type[Value]) -> Iterator[tuple[str, str]]:
    hints = typing.get_type_hints(one)
    for name in one.__struct_fields__:
        yield name, _written(hints[name])


def _written(hint: typing.Any) -> str:
    """Return a type in words."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in {types.UnionType, typing.Union}:
        return " or ".join(_written(one) for one in inner)
    if origin is tuple and len(inner) == 2 and inner[1] is ...:
        return f"list of {_written(inner[0])}"
    if origin is tuple:
        return f"[{', '.join(_written(one) for one in inner)}]"
    if inner and origin is not None:
        return f"table of {_written(inner[-1])}"
    if isinstance(hint, type) and hasattr(hint, "__members__"):
        return ", ".join(f"`{one.value}`" for one in hint.__members__.values())
    words = {str: "text", int: "number", float: "number", bool: "true or false"}
    name = str(hint.__name__)
    return words.get(hint) or {"NoneType": "null"}.get(name, name)


def main() -> None:
    for name, content in pages().items():
        (FOLDER / name).write_text(content, "utf-8")


if __name__ == "__main__":
    main()
