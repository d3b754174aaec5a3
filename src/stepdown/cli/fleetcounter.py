"""The ways out of a batch: for each entry a clone without a work tree, then its counter."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from stepdown.adapters.credentials import Search, access, without_secret
from stepdown.adapters.forges.place import ALIASES, guess
from stepdown.adapters.gitcommand import GitCommand
from stepdown.adapters.refusal import refused
from stepdown.adapters.remote import ENVIRONMENT
from stepdown.adapters.runs import Run
from stepdown.cli.counter import Counter, Wanted, counter
from stepdown.cli.requestflags import RequestOptions
from stepdown.errors import NothingToDoError
from stepdown.flow.batch.addresses import is_local
from stepdown.model.fleet import Entry, Report

_CLONE = ("clone", "--quiet", "--no-checkout", "--no-tags", "--origin=origin")


@dataclass(frozen=True, kw_only=True)
class Ways:
    """The ways out of the entries of one batch. With `rehearse` nothing is written.

    `campaign` names the batch for --canary; `say` tells people what they should know of a way.
    """

    run: Run
    options: RequestOptions
    campaign: str
    rehearse: bool
    say: Callable[[str], None]

    @contextmanager
    def opened(self, entry: Entry, report: Report) -> Iterator[Counter]:
        """Yield the way out of an entry; requests of a batch are drafts unless --ready says other.

        The clone is gone afterwards. Raises NothingToDoError where the report has no commit,
        ForgeError and RepositoryError.
        """
        if not report.commit:
            raise NothingToDoError(f"{report.result}: {report.reason}", hint=report.hint)
        folder = self.run.scratch("publish")
        try:
            _clone(_address(entry.repository), folder / "repository", self.options)
            made = counter(self._wanted(folder / "repository", entry))
            for note in made.notes:
                self.say(note)
            yield made
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _wanted(self, root: Path, entry: Entry) -> Wanted:
        into = self.options.into or entry.base
        return Wanted(
            root=root,
            run=self.run,
            options=replace(self.options, into=into, remote="origin"),
            campaign=self.campaign,
            draft=True,
            rehearse=self.rehearse,
        )


def _address(repository: str) -> str:
    """Return where a checkout on this machine came from; requests are made there."""
    if not is_local(repository):
        return repository
    origin = GitCommand(Path(repository)).ask("remote", "get-url", "--push", "--", "origin")
    return origin.text if origin.status == 0 else repository


def _clone(url: str, root: Path, options: RequestOptions) -> None:
    """Clone the history without a work tree."""
    bare, given = without_secret(url)
    web = bare if bare.startswith("http") else ""
    host = web.partition("//")[2].partition("/")[0]
    kind = ALIASES.get(options.forge, options.forge) or guess(host)
    found = Search(web, kind, command=options.token_command).find() if web else None
    how = access(bare, given or found, kind=kind)
    git = GitCommand(root.parent, env={**ENVIRONMENT, **how.env})
    answer = git.ask(*_CLONE, "--", bare, str(root))
    if answer.status != 0:
        raise refused(bare, answer.error, how)
