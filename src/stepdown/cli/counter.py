"""Where merge requests go out: the remote, the credential, the forge or git alone."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from stepdown.adapters.credentials import Credential, Search, access, without_secret
from stepdown.adapters.forges.opening import Login, open_place
from stepdown.adapters.forges.place import ALIASES, Place, place
from stepdown.adapters.gitcommand import GitCommand
from stepdown.adapters.redactor import Redactor
from stepdown.adapters.remote import GitRemote
from stepdown.adapters.runs import Home, Run
from stepdown.adapters.throttlebook import ThrottleBook
from stepdown.cli.requestflags import RequestOptions
from stepdown.errors import ForgeError, NothingToDoError
from stepdown.flow.publish import plain
from stepdown.flow.publish.decide import Create
from stepdown.flow.publish.publish import LONGEST, Published, Publisher, Site, Terms
from stepdown.flow.publish.throttle import Limits, Throttle, read_rate, read_window
from stepdown.model.request import Hosted
from stepdown.model.trial import Outcome
from stepdown.ports import Forge


@dataclass(frozen=True, kw_only=True)
class Counter:
    """One repository's way out. `site` is None where git alone has to do."""

    remote: GitRemote
    redactor: Redactor
    terms: Terms
    publisher: Publisher
    courier: plain.Courier
    host: str
    site: Site | None = None
    notes: tuple[str, ...] = ()

    @property
    def limit(self) -> int:
        """How many bytes a description may have."""
        return self.site.limit if self.site else LONGEST

    def publish(self, outcome: Outcome) -> Published:
        """Bring the change out, or say what would be done."""
        with self.redactor.errors():
            if self.site is not None:
                return self.publisher.publish(self.site, outcome)
            if not self.courier.rehearse:
                self._turn(outcome)
            return self.courier.publish(self.remote, outcome)

    def _turn(self, outcome: Outcome) -> None:
        """Wait for the budget where git alone is going to push."""
        budget = self.publisher.throttle
        if budget.limits == Limits() or self.courier.way is plain.Way.PATCHES:
            return
        rehearsal = msgspec.structs.replace(self.courier, rehearse=True)
        if isinstance(rehearsal.publish(self.remote, outcome).action, Create):
            while (pause := budget.pause(self.host)) > 0:
                say(f"{self.host}: the budget allows the next change in {pause:.0f} seconds.")
                budget.sleep(pause)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the user asked for, beside the repository at `root`. `rehearse` writes nothing.

    `campaign` names the batch that this is a part of.
    """

    root: Path
    run: Run
    options: RequestOptions
    branch: str = ""
    campaign: str = ""
    draft: bool = False
    rehearse: bool = False


def counter(wanted: Wanted) -> Counter:
    """Find the remote, the credential and the forge. Raises ForgeError, RepositoryError."""
    options = wanted.options
    url, given = without_secret(_url(wanted))
    where, notes = _place(url, options)
    credential = None if options.patches else _credential(url, where, options) or given
    redactor = Redactor(credential.secrets if credential else ())
    with redactor.errors():
        login, why = _login(where, credential, options)
        found = _reached(where, login, rehearse=wanted.rehearse)
        credential = _named(credential, found.hosted if found else None)
        redactor = Redactor(credential.secrets if credential else ())
        kind = where.kind if where else ""
        remote = GitRemote(
            wanted.root,
            wanted.run,
            url,
            access(url, credential, hooks=not options.no_verify, kind=kind),
            found.fork.url if found and found.fork else "",
        )
        notes = (*notes, *why, *(found.notes if found else ()))
        return _counter(wanted, where, found, (remote, redactor), notes)


@dataclass(frozen=True, kw_only=True)
class _Reached:
    """A repository behind its forge's interface, and the fork where it may not be pushed to.

    `beside` opens another repository there by its name.
    """

    forge: Forge
    hosted: Hosted
    beside: Callable[[str], Forge]
    fork: Hosted | None = None
    notes: tuple[str, ...] = ()


def _counter(
    wanted: Wanted,
    where: Place | None,
    found: _Reached | None,
    ends: tuple[GitRemote, Redactor],
    notes: tuple[str, ...],
) -> Counter:
    remote, redactor = ends
    terms = _terms(wanted)
    name = found.hosted.name if found else where.name if where else wanted.root.name
    site = _site(where, found, remote) if where and found else None
    patches = wanted.options.patches
    return Counter(
        remote=remote,
        redactor=redactor,
        terms=terms,
        publisher=Publisher(
            terms=terms,
            throttle=throttle(wanted.options, wanted.campaign),
            rehearse=wanted.rehearse,
            say=say,
        ),
        courier=plain.Courier(
            terms=terms,
            way=plain.Way.PATCHES if patches else _way(where),
            repository=name,
            folder=str(patches.absolute()) if patches else "",
            rehearse=wanted.rehearse,
        ),
        host=where.host if where else "git",
        site=site,
        notes=notes,
    )


def _site(where: Place, found: _Reached, remote: GitRemote) -> Site:
    return Site(
        host=where.host,
        repository=found.hosted.name,
        remote=remote,
        forge=found.forge,
        fork=found.fork,
        beside=found.beside,
    )


def throttle(options: RequestOptions, campaign: str) -> Throttle:
    """Return the budget, in the user's own folder for state."""
    limits = Limits(
        rate=read_rate(options.rate) if options.rate else None,
        windows=tuple(map(read_window, options.windows)),
        most_open=options.max_open,
        canary=options.canary,
    )
    book = ThrottleBook(Home.default().state / "throttle.db")
    return Throttle(book=book, limits=limits, clock=time.time, sleep=time.sleep, campaign=campaign)


def say(text: str) -> None:
    """Tell people, beside the data on standard output."""
    print(text, file=sys.stderr)  # noqa: T201


def _terms(wanted: Wanted) -> Terms:
    options = wanted.options
    return Terms(
        branch=wanted.branch,
        target=options.into,
        draft=wanted.draft if options.draft is None else options.draft,
        labels=options.labels,
        reviewers=options.reviewers,
        assignees=options.assignees,
        signoff=options.signoff,
        hooks=not options.no_verify,
        reopen=options.reopen,
        rebase=options.rebase == "always",
    )


def _url(wanted: Wanted) -> str:
    name = wanted.options.remote
    if wanted.options.patches:
        return ""
    return GitCommand(wanted.root).do(
        *("remote", "get-url", "--push", "--", name),
        why=f"The repository has no remote {name}.",
        hint="Name one with --remote, or add it: `git remote add origin URL`.",
    )


def _place(url: str, options: RequestOptions) -> tuple[Place | None, tuple[str, ...]]:
    """Return which forge it is; None where nobody can tell and git alone will do."""
    if options.patches:
        return None, ()
    kind = ALIASES.get(options.forge, options.forge)
    try:
        return place(url, kind, options.forge_url), ()
    except ForgeError as error:
        if kind or options.via == "api":
            raise
        note = f"{error.brief} --forge says which one; without it the branch is pushed, no more."
        return None, (note,)


def _credential(url: str, where: Place | None, options: RequestOptions) -> Credential | None:
    """Return the credential for the forge's interface; an SSH remote has the same forge."""
    web = f"{where.root}/{where.name}.git" if where else url
    kind = where.kind if where else ""
    if options.via == "git" and not url.startswith("http"):
        return None
    return Search(web, kind, command=options.token_command).find()


def _login(
    where: Place | None, credential: Credential | None, options: RequestOptions
) -> tuple[Login | None, tuple[str, ...]]:
    """Return what the forge's interface is asked with, or None and why git alone has to do."""
    if options.patches:
        return None, ()
    if where is not None and options.via != "git" and credential is not None:
        return Login(credential.token, credential.user, credential.source), ()
    if options.max_open is not None or options.canary is not None:
        raise ForgeError(
            "--max-open and --canary need the forge's interface: git alone cannot tell which "
            "requests are open.",
            hint="Give a token (`stepdown help requests`), or use --rate and --limit.",
        )
    if where is None or options.via == "git":
        return None, ()
    return None, (_without_token(where, options),)


def _without_token(where: Place, options: RequestOptions) -> str:
    """Return the note that git alone has to do. Raises ForgeError where that is not wanted."""
    search = Search(f"{where.root}/{where.name}.git", where.kind)
    search.find()
    if options.via == "api":
        raise ForgeError(
            f"There is no token for {where.host}.",
            details="\n".join(search.passed),
            hint="Set one of these variables, or give --token-command.",
        )
    return (
        f"There is no token for {where.host}, so git alone has to do. One in "
        f"{' or '.join(search.variables)} opens and updates requests; --via api says where one "
        "was looked for."
    )


def _reached(where: Place | None, login: Login | None, *, rehearse: bool) -> _Reached | None:
    """Ask the forge for the repository. Raises NothingToDoError where nobody can change it."""
    if where is None or login is None:
        return None

    def beside(name: str) -> Forge:
        return open_place(msgspec.structs.replace(where, name=name), login)

    forge = beside(where.name)
    hosted = forge.repository()
    if hosted.empty:
        raise NothingToDoError(f"{hosted.name} is empty.", hint="Push its first commit.")
    if hosted.archived:
        raise NothingToDoError(f"{hosted.name} is archived.", hint="Nobody can change it any more.")
    if hosted.writable:
        return _Reached(forge=forge, hosted=hosted, beside=beside)
    fork = forge.forked() if rehearse else forge.fork()
    which = f"the fork {fork.name}" if fork else "a fork, which would be made"
    note = f"This user may not push to {hosted.name}: the branch goes to {which}."
    return _Reached(forge=forge, hosted=hosted, beside=beside, fork=fork, notes=(note,))


def _named(credential: Credential | None, hosted: Hosted | None) -> Credential | None:
    """Return the credential with the name that git has to give, where the forge wants a real one.

    A variable holds a token and no name.
    """
    if credential is None or hosted is None or not hosted.user:
        return credential
    return Credential(hosted.user, credential.token, credential.source)


def _way(where: Place | None) -> plain.Way:
    return plain.USUAL.get(where.kind, plain.Way.BRANCH) if where else plain.Way.BRANCH
