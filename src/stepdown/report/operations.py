"""What changes for the people who run the image, and how to build, look inside and go back."""

import shlex
from collections.abc import Iterator

from stepdown.model.image import ImageRef, PackageManager, Tier
from stepdown.model.plan import Candidate, Target
from stepdown.model.surface import SurfaceDelta
from stepdown.model.trial import Outcome, Trial
from stepdown.report import card
from stepdown.report.document import Block, Code, Inline, Listing, Names, bullets, paragraph

_WIDE = 76
_GONE = ("network_tools", "debuggers", "interpreters")


def lost(trial: Trial) -> tuple[Block, ...]:
    """Return which tools are gone, and how to debug without them."""
    return (
        *bullets((*_lost(trial.candidate), *_debugging(trial))),
        *(_gone(trial.delta) if trial.delta else ()),
    )


def _lost(candidate: Candidate) -> Iterator[Inline]:
    if not candidate.shell:
        yield (
            "No shell: ",
            Code("docker exec … sh"),
            " does not work, nor do scripts or programs that start one.",
        )
    elif candidate.tier is Tier.ALPINE:
        yield ("The shell is busybox ash; most tools are busybox applets with fewer options.",)
    if candidate.package_manager is PackageManager.NONE:
        yield ("No package manager: nothing can be installed into a running container.",)


def _debugging(trial: Trial) -> Iterator[Inline]:
    if trial.candidate.shell:
        return
    yield ("To look inside, bring the tools with you: ", Code("docker debug CONTAINER"), ".")
    yield (
        "On Kubernetes: ",
        Code("kubectl debug -it POD --image=busybox --target=CONTAINER"),
        ".",
    )
    image = debug_image(trial.candidate.image)
    if image:
        argument = shlex.quote(f"{trial.rewrite.argument}={image}")
        yield (
            "For a build with a busybox shell, not for production: ",
            Code(f"docker build --build-arg {argument} …"),
            ".",
        )


def debug_image(image: str) -> str:
    """Return the `debug` variant of a Google distroless image, empty where there is none.

    The project publishes `debug` beside `latest` and `debug-nonroot` beside `nonroot`.
    """
    ref = ImageRef.parse(image)
    if not ref.name.startswith("gcr.io/distroless/") or "debug" in ref.tag:
        return ""
    if ref.tag in {"", "latest"}:
        return f"{ref.name}:debug"
    return f"{ref.name}:debug-{ref.tag}" if ref.tag.split("-")[0] == "nonroot" else ""


def _gone(delta: SurfaceDelta) -> Iterator[Block]:
    for row in delta.rows:
        if row.key in _GONE and (names := card.gone(delta, row)):
            yield Names(f"{row.title}, gone", names)


def build(target: Target, trial: Trial) -> tuple[Block, ...]:
    """Return the commands that build the image on the new and on the old base."""
    old = ("--build-arg", f"{trial.rewrite.argument}={trial.rewrite.original}")
    return (
        paragraph("By hand, on the new base and on the old one:"),
        Listing((*docker_build(target, "app:new"), *docker_build(target, "app:old", old)), "sh"),
    )


def docker_build(target: Target, tag: str, extra: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return `docker build` for the target, as one shell command on one or more lines."""
    file = () if target.dockerfile == "Dockerfile" else ("-f", target.dockerfile)
    return command("docker", "build", "-t", tag, *file, *extra, target.context or ".")


def again(outcome: Outcome, trial: Trial) -> tuple[str, ...]:
    """Return the command that repeats all checks for this candidate."""
    target, test = outcome.plan.target, outcome.plan.facts.test
    tested = ("--test", test.text) if test else ()
    base = ("--base", trial.candidate.image)
    return command("stepdown", "migrate", "-f", target.dockerfile, *base, *tested)


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
            option = f"{word} "
        else:
            yield option + word
            option = ""


def roll_back(outcome: Outcome, trial: Trial) -> tuple[Block, ...]:
    """Return the ways back to the old base."""
    flag = f"--build-arg {shlex.quote(f'{trial.rewrite.argument}={trial.rewrite.original}')}"
    old = (
        "Without a commit: build with ",
        Code(flag),
        ", which selects the old base. Edits that fit only the new base need the revert.",
    )
    if outcome.delivery is None:
        return bullets((old,))
    revert = f"git revert {outcome.delivery.commit[:12]}"
    return bullets(
        (("Before the merge: do not merge.",), ("After the merge: ", Code(revert), "."), old)
    )


def delivered(outcome: Outcome) -> tuple[Block, ...]:
    """Return where the rewritten Dockerfile is."""
    delivery = outcome.delivery
    if delivery is None:
        return (paragraph("Nothing was committed."),)
    return (
        paragraph(
            "Branch ",
            Code(delivery.branch),
            f" carries one commit, {delivery.commit[:12]}, that changes ",
            Code(delivery.dockerfile),
            " and nothing else.",
        ),
        Listing(command("git", "diff", f"{outcome.plan.target.commit[:12]}..{delivery.branch}")),
    )
