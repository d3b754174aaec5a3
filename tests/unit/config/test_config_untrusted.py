"""What the configuration of an untrusted repository may choose."""

from pathlib import Path

import pytest

from stepdown.errors import ConfigError
from stepdown.flow import config
from stepdown.flow.untrusted import narrowed
from stepdown.model.config import Build, Checks, Config, Edits, Rules
from stepdown.model.image import Libc
from stepdown.model.profile import TRUSTED, UNTRUSTED

WIDE = """
recipes = ["ours"]
dockerfile = "docker/Dockerfile"
[build]
timeout = 99999
args = { VERSION = 1, BUILDKIT_SYNTAX = "evil" }
secrets = [{ id = "x", env = "GITHUB_TOKEN" }, { id = "y", file = "link" }]
[checks]
test = "make test"
test-timeout = 30
[rewrite]
unsafe-fixes = true
[policy]
base = "evil:1"
libc = ["glibc"]
[scan]
scanner = "trivy"
[[waivers]]
gate = "max.commands"
reason = "none"
expires = 2027-01-01
[gates.max]
commands = 5
"""


def located(folder: Path, text: str) -> config.Located:
    (folder / ".git").mkdir()
    (folder / "stepdown.toml").write_text(text)
    found = config.find(folder)
    assert found is not None
    return found


def test_what_reaches_further_is_left_out_with_its_line(tmp_path: Path) -> None:
    kept, told = narrowed(located(tmp_path, WIDE), UNTRUSTED)
    assert kept.dockerfile == "docker/Dockerfile"
    assert kept.build == Build(args={"VERSION": 1})
    assert kept.checks == Checks(test="make test", test_timeout=30)
    assert kept.rewrite == Edits()
    assert kept.policy == Rules(libc=(Libc.GLIBC,))
    assert (kept.recipes, kept.scan, kept.waivers) == (Config().recipes,) * 3
    assert kept.gates == located_gates(tmp_path)
    assert {one.partition(" is left out: ")[0] for one in told} == {
        "stepdown.toml:2: recipes",
        "stepdown.toml:5: build.timeout",
        "stepdown.toml:6: build.args.BUILDKIT_SYNTAX",
        "stepdown.toml:7: build.secrets",
        "stepdown.toml:12: rewrite.unsafe-fixes",
        "stepdown.toml:14: policy.base",
        "stepdown.toml:16: scan",
        "stepdown.toml:18: waivers",
    }


def located_gates(folder: Path) -> object:
    found = config.find(folder)
    assert found is not None
    return found.config.gates


def test_the_owner_of_the_machine_may_everything(tmp_path: Path) -> None:
    found = located(tmp_path, WIDE)
    assert narrowed(found, TRUSTED) == (found.config, ())


def test_nothing_is_told_where_nothing_is_left_out(tmp_path: Path) -> None:
    found = located(tmp_path, '[checks]\ntest = "true"\n')
    assert narrowed(found, UNTRUSTED) == (found.config, ())


@pytest.mark.parametrize("path", ["../outside", "link/Dockerfile"])
def test_no_path_leaves_the_clone(tmp_path: Path, path: str) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (clone / "link").symlink_to(tmp_path / "elsewhere")
    found = located(clone, f'dockerfile = "{path}"\n')
    with pytest.raises(ConfigError, match="leads out of the repository"):
        found.inside(path, "dockerfile")
