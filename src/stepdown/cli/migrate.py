"""`stepdown migrate`: the main job, from a folder to a branch with its proof."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from stepdown import discover
from stepdown.adapters.checkout import GitCheckout
from stepdown.adapters.runs import Run, open_run
from stepdown.cli import building, forms, knowledge, printers
from stepdown.cli.desk import RECORD, Desk, writing
from stepdown.cli.exits import GREEN, NO_CANDIDATE, NO_EVIDENCE, POLICY, RED
from stepdown.cli.interview import Aids, interview
from stepdown.cli.locate import Spot, decode, locate, naming
from stepdown.cli.options import SMALLEST, Options
from stepdown.cli.planning import tested
from stepdown.cli.saved import as_bytes, load, renewed
from stepdown.cli.scanning import Scanning
from stepdown.cli.wizard import After, Asker
from stepdown.deliver.branch import branch_name
from stepdown.deliver.deliver import deliver
from stepdown.discover.walk import listing
from stepdown.errors import (
    ForgeError,
    NothingToDoError,
    RepositoryError,
    StepdownError,
    UsageError,
)
from stepdown.flow import planner, record
from stepdown.model.encoding import to_json
from stepdown.model.facts import Target
from stepdown.model.plan import Plan
from stepdown.model.trial import BaselineVerdict, BuildFailed, CheckRun, Outcome, Verdict
from stepdown.report import plan_text, request, text
from stepdown.report.headline import claim

if TYPE_CHECKING:
    from stepdown.cli.counter import Wanted

_KEPT = "plan.json"


def run(options: Options, asker: Asker | None) -> int:
    """Do the main job; return the exit code. `asker` is None where nobody can be asked."""
    _existing(options.path)
    if asker is None and not (options.yes or options.dry_run or options.saved):
        raise UsageError(
            "There is no terminal to ask questions in.",
            hint="Add --yes, and say what you want with --file, --to and --test.",
        )
    _check_files(options)
    building.check_secrets(options.policy())
    with open_run() as current:
        checkout = GitCheckout.open(options.path, current)
        saved = None if options.saved is None else load(options.saved)
        spot = _spot(options, asker, checkout, saved)
        with checkout.workspace() as workspace:
            desk = Desk(
                options=options,
                run=current,
                checkout=checkout,
                workspace=workspace,
                recipes=knowledge.recipes(options),
                asker=asker,
                saved=saved,
                examiner=Scanning.of(vars(options)).examiners(current, 1)[0],
            )
            with _kept_log(current):
                desk, target = _target(desk, spot)
                code, further = _work(desk, target)
                while further is not None:
                    code, further = _work(replace(desk, options=further), target)
                return code


@contextmanager
def _kept_log(current: Run) -> Iterator[None]:
    """Keep the log of a bug where it outlives the run, and say where."""
    try:
        yield
    except StepdownError:
        raise
    except Exception as bug:
        bug.add_note(f"The log is {current.keep_log()}")
        raise


def _existing(path: Path) -> None:
    if not path.exists():
        raise UsageError(
            f"There is no file or folder {path}.", hint="Give the folder that holds the Dockerfile."
        )


def _check_files(options: Options) -> None:
    for path in (*options.reports, options.record, options.log):
        if path is not None and not path.absolute().parent.is_dir():
            raise UsageError(
                f"There is no folder {path.absolute().parent} for {path.name}.",
                hint="Make the folder first.",
            )
    for path in options.reports:
        if not forms.form_of(path):
            known = ", ".join(forms.SUFFIXES)
            raise UsageError(f"--report {path}: unknown format.", hint=f"End it with {known}.")


def _target(desk: Desk, spot: Spot) -> tuple[Desk, Target]:
    dockerfile, context = spot.relative(Path(desk.checkout.root))
    if desk.options.merge_request:  # no local branch is made, and a pipeline has none checked out
        desk.checkout.check_committed(dockerfile)
    else:
        desk.checkout.check_ready(dockerfile, desk.options.branch or "stepdown/check")
    commit = desk.checkout.head()
    committed = desk.checkout.read(dockerfile, commit)
    text = decode(dockerfile, committed or b"")
    with naming(dockerfile):
        known = knowledge.understood(desk.recipes, text, desk.options, partial(_os_release, desk))
        target = discover.target(
            text,
            repository=desk.checkout.root,
            commit=commit,
            dockerfile=dockerfile,
            context=context,
            stage=desk.options.stage,
            catalog=known,
        )
    return replace(desk, recipes=known), target


def _spot(options: Options, asker: Asker | None, checkout: GitCheckout, saved: Plan | None) -> Spot:
    if saved is None:
        return locate(options.path, options.file, asker.dockerfile if asker else None)
    root = Path(checkout.root)
    found = locate(root, saved.target.dockerfile, None)
    return replace(found, context=root / saved.target.context)


def _os_release(desk: Desk, image: str) -> dict[str, str]:
    from stepdown.cli import work  # noqa: PLC0415  (the first question comes sooner)

    return work.os_release(desk, image)


def _rehearsed(desk: Desk, what: Plan) -> CheckRun | BuildFailed:
    from stepdown.cli import work  # noqa: PLC0415

    return work.rehearse(desk, what)


def _performed(desk: Desk, what: Plan) -> Outcome:
    from stepdown.cli import work  # noqa: PLC0415

    outcome = work.perform(desk, what)
    # What was found out is kept, even where git or a forge then refuses.
    desk.checkout.keep(RECORD, record.to_json(outcome))
    _save(outcome, desk.options)
    return _requested(desk, outcome) if desk.options.merge_request else _delivered(desk, outcome)


def _requested(desk: Desk, outcome: Outcome) -> Outcome:
    """Open a merge request; where that cannot be done, the report comes all the same."""
    try:
        return _brought(desk, outcome)
    except (ForgeError, RepositoryError):
        _report(desk, outcome)
        raise


def _brought(desk: Desk, outcome: Outcome) -> Outcome:
    from stepdown.cli import requests  # noqa: PLC0415

    return requests.brought(_wanted(desk), outcome)


def _wanted(desk: Desk) -> "Wanted":
    from stepdown.cli.counter import Wanted  # noqa: PLC0415

    return Wanted(
        root=Path(desk.checkout.root),
        run=desk.run,
        options=desk.options.request,
        branch=desk.options.branch if desk.options.merge_request else "",
        rehearse=desk.options.dry_run,
    )


def _check_delivery(desk: Desk, what: Plan) -> str:
    """Make sure that the result can be delivered; say what would become of a merge request."""
    if desk.options.merge_request:
        from stepdown.cli import delivered, requests  # noqa: PLC0415

        action = requests.check(_wanted(desk), what.target)
        return f"Merge request, if a smaller base works: {delivered.expected(action)}"
    if not desk.options.dry_run:
        for name in _branches(desk, what):
            desk.checkout.check_ready(what.target.dockerfile, name)
    return ""


def _work(desk: Desk, target: Target) -> tuple[int, Options | None]:
    """Return the exit code, and the options of another run that the person wants."""
    desk, what = _agreed(desk, target)
    if not what.steps:
        raise NothingToDoError(
            f"There is no smaller base to try for {target.base}.",
            details="\n".join(f"{s.image}: {s.reason}" for s in what.skipped),
            hint="`stepdown plan` explains each rung; --base IMAGE tries one of your own.",
        )
    request_note = _check_delivery(desk, what)
    if desk.options.dry_run:
        print(_rendered(what, desk.options))  # noqa: T201
        if request_note:
            _say(request_note)
        return GREEN, None
    outcome = _performed(desk, what)
    if desk.asker is not None:
        leaves = outcome.plan.policy.leaves
        policy = msgspec.structs.replace(what.policy, leaves=leaves)
        desk.checkout.keep(_KEPT, as_bytes(msgspec.structs.replace(what, policy=policy)))
    code = _report(desk, outcome)
    if desk.asker is not None:
        _remind(desk, outcome)
    return code, _after(desk, outcome)


def _remind(desk: Desk, outcome: Outcome) -> None:
    """Repeat the answer below the report, which is longer than a screen."""
    path = desk.checkout.kept(RECORD)
    _say(f"\n{claim(outcome)}")
    _say(f"Read it again: `stepdown report {path}`, with `--format html > report.html` as a page.")


def _agreed(desk: Desk, target: Target) -> tuple[Desk, Plan]:
    """Return the plan that was saved, that the person agreed to or that the flags make."""
    if desk.saved is not None and desk.options.saved is not None:
        return desk, renewed(desk.saved, target, desk.options.saved, desk.options.policy())
    if desk.asker is None:
        return desk, _plan(desk, target, desk.options)
    options, what = interview(_aids(desk, desk.asker, target), desk.options)
    if what.steps:
        path = desk.checkout.keep(_KEPT, as_bytes(what))
        _say(f"The answers are kept: `stepdown migrate --plan {path}` asks nothing.")
    return replace(desk, options=options), what


def _aids(desk: Desk, asker: Asker, target: Target) -> Aids:
    listed = listing(Path(desk.workspace.path))
    return Aids(
        asker=asker,
        console=printers.console_for(desk.options.color),
        plan=partial(_plan, desk, target),
        attempt=partial(_rehearsed, desk),
        variables=discover.variables(listed, target),
        knock=_knock,
    )


def _knock() -> None:
    from stepdown.cli import work  # noqa: PLC0415  (the SDK takes time to import)

    work.knock()


def _plan(desk: Desk, target: Target, options: Options) -> Plan:
    policy = options.policy()
    building.check_arguments(target.text, target.stage, policy)
    facts = discover.facts(Path(desk.workspace.path) / target.context, target)
    what = planner.plan(target, tested(facts, options), desk.recipes, policy)
    building.check_plan(what)
    return what


def _after(desk: Desk, outcome: Outcome) -> Options | None:
    """Ask what becomes of the branch; return the options of one more run, None for none."""
    if desk.asker is None or outcome.delivery is None or desk.options.merge_request:
        return None
    branch = outcome.delivery.branch
    further = _further(desk, outcome)
    match desk.asker.after(branch, further):
        case After.DISCARD:
            desk.checkout.drop(branch, outcome.delivery.commit)
            _say(f"The branch {branch} is gone; everything is as it was.")
        case After.REQUEST:
            _brought(desk, outcome)
        case After.FURTHER:
            return replace(desk.options, base=further)
        case After.KEEP:
            _say(f"Look at it with `git diff ...{branch}`, take it with `git merge {branch}`.")
    return None


def _further(desk: Desk, outcome: Outcome) -> str:
    """Return the next base below the answer that was not tried, empty for none."""
    tried = {trial.candidate.image for trial in outcome.trials}
    every = _plan(desk, outcome.plan.target, replace(desk.options, base="", to=SMALLEST))
    images = [step.candidate.image for step in every.steps]
    best = outcome.best.candidate.image if outcome.best else ""
    below = images[images.index(best) + 1 :] if best in images else []
    return next((image for image in below if image not in tried), "")


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201


def _rendered(what: Plan, options: Options) -> str:
    if options.json:
        return as_bytes(what).decode()
    return plan_text.render(what, verbose=options.verbose)


def _branches(desk: Desk, what: Plan) -> tuple[str, ...]:
    if desk.options.branch:
        return (desk.options.branch,)
    every = tuple(step.candidate for step in what.steps)
    return tuple(branch_name(what.target, candidate, every) for candidate in every)


def _delivered(desk: Desk, outcome: Outcome) -> Outcome:
    if outcome.best is None:
        return outcome
    delivery = deliver(
        outcome,
        desk.workspace,
        title=request.title(outcome),
        message=request.commit_message(outcome),
        branch=desk.options.branch,
    )
    return msgspec.structs.replace(outcome, delivery=delivery)


def _report(desk: Desk, outcome: Outcome) -> int:
    options = desk.options
    _save(outcome, options)
    if options.json:
        sys.stdout.write(to_json(outcome).decode() + "\n")
    else:
        sys.stdout.write(text.render(outcome, verbose=options.verbose))
    for path in options.reports:
        with writing(path):
            form = forms.form_of(path)
            path.write_text(forms.rendered(outcome, form, verbose=options.verbose), "utf-8")
    return exit_code(outcome)


def _save(outcome: Outcome, options: Options) -> None:
    if options.record is not None:
        with writing(options.record):
            record.save(outcome, options.record)


def exit_code(outcome: Outcome) -> int:
    """Return the exit code that says what came out."""
    if outcome.baseline.verdict is not BaselineVerdict.GREEN:
        return RED
    if outcome.answer is not None:
        return GREEN if all(result.kept for result in outcome.gates) else POLICY
    if all(trial.verdict is Verdict.NO_EVIDENCE for trial in outcome.trials):
        return NO_EVIDENCE
    return NO_CANDIDATE
