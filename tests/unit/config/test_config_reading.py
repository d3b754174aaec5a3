"""Reading the settings of a repository: strictly, with the place of every fault."""

import json
import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stepdown.errors import ConfigError
from stepdown.flow import config
from stepdown.flow.config import Located, find
from stepdown.flow.tomllines import Key, lines


def located(folder: Path, text: str, name: str = "stepdown.toml") -> Located:
    (folder / ".git").mkdir(exist_ok=True)
    (folder / name).write_text(text)
    found = find(folder)
    assert found is not None
    return found


FAULTS = {
    "policy.limt = 'x'": ("stepdown.toml:1: policy.limt is no setting", "mean policy.limit?"),
    "\n[policy]\nlimit = 'alpin'": ("stepdown.toml:3: policy.limit:", "mean alpine?"),
    "limit = 'alpine'": ("limit is no setting", "mean policy.limit?"),
    "[checks]\ntest_target = 'x'": ("checks.test_target is no setting", "checks.test-target?"),
    "[gates]\n\nmax.commands = 'x'": ("stepdown.toml:3: gates.max.commands:", "configuration"),
    "[gates]\nmax.commands = -1": ("gates.max.commands: expected a whole number >= 0", ""),
    "[gates]\nforbid.shell = 1": ("gates.forbid.shell: expected true or false", ""),
    "checks = 3": ("checks: expected a table, got a whole number", ""),
    "checks.paths = ['/a',\n'b']": ("checks.paths[1]: expected an HTTP path", ""),
    "[[waivers]]\ngate='max.commands'": ("waivers[0]: object missing required field", "Add it."),
    "[[waivers]]\ngate='x'\nreason='y'\nexpires='2027-01-01'": (
        "stepdown.toml:4: waivers[0].expires: expected a date",
        "without quotes",
    ),
    "[env]\nA-B = 'x'": ("env: expected a name of letters", ""),
    "dockerfile = '/etc/passwd'": ("dockerfile: expected a path relative", ""),
    "policy.min-gain = 300": ("policy.min-gain: expected a number <= 100", ""),
    "gates.max.size-visible = '8 MiB'": ("a number of bytes, or like 80 MB", ""),
    "a = = 1": ("stepdown.toml is no TOML", "toml.io"),
    "build.secrets = [{id = 'a', value = 's3cret'}]": ("secrets[0].value is no setting", ""),
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_has_its_place_its_key_and_a_hint(tmp_path: Path, text: str) -> None:
    brief, hint = FAULTS[text]
    with pytest.raises(ConfigError) as caught:
        located(tmp_path, text)
    assert brief in caught.value.brief
    assert hint in caught.value.hint
    assert caught.value.hint
    assert caught.value.exit_code == 2
    assert "s3cret" not in f"{caught.value.brief}{caught.value.details}"


def test_the_same_settings_in_pyproject(tmp_path: Path) -> None:
    text = "[project]\nname = 'x'\n[tool.stepdown.policy]\nlimit = 'slim'\n"
    found = located(tmp_path, text, "pyproject.toml")
    assert isinstance(found.config.policy, msgspec.Struct)
    assert found.config.policy.limit == "slim"
    assert found.place("policy", "limit") == "pyproject.toml:4"
    with pytest.raises(ConfigError, match=r"pyproject.toml:1: policy.limt"):
        located(tmp_path, "tool.stepdown.policy.limt = 1", "pyproject.toml")


def test_a_pyproject_of_others_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("this = = is broken\n")
    assert find(tmp_path) is None


def test_settings_in_both_files_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.stepdown]\n")
    with pytest.raises(ConfigError, match=r"stepdown.toml and pyproject.toml both"):
        located(tmp_path, "")


def test_the_nearest_file_counts_and_nothing_above_the_repository(tmp_path: Path) -> None:
    (tmp_path / "stepdown.toml").write_text("target = 'outside'\n")
    inner = tmp_path / "repository" / "api" / "src"
    inner.mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    assert find(inner) is None
    (tmp_path / "repository" / "stepdown.toml").write_text("target = 'root'\n")
    (tmp_path / "repository" / "api" / "stepdown.toml").write_text("target = 'api'\n")
    nearest = find(inner)
    assert nearest is not None
    assert nearest.config.target == "api"
    assert nearest.place("target") == "api/stepdown.toml:1"
    assert find(tmp_path / "repository") is not None


def test_without_a_repository_only_the_folder_itself_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "stepdown.toml").write_text("target = 'above'\n")
    (tmp_path / "below").mkdir()
    assert find(tmp_path / "below") is None


@pytest.mark.parametrize("path", ["../x", "a/../../x", "link", "folder/x"])
def test_a_path_out_of_the_repository_is_an_error(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "link").symlink_to("/etc/hostname")
    (folder / "folder").symlink_to(tmp_path)
    found = located(folder, f"dockerfile = '{path}'\n")
    with pytest.raises(ConfigError, match=r"stepdown.toml:1: dockerfile leads out"):
        found.inside(path, "dockerfile")
    assert found.inside("sub/../Dockerfile", "dockerfile") == folder / "Dockerfile"


def test_a_file_that_is_a_link_to_elsewhere_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("secret = 'stuff'\n")
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / "stepdown.toml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError) as caught:
        find(folder)
    assert "leads out" in caught.value.brief
    assert "stuff" not in str(vars(caught.value))


def test_lines_of_every_kind_of_key() -> None:
    text = b"""\
a = 1
"q.r" = 2

[b]
c.d = [ # remark
  1,
  {e = 5},
]
[[f]]
g = ''
[[f]]
g = \"\"\"
x
\"\"\"
h = 1
[f.i]
j = 2
"""
    found = lines(text)
    wanted: dict[Key, int] = {
        ("a",): 1,
        ("q.r",): 2,
        ("b",): 4,
        ("b", "c", "d"): 5,
        ("b", "c", "d", 1, "e"): 7,
        ("f", 0): 9,
        ("f", 1, "h"): 15,
        ("f", 1, "i", "j"): 17,
    }
    assert {key: found.get(key) for key in wanted} == wanted


_KEYS = st.text("abc-_1", min_size=1, max_size=4)
_TREE = st.dictionaries(
    _KEYS,
    st.recursive(
        st.integers(0, 9) | st.booleans(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
        max_leaves=8,
    ),
    min_size=1,
    max_size=4,
)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


def _paths(value: object, above: Key = ()) -> set[Key]:
    inside: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    return {(*above, key) for key, _ in inside}.union(
        *(_paths(one, (*above, key)) for key, one in inside)
    )


@settings(max_examples=60, deadline=None)
@given(_TREE)
def test_lines_know_every_key_that_the_parser_knows(tree: dict[str, object]) -> None:
    text = "".join(f"{key} = {_toml(value)}\n" for key, value in tree.items())
    assert set(lines(text.encode())) == _paths(tomllib.loads(text))
    assert [lines(text.encode())[key,] for key in tree] == list(range(1, len(tree) + 1))


def test_every_key_of_the_schema_has_words() -> None:
    every = config.schema()["$defs"]
    bare = [
        f"{name}.{key}"
        for name, part in every.items()
        for key, one in part.get("properties", {}).items()
        if not one.get("description")
    ]
    assert bare == []
