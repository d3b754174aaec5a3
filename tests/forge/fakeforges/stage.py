"""An adapter and the fake that it talks to."""

import socket
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field

from fakeforges.core import TOKEN, Fake, serving
from stepdown.adapters.forges.login import Login
from stepdown.adapters.forges.manners import Manners
from stepdown.adapters.forges.opening import open_directory, open_forge
from stepdown.ports import Directory, Forge

KINDS = {
    "github": "GitHub",
    "gitlab": "GitLab",
    "gitea": "Gitea",
    "bitbucket": "Bitbucket",
    "bitbucketdc": "BitbucketDataCenter",
    "azure": "Azure",
    "pagure": "Pagure",
}
NOW = 1_700_000_000.0


@dataclass
class Clock:
    """Time goes by only by sleeping."""

    now: float = NOW
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Stage:
    """One forge, as a fake and through its adapter."""

    kind: str
    fake: Fake
    clock: Clock

    @property
    def too_long(self) -> float:
        """Seconds beyond a timeout of 0.15; PyGithub's is at least one."""
        return 1.2 if self.kind == "github" else 0.3

    def forge(self, token: str = TOKEN, timeout: float = 5) -> Forge:
        login = Login(token, self.fake.login)
        return open_forge(
            self.fake.remote,
            login,
            kind=self.kind,
            root=self.fake.root,
            manners=self.manners(timeout),
        )

    def directory(self) -> Directory:
        login = Login(TOKEN, self.fake.login)
        return open_directory(self.kind, login, root=self.fake.root, manners=self.manners(5))

    def nowhere(self) -> Forge:
        """The adapter for a port on which nobody listens."""
        with closing(socket.create_server(("127.0.0.1", 0))) as port:
            url = f"http://127.0.0.1:{port.getsockname()[1]}"
        fake = type(self.fake)()
        fake.url = url
        return Stage(self.kind, fake, self.clock).forge()

    def serve(self, fake: Fake) -> AbstractContextManager[Fake]:
        return serving(fake)

    def manners(self, timeout: float) -> Manners:
        return Manners(
            timeout=timeout,
            spacing=0,
            polls=6,
            sleep=self.clock.sleep,
            clock=lambda: self.clock.now,
        )
