"""What is built, and how: one request per image that a run needs. Pure."""

import msgspec

from stepdown.model.facts import Target
from stepdown.model.image import Value
from stepdown.model.plan import Policy, Rewrite
from stepdown.ports import BuildRequest


class Source(Value, frozen=True, kw_only=True):
    """What is built: the target, with its context and its own ignore file (None: the context's)."""

    target: Target
    policy: Policy
    context: str
    ignore: str | None = None


def baseline(source: Source) -> BuildRequest:
    """Return the request for the committed Dockerfile, unchanged."""
    return BuildRequest(
        name="baseline",
        dockerfile=source.target.text,
        context=source.context,
        target=source.target.stage,
        arguments=source.policy.arguments,
        secrets=source.policy.secrets,
        ignore=source.ignore,
        timeout=source.policy.build_timeout,
    )


def candidate(name: str, rewrite: Rewrite, source: Source) -> BuildRequest:
    """Return the request for the rewritten Dockerfile, whose default base is the candidate."""
    return msgspec.structs.replace(baseline(source), name=name, dockerfile=rewrite.text)


def tests(request: BuildRequest, stage: str) -> BuildRequest:
    """Return the request for the stage that adds what the tests need."""
    return msgspec.structs.replace(request, name=f"{request.name}-tests", target=stage)


def blame(request: BuildRequest, rewrite: Rewrite) -> BuildRequest:
    """Return the request for the rewritten Dockerfile on the old base.

    It tells the faults of the rewrite from those of the base.
    """
    return msgspec.structs.replace(
        request,
        name=f"{request.name}-blame",
        arguments=(*request.arguments, (rewrite.argument, rewrite.original)),
    )


def base(name: str, image: str, empty: str) -> BuildRequest:
    """Return the request for a base image by itself, as a private image.

    So no pulled image stays behind. `empty` is an empty folder.
    """
    return BuildRequest(name=name, dockerfile=f"FROM {image}\n", context=empty)
