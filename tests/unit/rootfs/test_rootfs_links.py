"""Symbolic links inside of an image."""

import pytest

from rootfs_samples import Link, Node, root

FS = root(
    {
        "usr/bin/tool": b"x",
        "usr/bin/plain": "x",
        "bin": Link("usr/bin"),
        "absolute": Link("/bin/tool"),
        "relative": Link("./bin/../bin/tool"),
        "above": Link("../../../usr/bin/tool"),
        "loop": Link("loop"),
        "ping": Link("pong"),
        "pong": Link("ping"),
        "broken": Link("nowhere"),
        "through": Link("/usr/bin/tool/.."),
        "empty": Link(""),
        "home": Node(None, 0o755),
    }
)


@pytest.mark.parametrize(
    ("path", "real"),
    [
        ("/usr/bin/tool", "/usr/bin/tool"),
        ("/bin/tool", "/usr/bin/tool"),
        ("bin/tool", "/usr/bin/tool"),
        ("/absolute", "/usr/bin/tool"),
        ("/relative", "/usr/bin/tool"),
        ("/above", "/usr/bin/tool"),
        ("/home/../../bin//./tool", "/usr/bin/tool"),
        ("/", "/"),
        ("/..", "/"),
        ("/loop", None),
        ("/ping", None),
        ("/broken", None),
        ("/through", None),
        ("/usr/bin/tool/x", None),
        ("/nothing", None),
    ],
)
def test_resolve(path: str, real: str | None) -> None:
    assert FS.resolve(path) == real


def test_a_chain_of_forty_links_is_followed_and_no_longer_one() -> None:
    chain = {f"l{n}": Link(f"l{n + 1}") for n in range(41)} | {"l41": "end"}
    fs = root(chain)
    assert fs.resolve("/l1") == "/l41"
    assert fs.resolve("/l0") is None


def test_which_and_executable() -> None:
    assert FS.which("tool", ("/sbin", "/bin")) == "/bin/tool"
    assert FS.which("plain", ("/bin",)) is None
    assert FS.which("/absolute", ()) == "/absolute"
    assert FS.executable("/relative")
    assert not FS.executable("/home")
    assert FS.get("/broken") is None
    assert FS.inode("/nothing") is None
