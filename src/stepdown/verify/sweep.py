"""The `sweep` check: whether every dependency that could be loaded before still loads.

An application that imports a library only when it is needed starts and passes its tests without
it. So each Python distribution is imported, with every compiled module that it owns, and each
production dependency of a package.json is required, with every compiled add-on below it; some
packages also say whether their compiled part is in use. Both sides do it by the same script, which
the image's own interpreter runs in a container without network. Only dependencies are loaded,
never the application. Other libraries of the application are left to `elf`.

What did not load before either (it wants a display, a variable, another platform) is no news. What
is worse is tried once more on both sides, each in a new container, and counts only if it comes out
the same way again; so a difference here is treated as a fact, like those of files, and the tests'
many reruns, which exist for chance, are not needed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import resources

import msgspec

from stepdown.model.facts import Clue
from stepdown.model.image import Healthcheck
from stepdown.model.recipe import Channel
from stepdown.model.trial import CheckRun, CheckState, Message
from stepdown.ports import ContainerSpec, Exit, File
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify.side import Rig, Side
from stepdown.verify.sweep_jobs import Job, jobs
from stepdown.verify.sweep_parts import Part, Swept, Worse, gone, installed, worse
from stepdown.verify.toolbox import FOLDER

NAME = "sweep"
_LONGEST, _EACH, _GRACE = 120.0, 30.0, 30.0  # seconds: one job, one part, starting the container
_MOST = 2000  # parts of one job
_SCRIPTS = {"python": "sweep_python.py", "node": "sweep_node.cjs"}
_SHOWN = 8
_ORDER = f"{FOLDER}/sweep.json"
_NO_HEALTHCHECK = Healthcheck(test=("NONE",))


Order = dict[str, object]
"""What a script is asked for; empty for nothing."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the baseline's sweep showed, and how to repeat a piece of it."""

    side: Side
    jobs: tuple[Job, ...]
    swept: Swept
    clues: tuple[Clue, ...] = ()


class _Line(msgspec.Struct):
    """One line of a script's output; the last one has `left`."""

    owner: str = ""
    part: str = ""
    version: str = ""
    ok: bool = False
    text: str = ""
    absent: bool = False
    left: int | None = None


def baseline(
    rig: Rig, side: Side, fs: RootFS, clues: tuple[Clue, ...] = ()
) -> tuple[CheckRun, Known]:
    """Sweep the baseline; the check passes where anything loads, and is absent otherwise.

    `clues` are those of the application's own code.
    """
    found = jobs(fs, side, clues)
    swept = _sweep(rig, side, found, _everything)
    known = Known(side=side, jobs=found, swept=swept, clues=clues)
    if swept.loaded:
        return _run(CheckState.PASSED, f"{_counted(swept)}{_unreached(swept)}", swept), known
    why = "no dependency loads by itself" if found else "no dependency is known"
    return _run(CheckState.ABSENT, f"{why}{_unreached(swept)}", swept), known


def check(rig: Rig, side: Side, fs: RootFS, known: Known) -> CheckRun:
    """Load on the candidate what loads on the baseline."""
    loaded = known.swept.loaded
    if not loaded:
        return CheckRun(check=NAME, state=CheckState.ABSENT, summary="there is nothing to compare")
    found, packages = jobs(fs, side, known.clues), installed(fs)
    swept = _sweep(rig, side, found, lambda job: _same(job, loaded.values()))
    bad = worse(loaded, swept, packages)
    if bad:
        # Both sides try every build of an add-on, whichever of them the other one has.
        every = [p for p in (*known.swept.parts, *swept.parts) if p.key in bad]
        before = _sweep(rig, known.side, known.jobs, lambda job: _only(job, every))
        after = _sweep(rig, side, found, lambda job: _only(job, every))
        still = worse(before.loaded, after, packages)
        bad = {key: one for key, one in bad.items() if key in still}
    if bad:
        return _failed(tuple(bad.values()), swept)
    if swept.left and not swept.loaded:
        why = f"nothing was loaded on the candidate{_unreached(swept)}"
        return _run(CheckState.BROKEN, why, swept)
    lost = gone(loaded, swept)
    notes = f"; no longer installed: {_some(lost)}" if lost else ""
    return _run(CheckState.PASSED, f"{_counted(swept)}{notes}{_unreached(swept)}", swept)


def _everything(job: Job) -> Order:
    packages = [{"owner": p.name, "folder": p.folder, "parts": p.parts} for p in job.packages]
    return {"packages": packages, "folder": job.folder, "only": None, "also": []}


def _same(job: Job, parts: Iterable[Part]) -> Order:
    """Ask for what loaded on the baseline; Node finds by itself which builds there are of it."""
    names: dict[str, list[str]] = {}
    for part in sorted(parts, key=lambda part: part.part):
        if part.language == job.language:
            names.setdefault(part.owner, []).append(part.part)
    packages = [
        {"owner": p.name, "folder": p.folder, "parts": names[p.name]}
        for p in job.packages
        if p.name in names
    ]
    every = sorted({name for some in names.values() for name in some})
    order: Order = {"packages": packages, "folder": job.folder, "only": None, "also": every}
    return order if packages or (every and job.folder) else {}


def _only(job: Job, parts: Iterable[Part]) -> Order:
    order = _same(job, parts)
    return {**order, "only": order["also"]} if order else {}


def _sweep(rig: Rig, side: Side, found: Iterable[Job], ask: Callable[[Job], Order]) -> Swept:
    asked = ((job, ask(job)) for job in found if job.program)
    swept = [_load(rig, side, job, order) for job, order in asked if order]
    return Swept(
        parts=tuple(part for one in swept for part in one.parts),
        left=sum(one.left for one in swept),
        trouble=tuple(message for one in swept for message in one.trouble),
        seconds=sum(one.seconds for one in swept),
    )


def _load(rig: Rig, side: Side, job: Job, order: Order) -> Swept:
    limit = min(_LONGEST, rig.policy.test_timeout)
    whole = {"seconds": limit, "each": min(_EACH, limit), "most": _MOST, **order}
    script = _SCRIPTS[job.language]
    source = (resources.files("stepdown.verify") / script).read_bytes()
    spec = ContainerSpec(
        image=side.image,
        role=f"{side.role}-{NAME}",
        entrypoint=(job.program,),
        command=(f"{FOLDER}/{script}", _ORDER),
        environment=rig.policy.environment,
        files=(
            File(path=f"{FOLDER}/{script}", content=source),
            File(path=_ORDER, content=msgspec.json.encode(whole)),
        ),
        healthcheck=_NO_HEALTHCHECK,
        network=False,
    )
    return _read(job, rig.engine.run(spec, limit + _GRACE))


def _read(job: Job, end: Exit) -> Swept:
    versions = {package.name: package.version for package in job.packages}
    parts, left, said = [], 1 if end.timed_out else None, []
    for text in end.output.splitlines():
        try:
            line = msgspec.json.decode(text, type=_Line)
        except msgspec.MsgspecError:
            said.append(text)
            continue
        if line.left is not None:
            left = line.left
        else:
            parts.append(
                Part(
                    language=job.language,
                    owner=line.owner,
                    part=line.part,
                    ok=line.ok,
                    version=line.version or versions.get(line.owner, ""),
                    text=line.text,
                    absent=line.absent,
                )
            )
    return Swept(
        parts=tuple(parts),
        left=left or 0,
        trouble=() if left is not None else (_trouble(job, end, said),),
        seconds=end.seconds,
    )


def _trouble(job: Job, end: Exit, said: list[str]) -> Message:
    if end.refused:
        return Message(channel=Channel.DAEMON, text=end.refused)
    text = "\n".join(said) or f"{job.program} ended with exit code {end.exit_code}"
    return Message(channel=Channel.LOG, text=text)


def _failed(worse: tuple[Worse, ...], swept: Swept) -> CheckRun:
    more = f" (and {len(worse) - 1} more)" if len(worse) > 1 else ""
    run = _run(CheckState.FAILED, worse[0].sentence + more, swept)
    messages = (*swept.trouble, *(message for one in worse for message in one.messages))
    return msgspec.structs.replace(run, messages=tuple(dict.fromkeys(messages)))


def _run(state: CheckState, summary: str, swept: Swept) -> CheckRun:
    """Return the check; its facts say for each package how much of it loads."""
    owners: dict[str, list[bool]] = {}
    for part in swept.best.values():
        name = f"{part.language} {part.owner} {part.version}".rstrip()
        owners.setdefault(name, []).append(part.ok)
    facts = tuple(
        (name, f"{sum(loads)} of {len(loads)} load") for name, loads in sorted(owners.items())
    )
    return CheckRun(check=NAME, state=state, summary=summary, seconds=swept.seconds, facts=facts)


def _counted(swept: Swept) -> str:
    """Return like `loaded: 6 modules of 2 Python packages`."""
    counts = []
    for name, title in (("python", "Python"), ("node", "Node")):
        owners = [part.owner for part in swept.loaded.values() if part.language == name]
        packages = _number(len(set(owners)), f"{title} package")
        counts += [f"{_number(len(owners), 'module')} of {packages}"] if owners else []
    return f"loaded: {' and '.join(counts) or 'nothing'}"


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _unreached(swept: Swept) -> str:
    return f"; {swept.left} more were not reached in time" if swept.left else ""


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"
