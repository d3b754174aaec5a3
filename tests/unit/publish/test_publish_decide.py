"""Every decision, from what the remote has and what we have."""

import msgspec
import pytest

from stepdown.deliver.description import Mark, written
from stepdown.deliver.identity import identity
from stepdown.flow.publish.decide import Action, Have, Standing, Wishes, decide
from stepdown.model.remote import Look, Tip
from stepdown.model.request import MergeRequest, RequestState

PATH, BEFORE, AFTER = "api/Dockerfile", b"FROM a\n", b"FROM b\n"
VERIFIED = "c" * 40
HAVE = Have(
    standing=Standing.WORKS,
    reason="a → b works.",
    commit=VERIFIED,
    path=PATH,
    before=BEFORE,
    after=AFTER,
    author="ada@example.com",
    state="same",
)
FAILS = msgspec.structs.replace(HAVE, standing=Standing.FAILS, reason="b does not work.")
UNKNOWN = msgspec.structs.replace(HAVE, standing=Standing.UNKNOWN, reason="No claim is made.")
OURS = Tip(
    commit="d" * 40,
    author="Ada@example.com",
    identity=identity(PATH, AFTER),
    parents=(VERIFIED,),
    changed=(PATH,),
    content=AFTER,
    below=BEFORE,
)
EMPTY = Look(target="main", base="e" * 40, file=BEFORE)
PUSHED = msgspec.structs.replace(EMPTY, tip=OURS)
NOBODYS = msgspec.structs.replace(OURS, identity="")
BEYOND = msgspec.structs.replace(OURS, changed=(PATH, "x"))
MERGED_IN = msgspec.structs.replace(OURS, parents=(VERIFIED, "f" * 40))
AMENDED = msgspec.structs.replace(OURS, content=b"FROM c\n")
REMOVED = msgspec.structs.replace(OURS, content=None)
COLLEAGUES = msgspec.structs.replace(OURS, author="bob@example.com")
OLDER = msgspec.structs.replace(OURS, identity=identity(PATH, b"FROM old\n"), content=b"FROM old\n")
UNDER = msgspec.structs.replace(OURS, below=b"FROM older\n")
ASIDE = msgspec.structs.replace(OURS, parents=("f" * 40,))


def mark(**more: object) -> str:
    fields: dict[str, object] = {
        "identity": identity(PATH, AFTER),
        "state": "same",
        "pushed": OURS.commit,
        **more,
    }
    return written(Mark(**fields), "A report.")  # type: ignore[arg-type]


def request(
    state: RequestState = RequestState.OPEN, body: str = "", **more: object
) -> MergeRequest:
    fields: dict[str, object] = {"number": 7, "url": "u", "title": "t", "source": "s", **more}
    return MergeRequest(state=state, body=body or mark(), target="main", **fields)  # type: ignore[arg-type]


def at(tip: Tip) -> Look:
    return msgspec.structs.replace(EMPTY, tip=tip)


def on(**more: object) -> Look:
    return msgspec.structs.replace(PUSHED, **more)


def shown(action: Action) -> tuple[object, ...]:
    fields = msgspec.structs.asdict(action)
    told = "tell" if fields.get("tell") else ""
    pushed = "push" if fields.get("push") else ""
    return (action.__struct_config__.tag, *filter(None, (pushed, told)))


CLOSED, MERGED = RequestState.CLOSED, RequestState.MERGED
REOPEN, REBASE = Wishes(reopen=True), Wishes(rebase=True)
TABLE = {
    "nothing there": (EMPTY, (), HAVE, Wishes(), ("create", "push"), "no request yet"),
    "killed after the push": (PUSHED, (), HAVE, Wishes(), ("create",), "no request yet"),
    "pushed by hand": (at(NOBODYS), (), HAVE, Wishes(), ("leave_alone",), "not made by stepdown"),
    "same again": (PUSHED, (request(),), HAVE, Wishes(), ("nothing",), "same results"),
    "branch gone": (EMPTY, (request(),), HAVE, Wishes(), ("update", "push"), "not on the remote"),
    "better": (at(OLDER), (request(),), HAVE, Wishes(), ("update", "push"), "another one"),
    "moved under it": (at(UNDER), (request(),), HAVE, Wishes(), ("update", "push"), "anew"),
    "moved beside it": (at(ASIDE), (request(),), HAVE, Wishes(), ("nothing",), "same"),
    "rebase always": (at(ASIDE), (request(),), HAVE, REBASE, ("update", "push"), "--rebase"),
    "rebase, there": (PUSHED, (request(),), HAVE, REBASE, ("nothing",), "same"),
    "new results": (
        PUSHED,
        (request(body=mark(state="old")),),
        HAVE,
        Wishes(),
        ("update",),
        "results are others",
    ),
    "killed before the update": (
        PUSHED,
        (request(body=mark(pushed="0" * 40)),),
        HAVE,
        Wishes(),
        ("update",),
        "earlier commit",
    ),
    "our part taken out": (PUSHED, (request(body="Mine."),), HAVE, Wishes(), ("nothing",), "same"),
    "commit on top": (
        at(NOBODYS),
        (request(),),
        HAVE,
        Wishes(),
        ("leave_alone", "tell"),
        "not made by stepdown",
    ),
    "told already": (
        at(NOBODYS),
        (request(body=mark(edited="d" * 40)),),
        HAVE,
        Wishes(),
        ("leave_alone",),
        "not made by stepdown",
    ),
    "nowhere to tell": (
        at(NOBODYS),
        (request(body="Mine."),),
        HAVE,
        Wishes(),
        ("leave_alone",),
        "not made by stepdown",
    ),
    "more files": (at(BEYOND), (request(),), HAVE, Wishes(), ("leave_alone", "tell"), "more than"),
    "merge commit": (at(MERGED_IN), (), HAVE, Wishes(), ("leave_alone",), "more than"),
    "amended": (at(AMENDED), (), HAVE, Wishes(), ("leave_alone",), "was changed after"),
    "file removed": (at(REMOVED), (), HAVE, Wishes(), ("leave_alone",), "was changed after"),
    "a colleague's": (at(COLLEAGUES), (), HAVE, Wishes(), ("leave_alone",), "bob@example.com"),
    "two open": (
        PUSHED,
        (request(number=8), request()),
        HAVE,
        Wishes(),
        ("leave_alone",),
        "#8, #7",
    ),
    "closed": (
        PUSHED,
        (request(CLOSED, closed_by="eve"),),
        HAVE,
        Wishes(),
        ("stay_closed",),
        "closed by eve; --reopen",
    ),
    "closed by nobody named": (
        EMPTY,
        (request(CLOSED, body="Theirs."),),
        HAVE,
        Wishes(),
        ("stay_closed",),
        "#7 was closed;",
    ),
    "closed, reopen": (PUSHED, (request(CLOSED),), HAVE, REOPEN, ("create",), "#7 is closed"),
    "closed by us": (
        EMPTY,
        (request(CLOSED, body=mark(closed=True)),),
        HAVE,
        Wishes(),
        ("create", "push"),
        "now it does",
    ),
    "merged": (PUSHED, (request(MERGED),), HAVE, Wishes(), ("done",), "merged with this change"),
    "merged, then undone, reopen": (
        EMPTY,
        (request(MERGED),),
        HAVE,
        REOPEN,
        ("create", "push"),
        "#7 is merged",
    ),
    "merged before, another": (
        EMPTY,
        (request(MERGED, body=mark(identity="old")),),
        HAVE,
        Wishes(),
        ("create", "push"),
        "another change",
    ),
    "merged by hand": (
        EMPTY,
        (request(MERGED, body="Theirs."),),
        HAVE,
        Wishes(),
        ("create", "push"),
        "another change",
    ),
    "open after closed": (
        PUSHED,
        (request(number=8), request(CLOSED)),
        HAVE,
        Wishes(),
        ("nothing",),
        "#8 is open",
    ),
    "there already": (on(file=AFTER), (), HAVE, Wishes(), ("done",), "has the change already"),
    "other file": (on(file=b"x"), (), HAVE, Wishes(), ("nothing",), "not the file that was"),
    "file gone": (on(file=None), (request(),), HAVE, Wishes(), ("nothing",), "not the file"),
    "never pushed": (on(known=False), (), HAVE, Wishes(), ("nothing",), "is not part of main"),
    "fails, none": (EMPTY, (), FAILS, Wishes(), ("nothing",), "does not work"),
    "fails, open": (PUSHED, (request(),), FAILS, Wishes(), ("close",), "does not work"),
    "fails, branch gone": (EMPTY, (request(),), FAILS, Wishes(), ("close",), "does not work"),
    "fails, theirs": (PUSHED, (request(body="x"),), FAILS, Wishes(), ("nothing",), "does not"),
    "fails, edited": (
        at(NOBODYS),
        (request(),),
        FAILS,
        Wishes(),
        ("leave_alone", "tell"),
        "stays open all the same",
    ),
    "fails, was closed": (PUSHED, (request(CLOSED),), FAILS, Wishes(), ("nothing",), "does not"),
    "unknown, open": (PUSHED, (request(),), UNKNOWN, Wishes(), ("nothing",), "so it stays"),
    "unknown, none": (PUSHED, (), UNKNOWN, Wishes(), ("nothing",), "No claim is made."),
}


@pytest.mark.parametrize("name", TABLE)
def test_decisions(name: str) -> None:
    look, requests, have, wishes, wanted, words = TABLE[name]
    action = decide(look, requests, have, wishes)
    assert shown(action) == wanted
    assert words in action.reason


@pytest.mark.parametrize("name", TABLE)
def test_nothing_is_ever_opened_beside_an_open_request(name: str) -> None:
    look, requests, have, wishes, wanted, _ = TABLE[name]
    if wanted[0] == "create":
        assert all(one.state is not RequestState.OPEN for one in requests)
    else:
        assert shown(decide(look, requests, have, wishes))[0] != "create"


@pytest.mark.parametrize("tip", [NOBODYS, BEYOND, MERGED_IN, AMENDED, REMOVED, COLLEAGUES])
@pytest.mark.parametrize("wishes", [Wishes(), REOPEN, REBASE])
@pytest.mark.parametrize("requests", [(), (request(),), (request(CLOSED),), (request(MERGED),)])
def test_a_branch_of_somebody_is_never_pushed_over(
    tip: Tip, wishes: Wishes, requests: tuple[MergeRequest, ...]
) -> None:
    assert "push" not in shown(decide(at(tip), requests, HAVE, wishes))
