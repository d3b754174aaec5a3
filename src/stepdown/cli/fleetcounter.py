"""The way out of one repository of a batch: a clone without a work tree, then its counter.

For `flow.publish.fleet.publish_all`: `partial(opened, run, options, rehearse=...)` is its `Open`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from stepdown.adapters.credentials import Search, access, without_secret
from stepdown.adapters.forges.place import guess
from stepdown.adapters.gitcommand import GitCommand
from stepdown.adapters.redactor import Redactor
from stepdown.adapters.refusal import refused
from stepdown.adapters.remote import ENVIRONMENT
from stepdown.adapters.runs import Run
from stepdown.cli.counter import Counter, Wanted, counter
from stepdown.cli.requestflags import RequestOptions
from stepdown.errors import NothingToDoError
from stepdown.flow.batch.addresses import is_local
from stepdown.model.fleet import Entry, Report

_CLONE = ("clone", "--quiet", "--no-checkout", "--no-tags", "--origin=origin")


@contextmanager
def opened(
    run: Run, options: RequestOptions, entry: Entry, report: Report, *, rehearse: bool = False
) -> Iterator[Counter]:
    """Yield the way out of an entry; requests of a batch are drafts unless --ready says other.

    Raises NothingToDoError where the report has no commit, ForgeError and RepositoryError.
    """
    if not report.commit:
        raise NothingToDoError(f"{report.result}: {report.reason}", hint=report.hint)
    root = run.scratch("publish") / "repository"
    _clone(_address(entry.repository), root, options)
    yield counter(
        Wanted(
            root=root,
            run=run,
            options=_for(entry, options),
            draft=True,
            rehearse=rehearse,
        )
    )


def _address(repository: str) -> str:
    """Return where a checkout on this machine came from; requests are made there."""
    if not is_local(repository):
        return repository
    origin = GitCommand(Path(repository)).ask("remote", "get-url", "--push", "--", "origin")
    return origin.text if origin.status == 0 else repository


def _for(entry: Entry, options: RequestOptions) -> RequestOptions:
    return replace(options, into=options.into or entry.base, remote="origin")


def _clone(url: str, root: Path, options: RequestOptions) -> None:
    """Clone the history without a work tree."""
    bare, given = without_secret(url)
    web = bare if bare.startswith("http") else ""
    kind = options.forge or guess(web.partition("//")[2].partition("/")[0])
    found = Search(web, kind, command=options.token_command).find() if web else None
    credential = given or found
    env = access(bare, credential).env
    redactor = Redactor(credential.secrets if credential else ())
    answer = GitCommand(root.parent, env={**ENVIRONMENT, **env}).ask(*_CLONE, "--", bare, str(root))
    if answer.status != 0:
        raise refused(bare, redactor.clean(answer.error))
