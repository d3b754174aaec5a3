"""A repository on a git server, reached by the user's own git: looked at, and pushed to.

Nothing of the user's moves: what is fetched goes to the object store alone, and what is pushed is a
commit that no local branch has. Secrets reach git through its environment only.
"""

import re
from pathlib import Path

from stepdown.adapters import requestcommit
from stepdown.adapters.credentials import Access
from stepdown.adapters.gitcommand import Answer, GitCommand
from stepdown.adapters.refusal import refused
from stepdown.adapters.runs import Run
from stepdown.errors import ForgeError, RepositoryError
from stepdown.model.remote import Look, Pushed, Tip
from stepdown.ports import CommitOrder, Remote

_PATIENCE = ("-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=120")
_FETCH = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--refmap=",
    "--no-recurse-submodules",
)
_NO_OPTIONS = "does not support push options"
_URL = re.compile(r"https?://[^\s<>\"']+")
ENVIRONMENT = {"LC_ALL": "C", "GIT_TRACE_REDACT": "1"}
"""For every git that talks to a server: words that are known here, and traces without secrets."""


class GitRemote(Remote):
    """The repository at `url`, with a work tree's repository at `root` to hold the objects.

    `url` holds no credentials; `access` carries them to git. Branches are pushed to `fork`, where
    one is named, and come from there.
    """

    def __init__(
        self, root: Path, run: Run, url: str, access: Access | None = None, fork: str = ""
    ) -> None:
        self._access = access = access or Access()
        self._root, self._run, self._url, self._own = root, run, url, fork or url
        self._clean = access.redactor.clean
        hooks = requestcommit.hooks_of(root) if access.hooks else "/dev/null"
        self._git = GitCommand(root, env={**ENVIRONMENT, **access.env}, hooks=hooks)

    def author(self) -> str:
        """Return the e-mail address under which git commits here."""
        answer = self._git.ask("-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
        if answer.status != 0:
            raise RepositoryError(
                "git does not know who commits.",
                details=answer.error.strip(),
                hint='Set `git config user.name "Your Name"` and '
                "`git config user.email you@example.com`.",
            )
        return answer.text.rpartition(">")[0].rpartition("<")[2]

    def look(self, branch: str, target: str, path: str, verified: str) -> Look:
        """Look at the change's branch and at its target (empty: the default branch)."""
        heads, usual = self._heads(self._url)
        into = target or usual
        if into not in heads:
            raise RepositoryError(
                f"There is no branch {into or 'by default'} on {self._url}.",
                hint="Name the branch that the request is for with --into.",
            )
        ours = heads if self._own == self._url else self._heads(self._own)[0]
        base, tip = heads[into], ours.get(branch, "")
        self._fetch(self._url, into)
        if tip:
            self._fetch(self._own, branch)
        return Look(
            target=into,
            base=base,
            file=self._file(base, path),
            usual=into == usual,
            known=self._git.ask("merge-base", "--is-ancestor", verified, base).status == 0,
            tip=self._tip(tip, path) if tip else None,
        )

    def commit(self, order: CommitOrder) -> str:
        """Make a commit that no branch has, signed where git's settings say so; return its id."""
        return requestcommit.make(self._root, self._run, order)

    def push(
        self, branch: str, commit: str, expected: str, options: tuple[str, ...] = ()
    ) -> Pushed:
        """Push a commit as `branch`, which has to be at `expected` (empty: not there) till then."""
        lease = f"--force-with-lease=refs/heads/{branch}:{expected}"
        return self._pushed(f"{commit}:refs/heads/{branch}", (lease,), options)

    def offer(self, target: str, commit: str, options: tuple[str, ...]) -> Pushed:
        """Push a commit for review (refs/for/TARGET); no branch and no right to push is needed."""
        done = self._pushed(f"{commit}:refs/for/{target}", (), options)
        if not done.options:
            raise ForgeError(
                f"{self._url} takes no push options, so nobody can be told what it is about.",
                hint="This way works on Gitea and Forgejo.",
            )
        return done

    def offered(self, commit: str) -> bool:
        """Tell whether a commit is up for review already."""
        listed = self._network("ls-remote", "--", self._url, "refs/pull/*/head").text
        return commit in listed.split()

    def patch(self, commit: str, folder: str) -> str:
        """Write a commit as a mail that `git am` reads; return the file's path."""
        return self._git.do(
            *("format-patch", "-1", "--zero-commit", "--output-directory", folder),
            commit,
            why=f"git cannot write the patch into {folder}.",
        )

    def _pushed(self, refspec: str, flags: tuple[str, ...], options: tuple[str, ...]) -> Pushed:
        """Push with push options, or without them where the server takes none."""
        words = tuple(word for option in options for word in ("-o", one_line(option)))
        answer = self._push(refspec, (*flags, *words))
        taken = bool(options)
        if answer.status != 0 and _NO_OPTIONS in answer.error:
            answer, taken = self._push(refspec, flags), False
        if answer.status != 0:
            raise refused(self._url, f"{answer.error}\n{answer.text}", self._access)
        said = server_lines(self._clean(answer.error))
        return Pushed(said=said, url=address(said), options=taken)

    def _push(self, refspec: str, flags: tuple[str, ...]) -> Answer:
        return self._git.ask(
            *_PATIENCE, "push", "--porcelain", "--no-follow-tags", *flags, "--", self._own, refspec
        )

    def _fetch(self, url: str, branch: str) -> None:
        self._network(*_FETCH, "--", url, f"refs/heads/{branch}")

    def _heads(self, url: str) -> tuple[dict[str, str], str]:
        """Return the branches with their commits, and the name of the default one."""
        answer = self._network("ls-remote", "--symref", "--", url, "HEAD", "refs/heads/*")
        heads, usual = {}, ""
        for line in answer.text.splitlines():
            value, _, name = line.partition("\t")
            if name == "HEAD" and value.startswith("ref: "):
                usual = value.removeprefix("ref: refs/heads/")
            elif name.startswith("refs/heads/"):
                heads[name.removeprefix("refs/heads/")] = value
        return heads, usual

    def _network(self, *arguments: str) -> Answer:
        answer = self._git.ask(*_PATIENCE, *arguments)
        if answer.status != 0:
            raise refused(self._url, f"{answer.error}\n{answer.text}", self._access)
        return answer

    def _tip(self, commit: str, path: str) -> Tip:
        form = "%ae%x00%P"
        shown = self._git.do(
            *("log", "-1", f"--format={form}", "--no-show-signature", commit, "--"),
            why=f"git cannot read the commit {commit} of the remote branch.",
        )
        author, _, parents = shown.partition("\0")
        first = parents.split()[:1]
        compare = ("diff-tree", "-r", "-z", "--no-renames", "--name-only", *first, commit)
        return Tip(
            commit=commit,
            author=author,
            identity=requestcommit.trailer(self._git, commit),
            parents=tuple(parents.split()),
            changed=self._git.ask(*compare).parts if first else (),
            content=self._file(commit, path),
            below=self._file(first[0], path) if first else None,
        )

    def _file(self, commit: str, path: str) -> bytes | None:
        answer = self._git.ask("cat-file", "blob", f"{commit}:{path}")
        return answer.output if answer.status == 0 else None


def one_line(option: str) -> str:
    """Return a push option as git takes it: on one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in option).split())


def server_lines(error: str) -> tuple[str, ...]:
    """Return what the server said, from what git printed of it."""
    lines = (
        line.removeprefix("remote:").strip()
        for line in re.split(r"[\r\n]+", error)
        if line.startswith("remote:")
    )
    return tuple(line for line in lines if line)


def address(said: tuple[str, ...]) -> str:
    """Return the last address in what the server said, empty for none."""
    found = [url for line in said for url in _URL.findall(line)]
    return found[-1].rstrip(".,)") if found else ""
