"""Commits the rewritten Dockerfile of the answer."""

from stepdown.deliver.branch import branch_name
from stepdown.errors import StepdownError
from stepdown.model.trial import BaselineVerdict, Delivery, Outcome, Verdict
from stepdown.ports import Workspace


def deliver(
    outcome: Outcome, workspace: Workspace, *, title: str, message: str, branch: str = ""
) -> Delivery:
    """Commit exactly one file, the rewritten Dockerfile, with one commit on a new branch.

    `title` is the merge request's, `message` the commit's; `branch` is the user's own name for
    the branch. Raises StepdownError where no candidate works, RepositoryError where git refuses.
    """
    best = outcome.best
    green = outcome.baseline.verdict is BaselineVerdict.GREEN
    if best is None or best.verdict is not Verdict.WORKS or not green:
        raise StepdownError(
            "There is nothing to commit: no smaller base works.", hint="The report says why."
        )
    target = outcome.plan.target
    candidates = tuple(step.candidate for step in outcome.plan.steps)
    name = branch or branch_name(target, best.candidate, candidates)
    # Bytes that are no UTF-8 were read as surrogates; they go back as they came.
    content = best.rewrite.text.encode("utf-8", "surrogateescape")
    commit = workspace.commit(((target.dockerfile, content),), name, message)
    return Delivery(
        repository=target.repository,
        branch=name,
        commit=commit,
        dockerfile=target.dockerfile,
        title=title,
    )
