"""The `command` check: the application's own tests, run inside the image.

A plain command line starts as it is, without any shell. One that needs a shell runs through the
private toolbox's, on both sides, so that the shell itself is no difference. The image's
ENTRYPOINT is replaced, nothing else of it changes.
"""

import posixpath

import msgspec

from stepdown.model.facts import Command
from stepdown.model.recipe import Channel
from stepdown.model.trial import CaseState, CheckRun, CheckState, Message, Tally
from stepdown.ports import ContainerSpec, Exit
from stepdown.verify import junit
from stepdown.verify.compare import some
from stepdown.verify.side import DerivedImage, Rig, Side
from stepdown.verify.tally import tally

NAME = "command"
NOT_FOUND = (126, 127)


def check(rig: Rig, side: Side, command: Command) -> CheckRun:
    """Run `command` once in a fresh container of `side`."""
    if side.derived and side.derived.unusable:
        return _broken(side.derived.unusable)
    if not command.argv and rig.toolbox.missing:
        return _broken(f"`{command.text}` needs a shell, and there is none: {rig.toolbox.missing}")
    wanted = spec(rig, side, command)
    end = rig.engine.run(wanted, rig.policy.test_timeout)
    if not wanted.collect:
        return _run(command, end, tally(end.output))
    counts = next((junit.read(file.content) for file in end.files), None)
    if counts is None and end.exit_code == 0:
        return _broken(f"`{command.text}` left no JUnit report at {wanted.collect[0]}")
    return _run(command, end, counts)


def _broken(why: str) -> CheckRun:
    return CheckRun(check=NAME, state=CheckState.BROKEN, summary=why)


def spec(rig: Rig, side: Side, command: Command) -> ContainerSpec:
    """Return how `command` is started on `side`."""
    argv = side.argv(command.argv) if command.argv else rig.toolbox.shell(command.text)
    derived = side.derived or DerivedImage(image=side.image, config=side.config)
    folder = (derived.config or side.config).workdir or "/"
    report = rig.policy.junit and posixpath.join(folder, rig.policy.junit)
    return ContainerSpec(
        image=derived.image,
        role=f"{side.role}-command",
        entrypoint=argv[:1],
        command=argv[1:],
        environment=rig.policy.environment,
        files=() if command.argv else rig.toolbox.files,
        collect=(report,) if report else (),
    )


def steady(run: CheckRun, again: CheckRun) -> CheckRun:
    """Return `run` without the names of tests that another run of the same image does not have."""
    if run.tests is None or again.tests is None:
        return run
    known = {case.name for case in again.tests.cases}
    cases = tuple(case for case in run.tests.cases if case.name in known)
    return msgspec.structs.replace(run, tests=msgspec.structs.replace(run.tests, cases=cases))


def _run(command: Command, end: Exit, counts: Tally | None) -> CheckRun:
    state, summary = _judge(command, end, counts)
    channel = Channel.DAEMON if end.refused else Channel.LOG
    return CheckRun(
        check=NAME,
        state=state,
        summary=summary,
        seconds=end.seconds,
        messages=(Message(channel=channel, text=end.refused or end.output),),
        tests=counts,
        exit_code=end.exit_code,
    )


def _judge(  # noqa: PLR0911  (one line for each way to end)
    command: Command, end: Exit, counts: Tally | None
) -> tuple[CheckState, str]:
    match end:
        case Exit(refused=refused) if refused:
            return CheckState.FAILED, f"`{command.text}` could not start: {refused}"
        case Exit(flooded=True):
            return CheckState.FAILED, f"`{command.text}` printed more than it may, and was killed"
        case Exit(timed_out=True):
            return (
                CheckState.FAILED,
                f"`{command.text}` hung and was killed after {end.seconds:.0f} s",
            )
        case Exit(out_of_memory=True):
            return CheckState.FAILED, f"`{command.text}` ran out of memory"
        case Exit(exit_code=code) if code in NOT_FOUND:
            return CheckState.FAILED, f"`{command.text}`: command not found (exit {code})"
        case Exit(exit_code=0) if counts is not None and counts.passed == 0:
            return CheckState.BROKEN, f"`{command.text}` passed no test ({counts.skipped} skipped)"
        case Exit(exit_code=0) if counts is not None:
            return CheckState.PASSED, f"{counts.passed} of {counts.total} tests passed"
        case Exit(exit_code=0):
            return CheckState.PASSED, f"`{command.text}` ended with exit 0"
        case _ if counts is not None:
            return (
                CheckState.FAILED,
                f"{counts.failed} of {counts.total} tests failed (exit {end.exit_code})"
                + _named(counts),
            )
        case _:
            return CheckState.FAILED, f"`{command.text}` ended with exit {end.exit_code}"


def _named(counts: Tally) -> str:
    failed = counts.named(CaseState.FAILED)
    return f": {some(failed)}" if failed else ""
