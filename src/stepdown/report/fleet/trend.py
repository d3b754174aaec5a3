"""What changed since an earlier ledger."""

from stepdown.model.fleet import Result
from stepdown.report.fleet.facts import Change, Item, Move, Standing, Trend
from stepdown.report.fleet.groups import undigested
from stepdown.report.fleet.results import meaning

Identity = tuple[str, str, str, str]


def trend(items: tuple[Item, ...], earlier: tuple[Item, ...]) -> Trend:
    """Compare entry by entry; one without a result in either ledger is not compared."""
    waiting = {_identity(item) for item in (*items, *earlier) if item.result is None}
    now = {_identity(item): item for item in items if _identity(item) not in waiting}
    then = {_identity(item): item for item in earlier if _identity(item) not in waiting}
    moves = {key: _move(then.get(key), now.get(key)) for key in now.keys() | then.keys()}
    changes = (
        _change(move, then.get(key), now.get(key))
        for key, move in moves.items()
        if move is not None
    )
    return Trend(
        same=sum(move is None for move in moves.values()),
        changes=tuple(sorted(changes, key=_weight)),
    )


def _weight(change: Change) -> tuple[int, str]:
    return list(Move).index(change.move), change.name


def _identity(item: Item) -> Identity:
    return item.repository, item.branch, item.dockerfile, item.context


def _move(old: Item | None, new: Item | None) -> Move | None:
    """Return how an entry moved, None where it stands as it did."""
    if old is None or new is None:
        return Move.GONE if new is None else Move.NEW
    if new.result is old.result:
        return Move.FURTHER if undigested(new.answer) != undigested(old.answer) else None
    if new.result is Result.IMPROVED:
        return Move.IMPROVED
    newly = _breaks(new.result) and not _breaks(old.result)
    return Move.BROKEN if newly else Move.CHANGED


def _breaks(result: Result | None) -> bool:
    return meaning(result).standing is Standing.BROKEN


def _change(move: Move, old: Item | None, new: Item | None) -> Change:
    return Change(
        move=move,
        name=new.name if new else old.name if old else "",
        earlier=old.result if old else None,
        now=new.result if new else None,
        earlier_answer=old.answer if old else "",
        answer=new.answer if new else "",
        reason=new.reason if new else "",
    )
