"""A forge that keeps its requests in a file, and a remote that keeps its branches in memory."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec

from stepdown.errors import ForgeError
from stepdown.model.image import Value
from stepdown.model.remote import Look, Pushed, Tip
from stepdown.model.request import Hosted, MergeRequest, NewRequest, RequestState
from stepdown.ports import CommitOrder, Forge, Remote

AUTHOR = "ada@example.com"


class Requests(Value, frozen=True, kw_only=True):
    """All that the forge knows."""

    requests: tuple[MergeRequest, ...] = ()
    comments: tuple[tuple[int, str], ...] = ()
    writes: tuple[str, ...] = ()


def nothing(_: str) -> None:
    """Let every step pass."""


class FileForge(Forge):
    """Stateful; `step` is called before and after each write and may raise."""

    def __init__(self, file: Path, step: Callable[[str], None] = nothing) -> None:
        self.file = file
        self.step = step
        self.limit = 60_000
        self.hosted = Hosted(
            name="team/app", url="https://forge.example/team/app", default_branch="main"
        )

    @property
    def body_limit(self) -> int:
        return self.limit

    @property
    def state(self) -> Requests:
        if not self.file.exists():
            return Requests()
        return msgspec.json.decode(self.file.read_bytes(), type=Requests)

    def repository(self) -> Hosted:
        return self.hosted

    def find(self, source: str, target: str) -> tuple[MergeRequest, ...]:
        wanted = (
            one for one in self.state.requests if (one.source, one.target) == (source, target)
        )
        return tuple(sorted(wanted, key=lambda one: -one.number))

    def create(self, request: NewRequest) -> MergeRequest:
        if any(one.state is RequestState.OPEN for one in self.find(request.source, request.target)):
            raise ForgeError("There is one already.")
        number = len(self.state.requests) + 1
        made = MergeRequest(
            number=number,
            url=f"https://forge.example/team/app/{number}",
            state=RequestState.OPEN,
            title=request.title,
            body=request.body,
            source=request.source,
            target=request.target,
            draft=request.draft,
            labels=request.labels,
        )
        self._write("create", requests=(*self.state.requests, made))
        return made

    def update(self, number: int, title: str, body: str) -> MergeRequest:
        return self.alter("update", number, title=title, body=body)

    def comment(self, number: int, text: str) -> None:
        if (number, text) not in self.state.comments:
            self._write("comment", comments=(*self.state.comments, (number, text)))

    def close(self, number: int) -> None:
        self.alter("close", number, state=RequestState.CLOSED)

    def forked(self) -> Hosted | None:
        return None

    def fork(self) -> Hosted:
        raise ForgeError("No forks here.")

    def alter(self, what: str, number: int, **changes: object) -> MergeRequest:
        """Change a request, as the interface or a person does."""
        changed = [
            msgspec.structs.replace(one, **changes) if one.number == number else one
            for one in self.state.requests
        ]
        self._write(what, requests=tuple(changed))
        return changed[number - 1]

    def _write(self, what: str, **changes: object) -> None:
        self.step(f"before {what}")
        state = self.state
        after = msgspec.structs.replace(state, writes=(*state.writes, what), **changes)
        fresh = self.file.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(after))
        fresh.replace(self.file)
        self.step(f"after {what}")


class MemoryRemote(Remote):
    """Branches without git. `file` is the Dockerfile on main."""

    def __init__(self, file: str, step: Callable[[str], None] = nothing) -> None:
        self.file: bytes = file.encode()
        self.base = "b" * 40
        self.known = True
        self.tips: dict[str, Tip] = {}
        self.pushes = 0
        self.step = step
        self._made: dict[str, CommitOrder] = {}

    def author(self) -> str:
        return AUTHOR

    def look(self, branch: str, target: str, path: str, verified: str) -> Look:
        return Look(
            target=target or "main",
            base=self.base,
            file=self.file,
            usual=target in {"", "main"},
            known=self.known,
            tip=self.tips.get(branch),
        )

    def commit(self, order: CommitOrder) -> str:
        name = sha256(msgspec.json.encode(order)).hexdigest()[:40]
        self._made[name] = order
        return name

    def push(
        self, branch: str, commit: str, expected: str, options: tuple[str, ...] = ()
    ) -> Pushed:
        self.step("before push")
        tip = self.tips.get(branch)
        if (tip.commit if tip else "") != expected:
            raise ForgeError("The branch on the remote moved meanwhile.", wait=0)
        order = self._made[commit]
        self.pushes += 1
        self.tips[branch] = Tip(
            commit=commit,
            author=AUTHOR,
            identity=order.message.rpartition("Stepdown-Id: ")[2].strip(),
            parents=(order.parent,),
            changed=(order.path,),
            content=order.content,
            below=self.file,
        )
        self.step("after push")
        return Pushed()

    def offer(self, target: str, commit: str, options: tuple[str, ...]) -> Pushed:
        raise NotImplementedError

    def offered(self, commit: str) -> bool:
        raise NotImplementedError

    def patch(self, commit: str, folder: str) -> str:
        raise NotImplementedError
