"""From a decision to the forge: step by step, once, and the same after any interruption."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

import samples
from forge_in_a_file import FileForge, MemoryRemote, nothing
from stepdown.adapters.throttlebook import ThrottleBook
from stepdown.deliver.description import found, replaced
from stepdown.errors import ForgeError, Interrupted, NothingToDoError
from stepdown.flow.publish.fleet import Ended, Failed, Passed, WayOut, publish_all
from stepdown.flow.publish.publish import Published, Publisher, Site, Terms
from stepdown.flow.publish.throttle import Limits, Throttle, read_rate
from stepdown.model.fleet import Entry, Report, Result
from stepdown.model.request import Hosted, MergeRequest, NewRequest, RequestState
from stepdown.model.trial import Outcome, Verdict

BRANCH = "stepdown/dockerfile"
GOOD = samples.working("/srv/app", "c" * 40)


class Stopped(BaseException):
    """The process ends here."""


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class World:
    """One repository, its remote and its forge."""

    def __init__(self, folder: Path, step: Callable[[str], None] = nothing) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.forge = FileForge(folder / "forge.json", step)
        self.remote = MemoryRemote(samples.BEFORE, step)
        self.clock = Clock()
        self.book = ThrottleBook(folder / "state" / "throttle.db")

    def publisher(self, limits: Limits | None = None, **more: object) -> Publisher:
        throttle = Throttle(
            book=self.book,
            limits=limits or Limits(),
            clock=self.clock,
            sleep=self.clock.sleep,
        )
        return Publisher(terms=Terms(**more), throttle=throttle)  # type: ignore[arg-type]

    @property
    def site(self) -> Site:
        return Site(
            host="forge.example", repository="team/app", remote=self.remote, forge=self.forge
        )

    def publish(self, outcome: Outcome = GOOD, **more: object) -> Published:
        return self.publisher(**more).publish(self.site, outcome)  # type: ignore[arg-type]

    def request(self, number: int = 1) -> MergeRequest:
        return self.forge.state.requests[number - 1]

    def end(self) -> tuple[object, ...]:
        """All that a person would see at the end."""
        state = self.forge.state
        return (
            tuple((r.number, r.state, r.title, r.body, r.labels) for r in state.requests),
            tuple(sorted(set(state.comments))),
            tuple((name, tip.identity, tip.content) for name, tip in self.remote.tips.items()),
        )


@dataclass(frozen=True)
class At:
    """A way out to one site."""

    publisher: Publisher
    site: Site

    def publish(self, outcome: Outcome) -> Published:
        return self.publisher.publish(self.site, outcome)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_request_is_opened_with_the_proof_in_it(world: World) -> None:
    done = world.publish(draft=True, labels=("base-image",))
    made = world.request()
    assert (done.kind, done.url) == ("create", made.url)
    assert (made.title, made.source, made.target) == (samples.TITLE, BRANCH, "main")
    assert (made.draft, made.labels) == (True, ("base-image",))
    part = found(made.body)
    assert part is not None
    assert (part.mark.pushed, part.touched) == (world.remote.tips[BRANCH].commit, False)
    assert "nodejs24-debian13" in part.text
    assert "Since the last push" not in part.text


def test_a_second_run_with_the_same_results_writes_nothing(world: World) -> None:
    world.publish()
    before = world.forge.state
    done = world.publish(samples.later(GOOD))
    assert (done.kind, done.url) == ("nothing", world.request().url)
    assert (world.forge.state, world.remote.pushes) == (before, 1)


def test_a_better_answer_replaces_the_change_and_keeps_what_people_wrote(world: World) -> None:
    world.publish()
    body = f"Please **wait** for Monday.\r\n\r\n{world.request().body}\n- [x] seen by Ada\n"
    world.forge.alter("edit", 1, body=body, title=f"Draft: {world.request().title}")
    assert world.publish(samples.other(GOOD)).kind == "update"
    after = world.request()
    assert after.title == "Draft: Move Dockerfile from node:24 to node:24-alpine"
    assert after.body.startswith("Please **wait** for Monday.\n\n<!-- stepdown: {")
    assert after.body.endswith("<!-- stepdown: end -->\n\n- [x] seen by Ada\n")
    text = after.body.partition("### Since the last push")[2].partition("###")[0]
    assert "- Base after: `gcr.io/distroless/nodejs24-debian13:nonroot` → `node:24-alpine`" in text
    assert world.remote.pushes == 2
    assert world.publish(samples.other(GOOD)).kind == "nothing"


def test_a_title_of_a_person_stays(world: World) -> None:
    world.publish()
    world.forge.alter("edit", 1, title="Smaller!")
    world.publish(samples.other(GOOD))
    assert world.request().title == "Smaller!"


def test_text_inside_of_our_part_is_replaced_and_that_is_said(world: World) -> None:
    world.publish()
    mark, _, text = world.request().body.partition("-->")
    world.forge.alter("edit", 1, body=f"{mark}-->{text.replace('works', 'works, I think')}")
    world.publish(samples.other(GOOD))
    assert "I think" not in world.request().body
    assert "somebody had changed inside of this report was replaced" in world.request().body


def test_a_branch_of_a_person_is_left_alone_and_told_once(world: World) -> None:
    world.publish()
    tip = world.remote.tips[BRANCH]
    world.remote.tips[BRANCH] = msgspec.structs.replace(tip, commit="9" * 40, identity="")
    assert world.publish(samples.other(GOOD)).kind == "leave_alone"
    assert world.publish(samples.other(GOOD)).kind == "leave_alone"
    ((number, text),) = world.forge.state.comments
    assert number == 1
    assert "999999999999" in text
    assert "leaves the branch alone" in world.request().body
    assert world.remote.pushes == 1


def test_a_change_that_fails_closes_its_own_request_and_opens_it_when_it_works(
    world: World,
) -> None:
    world.publish()
    done = world.publish(samples.judged(GOOD, Verdict.REGRESSION))
    assert (done.kind, world.request().state) == ("close", RequestState.CLOSED)
    ((_, text),) = world.forge.state.comments
    assert text.startswith("Closed by stepdown: No smaller base was shown to work")
    assert world.publish().kind == "create"
    assert [one.state for one in world.forge.state.requests] == [
        RequestState.CLOSED,
        RequestState.OPEN,
    ]


@pytest.mark.parametrize("verdict", [Verdict.INTERMITTENT, Verdict.NO_EVIDENCE])
def test_a_run_that_shows_nothing_closes_nothing(world: World, verdict: Verdict) -> None:
    world.publish()
    assert world.publish(samples.judged(GOOD, verdict)).kind == "nothing"
    assert world.request().state is RequestState.OPEN


def test_what_a_person_closed_stays_closed(world: World) -> None:
    world.publish()
    world.forge.alter("by hand", 1, state=RequestState.CLOSED, closed_by="eve")
    assert world.publish().kind == "stay_closed"
    assert world.publish(samples.other(GOOD)).kind == "stay_closed"
    assert world.publish(reopen=True).kind == "create"


def test_what_was_merged_is_done(world: World) -> None:
    world.publish()
    world.forge.alter("by hand", 1, state=RequestState.MERGED)
    world.remote.file = samples.AFTER.encode()
    assert world.publish().kind == "done"


def test_a_rehearsal_writes_nothing(world: World) -> None:
    publisher = world.publisher()
    dry = Publisher(terms=publisher.terms, throttle=publisher.throttle, rehearse=True)
    assert dry.publish(world.site, GOOD).kind == "create"
    assert world.forge.state.writes == ()
    assert world.remote.pushes == 0


def test_a_branch_for_another_target_is_another_branch(world: World) -> None:
    world.publish()
    done = world.publish(target="release/1.x")
    assert done.branch == "stepdown/dockerfile-into-release-1-x"
    assert world.request(2).target == "release/1.x"


def test_a_fork_is_named_in_the_source(world: World) -> None:
    fork = Hosted(name="ada/app", url="https://forge.example/ada/app", default_branch="main")
    site = Site(
        host="forge.example",
        repository="team/app",
        remote=world.remote,
        forge=world.forge,
        fork=fork,
    )
    world.publisher().publish(site, GOOD)
    assert world.request().source == f"ada/app:{BRANCH}"
    assert world.publisher().publish(site, GOOD).kind == "nothing"


def test_a_request_that_appeared_meanwhile_is_brought_up_to_date(world: World) -> None:
    class Slow(FileForge):
        """Somebody else is quicker."""

        def create(self, request: NewRequest) -> MergeRequest:
            super().create(request)
            raise ForgeError("The answer was lost.")

    world.forge = Slow(world.forge.file)
    assert world.publish().kind == "update"
    assert len(world.forge.state.requests) == 1


def test_what_a_forge_refuses_is_told(world: World) -> None:
    def refuse(step: str) -> None:
        if step == "before create":
            raise ForgeError("No right.")

    world.forge.step = refuse
    with pytest.raises(ForgeError, match="No right"):
        world.publish()


def test_a_forge_that_wants_to_be_asked_later_is(world: World) -> None:
    waits = iter((60.0, 120.0))

    def busy(step: str) -> None:
        if step == "before create" and (seconds := next(waits, None)):
            raise ForgeError("Slow down.", wait=seconds)

    world.forge.step = busy
    assert world.publish().kind == "create"
    assert world.clock.slept == [60.0, 120.0]
    assert world.remote.pushes == 1


def test_patience_ends(world: World) -> None:
    def busy(step: str) -> None:
        raise ForgeError("Slow down.", wait=1)

    world.forge.step = busy
    with pytest.raises(ForgeError, match="Slow down"):
        world.publish()
    assert len(world.clock.slept) == 8


STORIES: dict[str, tuple[Outcome, ...]] = {
    "create": (GOOD,),
    "update": (GOOD, samples.other(GOOD)),
    "close": (GOOD, samples.judged(GOOD, Verdict.REGRESSION)),
    "close and open": (GOOD, samples.judged(GOOD, Verdict.NOT_BUILT), GOOD),
}


def count_steps(world: World, outcomes: tuple[Outcome, ...]) -> int:
    steps: list[str] = []
    world.forge.step = world.remote.step = steps.append
    for outcome in outcomes:
        world.publish(outcome)
    return len(steps)


@pytest.mark.parametrize("story", STORIES)
def test_killed_at_any_step_a_rerun_ends_the_same(story: str, tmp_path: Path) -> None:
    outcomes = STORIES[story]
    whole = World(tmp_path / "whole")
    steps = count_steps(whole, outcomes)
    assert steps >= 4
    for last in range(steps):
        world = World(tmp_path / f"killed-{last}")
        left = iter(range(last))

        def step(_: str, left: "object" = left) -> None:
            if next(left, None) is None:  # type: ignore[call-overload]
                raise Stopped

        world.forge.step = world.remote.step = step
        for outcome in outcomes:
            try:
                world.publish(outcome)
            except Stopped:
                world.forge.step = world.remote.step = nothing
                world.publish(outcome)
        assert world.end() == whole.end()


def entries(count: int) -> list[tuple[Entry, Report, Outcome | None]]:
    return [
        (
            Entry(repository=f"https://forge.example/team/app{n}"),
            Report(key=str(n), result=Result.IMPROVED, reason="It works."),
            GOOD,
        )
        for n in range(count)
    ]


def test_200_repositories_published_twice(tmp_path: Path) -> None:
    clock, book = Clock(), ThrottleBook(tmp_path / "throttle.db")
    worlds: dict[str, World] = {}
    moments: list[float] = []
    rate = read_rate("60/hour")

    def open_site(entry: Entry, report: Report) -> Site:
        if entry.repository not in worlds:
            worlds[entry.repository] = World(tmp_path / report.key)
        world = worlds[entry.repository]
        world.remote.step = lambda step: (
            moments.append(clock.now) if step == "before push" else None
        )
        name = entry.repository.partition("example/")[2]
        return Site(host="forge.example", repository=name, remote=world.remote, forge=world.forge)

    def run() -> list[Ended]:
        throttle = Throttle(book=book, limits=Limits(rate=rate), clock=clock, sleep=clock.sleep)
        publisher = Publisher(terms=Terms(), throttle=throttle)

        def open_way(entry: Entry, report: Report) -> AbstractContextManager[WayOut]:
            return nullcontext(At(publisher, open_site(entry, report)))

        return [ended for _, ended in publish_all(entries(200), open_way)]

    first = run()
    took = clock.now - 1_000_000
    second = run()
    kinds = [one.kind for one in first if isinstance(one, Published)]
    assert kinds == ["create"] * 200
    assert [one.kind for one in second if isinstance(one, Published)] == ["nothing"] * 200
    assert sum(len(world.forge.state.requests) for world in worlds.values()) == 200
    assert sum(world.remote.pushes for world in worlds.values()) == 200
    assert sum(len(world.forge.state.writes) for world in worlds.values()) == 200
    assert max(sum(1 for m in moments if at <= m < at + 3600) for at in moments) == 60
    assert took == 3 * 3600
    assert clock.now - 1_000_000 == took


def refusing(_: str) -> None:
    raise ForgeError("No right.", hint="Ask.")


def test_one_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    good, bad = World(tmp_path / "a"), World(tmp_path / "b")
    bad.forge.step = refusing
    ways = iter((bad, None, good))

    def open_way(entry: Entry, report: Report) -> AbstractContextManager[WayOut]:
        world = next(ways)
        if world is None:
            raise NothingToDoError("team/app is archived.")
        return nullcontext(At(world.publisher(), world.site))

    found = [*entries(3), (Entry(repository="x"), entries(1)[0][1], None)]
    ended = [one for _, one in publish_all(found, open_way)]
    assert ended[0] == Failed(brief="No right.", hint="Ask.")
    assert ended[1] == Passed(reason="team/app is archived.")
    assert isinstance(ended[2], Published)
    assert ended[3] == Passed(reason="improved: It works.")


def test_who_stops_it_stops_all_of_it() -> None:
    def open_way(entry: Entry, report: Report) -> AbstractContextManager[WayOut]:
        raise Interrupted("Stopped.")

    with pytest.raises(Interrupted):
        list(publish_all(entries(2), open_way))


@pytest.mark.parametrize(
    ("limits", "words"),
    [(Limits(most_open=2), "--max-open is 2"), (Limits(canary=2), "--canary 2")],
)
def test_no_more_than_so_many_are_open(tmp_path: Path, limits: Limits, words: str) -> None:
    worlds = [World(tmp_path / str(n)) for n in range(3)]
    book = ThrottleBook(tmp_path / "throttle.db")
    clock = Clock()
    throttle = Throttle(book=book, limits=limits, clock=clock, sleep=clock.sleep)
    publisher = Publisher(terms=Terms(), throttle=throttle)

    def run() -> list[Published]:
        return [
            publisher.publish(
                Site(host="h", repository=f"app{n}", remote=world.remote, forge=world.forge),
                GOOD,
            )
            for n, world in enumerate(worlds)
        ]

    first = run()
    assert [one.kind for one in first] == ["create", "create", "held"]
    assert words in first[2].reason
    worlds[0].forge.alter("by hand", 1, state=RequestState.MERGED)
    assert [one.kind for one in run()] == ["done", "nothing", "create"]


class Several:
    """Some repositories on one host, published in turn by batches that share one book."""

    def __init__(self, folder: Path, count: int) -> None:
        self.worlds = [World(folder / str(n)) for n in range(count)]
        self.book = ThrottleBook(folder / "throttle.db")
        self.clock = Clock()
        self.fault: ForgeError | None = None

    def publish(self, number: int, limits: Limits, campaign: str = "") -> str:
        throttle = Throttle(
            book=self.book,
            limits=limits,
            clock=self.clock,
            sleep=self.clock.sleep,
            campaign=campaign,
        )
        world = self.worlds[number]
        site = Site(
            host="h",
            repository=str(number),
            remote=world.remote,
            forge=world.forge,
            beside=self.beside,
        )
        return Publisher(terms=Terms(), throttle=throttle).publish(site, GOOD).kind

    def beside(self, name: str) -> FileForge:
        fault, self.fault = self.fault, None
        if fault is not None:
            raise fault
        return self.worlds[int(name)].forge

    def merge(self, number: int) -> None:
        self.worlds[number].forge.alter("by hand", 1, state=RequestState.MERGED)


def test_a_request_that_was_merged_unseen_frees_its_place(tmp_path: Path) -> None:
    several, one = Several(tmp_path, 2), Limits(most_open=1)
    assert several.publish(0, one) == "create"
    several.merge(0)
    assert several.publish(1, one) == "held"  # it was open a moment ago: nobody asks again
    several.clock.now += 7200
    assert several.publish(1, one) == "create"


def test_requests_that_are_still_open_keep_their_place(tmp_path: Path) -> None:
    several, one = Several(tmp_path, 2), Limits(most_open=1)
    several.publish(0, one)
    several.clock.now += 7200
    assert several.publish(1, one) == "held"


def test_a_repository_that_is_gone_keeps_no_place(tmp_path: Path) -> None:
    several, one = Several(tmp_path, 2), Limits(most_open=1)
    several.publish(0, one)
    several.clock.now += 7200
    several.fault = ForgeError("There is no such repository.")
    assert several.publish(1, one) == "create"


def test_a_busy_forge_is_asked_later_for_the_others(tmp_path: Path) -> None:
    several, one = Several(tmp_path, 2), Limits(most_open=1)
    several.publish(0, one)
    several.merge(0)
    several.clock.now += 7200
    several.fault = ForgeError("Slow down.", wait=30)
    assert several.publish(1, one) == "create"
    assert several.clock.slept == [30]


def test_a_canary_waits_for_its_own_batch(tmp_path: Path) -> None:
    several, one = Several(tmp_path, 4), Limits(canary=1)
    assert several.publish(0, one, "spring") == "create"
    assert several.publish(1, one, "spring") == "held"
    several.merge(0)
    assert several.publish(0, one, "spring") == "done"
    assert several.publish(1, one, "spring") == "create"
    assert several.publish(2, one, "autumn") == "create"
    assert several.publish(3, one, "autumn") == "held"


def test_a_description_keeps_a_forges_limit(world: World) -> None:
    world.forge.limit = 4000
    world.publish()
    body = world.request().body
    assert len(body.encode()) < 4000
    assert "Too long for a description" in body
    human = "Mind the gap. " * 100
    world.forge.alter("edit", 1, body=replaced(f"{human}\n{body}", "") + body)
    world.publish(samples.other(GOOD))
    assert len(world.request().body.encode()) < 4000
    assert human in world.request().body
    assert "Base after" in world.request().body
