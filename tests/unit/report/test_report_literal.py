"""A base that no build argument selects: no text tells people to build with one."""

import msgspec
import outcomes

from stepdown.model.trial import Outcome, Trial
from stepdown.report import gfm, operations, reproduce, request
from stepdown.report.document import Document, Section


def literal() -> tuple[Outcome, Trial]:
    good = outcomes.success()
    best = good.trials[good.answer or 0]
    bare = msgspec.structs.replace(best.rewrite, argument="", original="")
    new = msgspec.structs.replace(best, rewrite=bare)
    trials = tuple(new if trial is best else trial for trial in good.trials)
    return msgspec.structs.replace(good, trials=trials), new


def test_the_way_back_is_the_revert() -> None:
    outcome, _ = literal()
    message = request.commit_message(outcome)
    assert "Revert this commit." in message
    assert "or build with" not in message


def test_the_old_base_is_built_from_the_commit_before() -> None:
    outcome, trial = literal()
    text = gfm.write(Document((), (Section("Build", reproduce.build(outcome, trial)),)))
    assert f"git switch --detach {outcome.plan.target.commit[:12]}" in text
    assert "--build-arg" not in text


def test_no_other_base_is_selected() -> None:
    outcome, trial = literal()
    blocks = (*operations.lost(trial), *operations.roll_back(outcome, trial))
    text = gfm.write(Document((), (Section("Operations", blocks),)))
    assert "git revert" in text
    assert "--build-arg" not in text
