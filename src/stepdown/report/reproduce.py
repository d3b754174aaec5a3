"""The commands that build the images by hand and repeat the checks of one candidate."""

import shlex
from collections.abc import Iterable, Iterator

from stepdown.model.facts import Target
from stepdown.model.plan import Policy
from stepdown.model.trial import Outcome, Trial
from stepdown.report.document import Block, Listing, paragraph

_WIDE = 76
_USUAL = Policy()


def build(outcome: Outcome, trial: Trial) -> tuple[Block, ...]:
    """Return the commands that build the image on the new and on the old base, on the branch.

    A file without a build argument for its base has the old one in the commit before alone.
    """
    target, delivery = outcome.plan.target, outcome.delivery
    more, name = given(outcome.plan.policy), trial.rewrite.argument
    old = ("--build-arg", f"{name}={trial.rewrite.original}") if name else ()
    before = () if name else command("git", "switch", "--detach", target.commit[:12])
    lines = (
        *(command("git", "switch", delivery.branch) if delivery else ()),
        *docker_build(target, "app:new", more),
        *before,
        *docker_build(target, "app:old", (*more, *old)),
    )
    return (paragraph("By hand, on the new base and on the old one:"), Listing(lines, "sh"))


def given(policy: Policy) -> tuple[str, ...]:
    """Return the words that give a build its arguments and its secrets, these by reference."""
    arguments = (("--build-arg", f"{name}={value}") for name, value in policy.arguments)
    secrets = (
        ("--secret", f"id={one.id},{f'env={one.env}' if one.env else f'src={one.file}'}")
        for one in policy.secrets
    )
    return tuple(word for pair in (*arguments, *secrets) for word in pair)


def docker_build(target: Target, tag: str, extra: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return `docker build` for the target, as one shell command on one or more lines."""
    file = () if target.dockerfile == "Dockerfile" else ("-f", target.dockerfile)
    stage = ("--target", target.stage) if target.stage else ()
    return command("docker", "build", "-t", tag, *file, *stage, *extra, target.context or ".")


def again(outcome: Outcome, trial: Trial) -> tuple[str, ...]:
    """Return the command that repeats all checks for this candidate, from the repository's root.

    The values of environment variables stay out of it: the shell that runs it has to have them.
    """
    return command(
        *("stepdown", "migrate", *_where(outcome.plan.target), "--base", trial.candidate.image),
        *_tests(outcome),
        *_choices(outcome.plan.policy),
        *given(outcome.plan.policy),
        "--yes",
    )


def _where(target: Target) -> Iterator[str]:
    """Yield the context as PATH, and the Dockerfile relative to it where it lies below."""
    if target.context not in {"", "."}:
        yield target.context
    if target.stage:
        yield from ("--target", target.stage)
    yield from ("-f", target.dockerfile.removeprefix(f"{target.context}/"))


def _tests(outcome: Outcome) -> Iterator[str]:
    policy, test = outcome.plan.policy, outcome.plan.facts.test
    if test is not None:
        yield from ("--test", test.text)
    if policy.test_stage:
        yield from ("--test-target", policy.test_stage)
    if policy.junit:
        yield from ("--junit", policy.junit)


def _choices(policy: Policy) -> Iterator[str]:
    """Yield the flags that shape the rewrite and the checks, where they are not the usual ones."""
    if policy.unsafe_fixes:
        yield "--unsafe-fixes"
    yield from _each("--unsafe-fix", policy.accepted)
    if policy.form != _USUAL.form:
        yield from ("--form", policy.form)
    packages = (f"{debian}={','.join(alpine) or '-'}" for debian, alpine in policy.packages)
    yield from _each("--package", packages)
    yield from _each("--copy", policy.copies)
    yield from _each("--leave", policy.leaves)
    yield from _each("--path", policy.paths)
    yield from _each("--env", (name for name, _ in policy.environment))
    if policy.build_timeout != _USUAL.build_timeout:
        yield from ("--build-timeout", f"{policy.build_timeout:g}")
    if policy.test_timeout != _USUAL.test_timeout:
        yield from ("--test-timeout", f"{policy.test_timeout:g}")


def _each(flag: str, values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from (flag, value)


def command(*arguments: str) -> tuple[str, ...]:
    """Return a shell command, continued on further lines where it would be long."""
    lines = [""]
    for word in _units(arguments):
        if lines[-1] and len(lines[-1]) + len(word) + len("  \\") > _WIDE:
            lines[-1] += " \\"
            lines.append(f"    {word}")
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return tuple(lines)


def _units(arguments: tuple[str, ...]) -> Iterator[str]:
    """Yield quoted words; an option stays together with its value."""
    option = ""
    for argument in arguments:
        word = shlex.quote(argument)
        if argument.startswith("-"):
            if option:
                yield option.rstrip()
            option = f"{word} "
        else:
            yield option + word
            option = ""
    if option:
        yield option.rstrip()
