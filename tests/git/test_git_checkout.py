"""Looking at a repository: what is found, what is refused, and in which words."""

from pathlib import Path

import pytest
from git_world import DOCKERFILE, World, make_world, run_git

from stepdown.adapters.checkout import GitCheckout
from stepdown.adapters.runs import open_run
from stepdown.errors import RepositoryError


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return make_world(tmp_path, monkeypatch)


def refusal(world: World, dockerfile: str = "Dockerfile", branch: str = "stepdown/alpine") -> str:
    """The words with which `check_ready` refuses; nothing may have changed by asking."""
    before = world.snapshot()
    with open_run(world.home) as run, pytest.raises(RepositoryError) as caught:
        GitCheckout.open(world.root, run).check_ready(dockerfile, branch)
    assert world.snapshot() == before
    assert caught.value.hint
    return caught.value.brief


def test_a_clean_repository_is_ready(world: World) -> None:
    before = world.snapshot()
    with open_run(world.home) as run:
        checkout = GitCheckout.open(world.root, run)
        checkout.check_ready("Dockerfile", "stepdown/alpine")
        assert checkout.root == str(world.root)
        assert checkout.head() == world.git("rev-parse", "HEAD")
        assert checkout.branch() == "main"
        assert checkout.notes() == ()
    assert world.snapshot() == before


def test_a_folder_or_file_below_finds_the_root(world: World) -> None:
    world.commit("services/api/Dockerfile", DOCKERFILE)
    with open_run(world.home) as run:
        for path in ("services/api", "services/api/Dockerfile"):
            checkout = GitCheckout.open(world.root / path, run)
            assert checkout.root == str(world.root)
            checkout.check_ready("services/api/Dockerfile", "stepdown")


def test_status_is_read_without_writing_the_index(world: World) -> None:
    file = world.root / "Dockerfile"
    file.touch()  # a changed time stamp is what makes `git status` refresh the index
    before = world.snapshot()
    with open_run(world.home) as run:
        assert GitCheckout.open(world.root, run).dirty() == ()
    assert world.snapshot() == before


def test_uncommitted_dockerfiles_are_refused(world: World) -> None:
    world.write("Dockerfile", b"FROM debian:13\n")
    assert refusal(world) == "Dockerfile has changes that are not committed."
    world.git("add", "Dockerfile")
    assert refusal(world) == "Dockerfile has staged changes that are not committed."
    world.write("new/Dockerfile", b"FROM debian:13\n")
    assert refusal(world, "new/Dockerfile") == "new/Dockerfile is not under version control."
    world.write(".gitignore", b"hidden/\n")
    world.write("hidden/Dockerfile", b"FROM debian:13\n")
    words = "hidden/Dockerfile is ignored by git and not under version control."
    assert refusal(world, "hidden/Dockerfile") == words
    assert refusal(world, "nowhere/Dockerfile") == "The commit has no file nowhere/Dockerfile."


def test_a_merge_conflict_in_the_dockerfile_is_refused(world: World) -> None:
    world.git("switch", "-q", "-c", "other")
    world.commit("Dockerfile", b"FROM debian:11\n")
    world.git("switch", "-q", "main")
    world.commit("Dockerfile", b"FROM debian:13\n")
    with pytest.raises(Exception, match="merge"):
        world.git("merge", "other")
    assert refusal(world) == "Dockerfile has a merge conflict."


def test_other_changes_are_only_noted(world: World) -> None:
    world.write("app file.py", b"print()\n")
    world.write("Dockerfile.dev", b"FROM debian:12\n")
    with open_run(world.home) as run:
        checkout = GitCheckout.open(world.root, run)
        checkout.check_ready("Dockerfile", "stepdown")
        assert checkout.dirty() == ("Dockerfile.dev", "app file.py")
        assert "2 uncommitted path(s)" in checkout.notes()[0]


def test_submodules_are_noted(world: World, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    run_git(library, "init", "-q")
    (library / "code").write_bytes(b"x")
    run_git(library, "add", "code")
    run_git(library, "commit", "-q", "-m", "code")
    world.git("submodule", "--quiet", "add", str(library), "vendor/library")
    world.git("commit", "-q", "-m", "Add a submodule")
    with open_run(world.home) as run:
        checkout = GitCheckout.open(world.root, run)
        assert checkout.notes() == ("Submodules are empty folders in the builds: vendor/library.",)
        with checkout.workspace() as workspace:
            assert list((Path(workspace.path) / "vendor/library").iterdir()) == []
    assert "worktrees" not in {path.name for path in (world.root / ".git").iterdir()}


def test_a_detached_head_is_refused(world: World) -> None:
    world.git("switch", "-q", "--detach")
    assert refusal(world) == "No branch is checked out (HEAD is detached)."


@pytest.mark.parametrize(
    ("existing", "wanted", "words"),
    [
        ("taken", "taken", "The branch taken exists already."),
        ("taken", "taken/deeper", "The branch taken exists already, so taken/deeper cannot"),
        ("taken/deeper", "taken", "The branch taken/deeper exists already, so taken cannot"),
        ("x", "a..b", "git does not allow the branch name 'a..b'."),
        ("x", "-x", "git does not allow the branch name '-x'."),
        ("x", "", "git does not allow the branch name ''."),
        ("x", "white space", "git does not allow the branch name 'white space'."),
    ],
)
def test_branches_that_cannot_be_made_are_refused(
    world: World, existing: str, wanted: str, words: str
) -> None:
    world.git("branch", existing)
    assert refusal(world, branch=wanted).startswith(words)


def test_a_sibling_branch_is_no_obstacle(world: World) -> None:
    world.git("branch", "stepdown/slim")
    with open_run(world.home) as run:
        GitCheckout.open(world.root, run).check_ready("Dockerfile", "stepdown/alpine")


def test_a_commit_needs_somebody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    assert refusal(world) == "git does not know who commits."
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "ada@example.com")
    with open_run(world.home) as run:
        GitCheckout.open(world.root, run).check_ready("Dockerfile", "stepdown")


def test_no_commit_yet(world: World, tmp_path: Path) -> None:
    unborn = tmp_path / "unborn"
    unborn.mkdir()
    run_git(unborn, "init", "-q")
    with open_run(world.home) as run:
        checkout = GitCheckout.open(unborn, run)
        for ask in (checkout.head, lambda: checkout.check_ready("Dockerfile", "x")):
            with pytest.raises(RepositoryError, match="no commit yet"):
                ask()


def test_places_that_are_no_work_tree(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_git(tmp_path, "clone", "-q", "--bare", str(world.root), "bare.git")
    with open_run(world.home) as run:
        with pytest.raises(RepositoryError, match="not in a git repository"):
            GitCheckout.open(tmp_path, run)
        with pytest.raises(RepositoryError, match="There is no folder"):
            GitCheckout.open(tmp_path / "not/there", run)
        with pytest.raises(RepositoryError, match="bare repository"):
            GitCheckout.open(tmp_path / "bare.git", run)
        monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
        with pytest.raises(RepositoryError, match="GIT_INDEX_FILE points git"):
            GitCheckout.open(world.root, run)


def test_a_missing_git_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with open_run(world.home) as run, pytest.raises(RepositoryError, match="git cannot be started"):
        GitCheckout.open(world.root, run)


def test_a_linked_worktree_is_a_checkout_too(world: World, tmp_path: Path) -> None:
    world.git("worktree", "add", "-q", "-b", "feature", str(tmp_path / "linked"))
    with open_run(world.home) as run:
        checkout = GitCheckout.open(tmp_path / "linked", run)
        assert (checkout.root, checkout.branch()) == (str(tmp_path / "linked"), "feature")
        with checkout.workspace() as workspace:
            workspace.commit((("Dockerfile", b"FROM x\n"),), "stepdown", "Change")
    assert world.git("show", "stepdown:Dockerfile") == "FROM x"
    assert world.git("worktree", "list").count("\n") == 1


def test_files_are_read_from_the_commit(world: World) -> None:
    commit = world.git("rev-parse", "HEAD")
    world.write("Dockerfile", b"FROM something-else\n")
    (world.root / "link").symlink_to("Dockerfile")
    world.git("add", "link")
    world.git("commit", "-q", "-m", "link", "--", "link")
    linked = world.git("rev-parse", "HEAD")
    with open_run(world.home) as run:
        checkout = GitCheckout.open(world.root, run)
        assert checkout.read("Dockerfile", commit) == DOCKERFILE
        assert checkout.read("link", commit) is None
        for path, words in (("link", "a symbolic link"), ("../x", "not a file's path")):
            with pytest.raises(RepositoryError, match=words):
                checkout.read(path, linked)
        with pytest.raises(RepositoryError, match="not a commit's full id"):
            checkout.read("Dockerfile", "HEAD")


def test_a_file_is_kept_out_of_the_work_tree(world: World) -> None:
    with open_run(world.home) as run:
        path = GitCheckout.open(world.root, run).keep("plan.json", b"{}\n")
    assert path == world.root / ".git" / "stepdown" / "plan.json"
    assert path.read_bytes() == b"{}\n"
    assert world.git("status", "--porcelain") == ""


def test_a_branch_is_dropped_only_while_it_is_as_it_was_made(world: World) -> None:
    first = world.git("rev-parse", "HEAD")
    world.git("branch", "stepdown/alpine")
    world.commit("other", b"")
    with open_run(world.home) as run:
        checkout = GitCheckout.open(world.root, run)
        with pytest.raises(RepositoryError, match="was not removed"):
            checkout.drop("stepdown/alpine", world.git("rev-parse", "HEAD"))
        assert world.git("branch", "--list", "stepdown/*").split() == ["stepdown/alpine"]
        checkout.drop("stepdown/alpine", first)
    assert world.git("branch", "--list", "stepdown/*") == ""
