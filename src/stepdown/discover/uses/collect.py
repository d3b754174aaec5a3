"""Collecting the uses of an image from the files of its repository."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from stepdown.discover.dockerfiles import is_dockerfile
from stepdown.discover.uses import actions, commands, compose, kubernetes, templates
from stepdown.discover.uses.mention import Names, Sighting
from stepdown.discover.uses.yamlfile import Node, documents
from stepdown.discover.walk import Listing, content
from stepdown.model.facts import Target, Use

_LARGEST, _MOST_BYTES = 400_000, 2_000_000
_MOST_USES = 200
_YAML = re.compile(r".+\.ya?ml")
_LOCKS = frozenset(("pnpm-lock.yaml", "pubspec.lock"))


@dataclass
class _Files:
    """What was read of the repository, by what it is."""

    composed: dict[str, tuple[compose.Service, ...]] = field(default_factory=dict)
    called: dict[str, tuple[commands.Call, ...]] = field(default_factory=dict)
    built: dict[str, tuple[Node, ...]] = field(default_factory=dict)
    seen: dict[str, list[Sighting]] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    templates: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be read as it should be."""
        notes = list(self.unread)
        if self.skipped:
            more = _more(self.skipped)
            notes.append(f"{self.skipped[0]}{more}: too large, or no text, to look for uses in it.")
        if self.templates:
            more = _more(self.templates)
            notes.append(f"{self.templates[0]}{more}: read line by line, as templates are no YAML.")
        return tuple(notes)


def _more(names: list[str]) -> str:
    return f" and {len(names) - 1} more" if len(names) > 1 else ""


def uses(listed: Listing, target: Target) -> tuple[tuple[Use, ...], tuple[str, ...]]:
    """Return the uses in the order of the files, and notes on what could not be read."""
    files = _read(listed)
    folder = target.dockerfile.rpartition("/")[0] or target.repository
    names = Names(
        alone=sum(map(is_dockerfile, listed.files)) == 1,
        folder=folder.rpartition("/")[2].lower(),
    )
    for _ in range(2):  # what one file calls ours, another may only name
        names.others.clear()
        _learn(files, names, target)
    for file, calls in files.called.items():
        files.seen.setdefault(file, []).extend(commands.sightings(calls))
    for file, services in files.composed.items():
        files.seen.setdefault(file, []).extend(compose.sightings(services))
    found = _uses(files, names, listed.files)
    kept = tuple(sorted(found, key=lambda use: not use.sure)[:_MOST_USES])
    if len(found) > len(kept):
        files.unread.append(f"{len(found) - len(kept)} further uses of images are left out.")
    return tuple(use for use in found if use in set(kept)), files.notes


def _learn(files: _Files, names: Names, target: Target) -> None:
    for steps in files.built.values():
        actions.learn(steps, target, names)
    for file, calls in files.called.items():
        commands.learn(calls, file, target, names)
    for file, services in files.composed.items():
        compose.learn(services, file, target, names)


def _uses(files: _Files, names: Names, order: Iterable[str]) -> tuple[Use, ...]:
    found: dict[Use, None] = {}
    for file in order:
        for sighting in files.seen.get(file, ()):
            use = names.use(sighting, file, files.lines[file])
            if use is not None:
                found[use] = None
    return tuple(found)


def _read(listed: Listing) -> _Files:
    files, budget = _Files(), _MOST_BYTES
    for name in listed.files:
        last = name.rpartition("/")[2]
        yaml, script = _YAML.fullmatch(last), commands.NAME.fullmatch(name)
        if not (yaml or script or last.endswith(".tpl")) or last in _LOCKS:
            continue
        text = content(listed, name, min(_LARGEST, budget)) if budget > 0 else None
        if text is None:
            files.skipped.append(name)
            continue
        budget -= len(text)
        files.lines[name] = text.splitlines()
        if script:
            files.called[name] = commands.calls(text)
        if not script or yaml:
            _parse(files, name, text)
    return files


def _parse(files: _Files, name: str, text: str) -> None:
    """Read a YAML file, or a template of one, as what it is."""
    last = name.rpartition("/")[2]
    try:
        if compose.NAME.fullmatch(last):
            files.composed[name] = compose.services(text)
        elif actions.is_workflow(text):
            files.built[name] = actions.builds(text)
        elif not kubernetes.is_manifest(text):
            return
        elif templates.is_template(text):
            files.seen[name] = list(templates.sightings(text))
            files.templates.append(name)
        else:
            found = (one for root in documents(text) for one in kubernetes.sightings(root))
            files.seen[name] = list(found)
    except ValueError as error:
        files.unread.append(f"{name} cannot be read: {error}.")
