"""The marks on everything that is made on an engine, and its removal by them."""

from collections.abc import Callable, Iterator, Mapping

import msgspec
from docker import APIClient
from docker.errors import APIError

from stepdown.adapters.answers import Listed, ListedVolume
from stepdown.adapters.connection import engine_faults, explanation
from stepdown.model.image import Value

RUN, HOST, TARGET, ROLE = "stepdown.run", "stepdown.host", "stepdown.target", "stepdown.role"
BATCH, KEY = "stepdown.batch", "stepdown.key"
IMAGE = "image"
"""The role of an image. A container that somebody makes from it by hand inherits it."""
REPOSITORY = "stepdown.local/"
"""What the tags of our images begin with."""

_GONE = 404


class Thing(Value, frozen=True, kw_only=True):
    """A container, image (by one of its tags) or volume that some run made."""

    kind: str
    name: str
    run: str


class Labels(Value, frozen=True, kw_only=True):
    """Whose an object is: `host` keeps the users of a shared engine apart.

    `batch` and `key` name the batch and the entry that it belongs to, where there is one.
    """

    run: str
    host: str
    target: str
    batch: str = ""
    key: str = ""

    def of(self, role: str) -> dict[str, str]:
        """Return the labels for an object with this role."""
        batch = {BATCH: self.batch, KEY: self.key} if self.batch else {}
        return {RUN: self.run, HOST: self.host, TARGET: self.target, ROLE: role, **batch}


def remove_things(api: APIClient, host: str, doomed: Callable[[str], bool]) -> tuple[str, ...]:
    """Remove what `host` made in the runs that `doomed` names; tell it in sentences.

    Everything is listed before `doomed` is asked: a run whose object is seen had begun before, so
    if it is not alive now, it has ended. Raises EngineError.
    """
    with engine_faults("removing what a run left"):
        things = [*_containers(api, host), *_images(api, host), *_volumes(api, host)]
        dead = {run for run in {thing.run for thing in things} if doomed(run)}
        return tuple(_remove(api, thing) for thing in things if thing.run in dead)


def _containers(api: APIClient, host: str) -> Iterator[Thing]:
    answer = api.containers(all=True, filters=_of(host))
    for listed in msgspec.convert(answer, list[Listed]):
        labels = listed.labels or {}
        if labels.get(ROLE) != IMAGE:
            yield _thing("container", listed.id, labels)


def _images(api: APIClient, host: str) -> Iterator[Thing]:
    """List our tags; a tag that a user gave to the same image is not ours to remove."""
    for listed in msgspec.convert(api.images(filters=_of(host)), list[Listed]):
        tags = [tag for tag in listed.repo_tags or () if tag != "<none>:<none>"]
        ours = [tag for tag in tags if tag.startswith(REPOSITORY)] if tags else [listed.id]
        for tag in ours:
            yield _thing("image", tag, listed.labels or {})


def _volumes(api: APIClient, host: str) -> Iterator[Thing]:
    answer = api.volumes(filters=_of(host))["Volumes"] or []
    for listed in msgspec.convert(answer, list[ListedVolume]):
        yield _thing("volume", listed.name, listed.labels or {})


def _of(host: str) -> dict[str, str]:
    return {"label": f"{HOST}={host}"}


def _thing(kind: str, name: str, labels: Mapping[str, str]) -> Thing:
    return Thing(kind=kind, name=name, run=labels.get(RUN, ""))


def _remove(api: APIClient, thing: Thing) -> str:
    try:
        match thing.kind:
            case "container":
                api.remove_container(thing.name, force=True, v=True)
            case "image":
                # noprune: what is below it may be somebody else's.
                api.remove_image(thing.name, noprune=True)
            case _:
                api.remove_volume(thing.name)
    except APIError as fault:
        if fault.status_code != _GONE:
            return (
                f"The {thing.kind} {thing.name} of the run {thing.run} stays: {explanation(fault)}"
            )
    return f"Removed the {thing.kind} {thing.name} of the run {thing.run}."
