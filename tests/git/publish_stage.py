"""A repository on a real git server, a fake forge that knows it, and the command line."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakeforges.core import TOKEN, Fake
from fakeforges.core import serving as talking
from fakeforges.gitea import Gitea
from git_remotes import Place, settle
from git_server import GitServer
from git_world import make_world

import samples
from stepdown.deliver.description import found
from stepdown.flow import record
from stepdown.model.trial import Outcome
from stories import Said, Stepdown

VARIABLES = {"bitbucketdc": "STEPDOWN_BITBUCKET_TOKEN"}


@dataclass(frozen=True)
class Stage:
    """A repository, its server, its forge and the command line."""

    place: Place
    fake: Fake
    home: Path
    stepdown: Stepdown

    @property
    def flags(self) -> tuple[str, ...]:
        return ("--forge", self.fake.kind, "--forge-url", self.fake.root)

    def saved(self, outcome: Outcome) -> Path:
        path = self.home / "record.json"
        record.save(outcome, path)
        return path

    def outcome(self) -> Outcome:
        return samples.working(self.place.world.root, self.place.head())

    def publish(self, outcome: Outcome | None = None, *words: str, token: str = TOKEN) -> Said:
        saved = self.saved(outcome or self.outcome())
        return self.stepdown(
            "publish",
            self.place.world.root,
            *("--record", saved),
            *(() if "--forge" in words else self.flags),
            *words,
            env={VARIABLES.get(self.fake.kind, f"STEPDOWN_{self.fake.kind.upper()}_TOKEN"): token},
        )

    def end(self) -> tuple[object, ...]:
        """What a person sees in the end, without commit ids."""
        tip = self.place.there()
        content = self.place.world.git("show", f"{tip}:Dockerfile", at=self.place.bare)
        pulls = [(one.number, one.state, one.title, len(one.comments)) for one in self.fake.pulls]
        described = [found(one.body) for one in self.fake.pulls]
        return pulls, content, [part is not None and part.mark.pushed == tip for part in described]


def gitea(name: str) -> Fake:
    found: Fake = type("OwnGitea", (Gitea,), {"name": name})()
    return found


def staged(
    server: GitServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stepdown: Stepdown,
    home: Path,
) -> Iterator[Stage]:
    """Make all of it; in the end no request to the forge was against its description."""
    name = f"{tmp_path.name}/app"
    place = settle(make_world(tmp_path, monkeypatch), server, name)
    place.world.git("remote", "add", "origin", place.url)
    with talking(gitea(name)) as fake:
        yield Stage(place, fake, home, stepdown)
    assert fake.problems == []
