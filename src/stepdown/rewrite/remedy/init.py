"""An init as the first process, which passes signals on and buries dead children."""

import json
from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile
from stepdown.model.image import PackageManager
from stepdown.model.recipe import Remedy
from stepdown.rewrite.remedy.change import Change
from stepdown.rewrite.runtime import INITS, before_line, program
from stepdown.rewrite.situation import Situation

# Where the packages put it.
_TINI = {PackageManager.APK: "/sbin/tini", PackageManager.APT: "/usr/bin/tini"}


def changes(doc: Dockerfile, situation: Situation, _: Remedy) -> Iterator[Change]:
    """Start the application through tini; the package is asked for beside it."""
    tini = _TINI.get(situation.candidate.package_manager, "")
    entry = doc.effective(situation.ship, "ENTRYPOINT")
    command = doc.effective(situation.ship, "CMD")
    words = [word.text for word in (entry.json or ())] if entry else []
    if not tini or any(program(word) in INITS for word in words):
        return
    if entry is not None and entry.json:
        first = entry.json[0].span
        yield Change(span=first, text=f'"{tini}", "--", {first.of(doc.text)}')
    elif entry is None and command is not None and command.json:
        started = json.dumps([tini, "--", *situation.candidate.entrypoint])
        span, line = before_line(doc, command, f"ENTRYPOINT {started}")
        yield Change(span=span, text=line)
