"""What changes for the people who run the image, and how to look inside and go back."""

import shlex
from collections.abc import Iterator

from stepdown.model.image import ImageRef, PackageManager, Tier
from stepdown.model.plan import Candidate
from stepdown.model.surface import SurfaceDelta
from stepdown.model.trial import Outcome, Trial
from stepdown.report import card
from stepdown.report.document import Block, Code, Inline, Listing, Names, bullets, paragraph
from stepdown.report.reproduce import command

_SIDECAR = "docker run --rm -it --pid=container:CONTAINER busybox"
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
        yield ("To look inside: ", Code("docker exec -it CONTAINER sh"), ".")
        return
    yield ("To look inside, bring the tools with you: ", Code("docker debug CONTAINER"), ".")
    yield (
        "Or a sidecar that shares its processes: ",
        Code(_SIDECAR),
        "; with ",
        Code("--cap-add=SYS_PTRACE"),
        " it reads the container's files under ",
        Code("/proc/1/root"),
        ".",
    )
    yield (
        "On Kubernetes: ",
        Code("kubectl debug -it POD --image=busybox --target=CONTAINER"),
        ".",
    )
    image = debug_image(trial.candidate.image)
    if image and trial.rewrite.argument:
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


def roll_back(outcome: Outcome, trial: Trial) -> tuple[Block, ...]:
    """Return the ways back to the old base."""
    old = _by_argument(trial)
    if outcome.delivery is None:
        return bullets(old)
    revert = f"git revert {outcome.delivery.commit[:12]}"
    return bullets(
        (("Before the merge: do not merge.",), ("After the merge: ", Code(revert), "."), *old)
    )


def _by_argument(trial: Trial) -> tuple[Inline, ...]:
    """Return the way that needs no commit, nothing where the file has no argument for its base."""
    if not trial.rewrite.argument:
        return ()
    flag = f"--build-arg {shlex.quote(f'{trial.rewrite.argument}={trial.rewrite.original}')}"
    return (
        (
            "Without a commit: build with ",
            Code(flag),
            ", which selects the old base. Edits that fit only the new base need the revert.",
        ),
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
