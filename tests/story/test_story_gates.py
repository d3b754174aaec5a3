"""Gates on real images: of one image, and after a whole migration that a configuration drives."""

import json
from pathlib import Path

import pytest
import yaml

from stepdown.flow import record
from stories import Stepdown, git, make

pytestmark = pytest.mark.engine

ALPINE = "alpine:3.23"
TOKEN = "s3cret-of-the-test"
DOCKERFILE = r"""\
FROM debian:bookworm
ARG GREETING=none
RUN --mount=type=secret,id=token test "$(wc -c < /run/secrets/token)" = 18 \
    && echo "$GREETING" > /greeting
CMD ["sleep", "60"]
"""
SETTINGS = """\
[build]
args = { GREETING = "hello" }
secrets = [{ id = "token", env = "THE_TOKEN" }]
[checks]
test = "grep -q hello /greeting"
stop-timeout = 3
[policy]
to = "slim"
limit = "slim"
[gates]
max.os-packages = 500
max.commands = 3
forbid.root = true
[[waivers]]
gate = "forbid.root"
reason = "The volume belongs to root"
expires = 2099-01-01
[[waivers]]
gate = "max.commands"
reason = "For the first release"
expires = 2020-01-01
"""


def test_gates_of_one_image(stepdown: Stepdown, tmp_path: Path) -> None:
    said = stepdown("measure", ALPINE, "--gate", "max.commands=9999")
    assert said.returncode == 0, said.stderr
    assert "The policy is met." in said.stdout
    said = stepdown("measure", ALPINE, "--gate", "forbid.shell", "--gate", "max.commands=1")
    assert said.returncode == 14
    assert "forbid.shell: " in said.stdout
    assert "allowed 1" in said.stdout
    settings = tmp_path / "stepdown.toml"
    settings.write_text("[gates]\nforbid.package-manager = true\n")
    said = stepdown("measure", ALPINE, "--config", settings, "--format", "json")
    assert said.returncode == 14
    (gate,) = json.loads(said.stdout)["gates"]
    assert (gate["state"], gate["items"]) == ("failed", ["apk"])
    settings.write_text("[policy]\nlimit = 'slim'\n")
    assert stepdown("measure", ALPINE, "--config", settings).returncode == 2


def test_a_quick_look_does_not_pass_what_it_did_not_read(stepdown: Stepdown) -> None:
    said = stepdown("measure", ALPINE, "--quick", "--gate", "max.commands=9999")
    assert said.returncode == 14
    assert "unknown" in said.stdout


def test_a_structure_test_of_one_image(stepdown: Stepdown) -> None:
    said = stepdown(
        "measure", "gcr.io/distroless/static-debian13:nonroot", "--format", "structure-test"
    )
    assert said.returncode == 0, said.stderr
    document = yaml.safe_load(said.stdout)
    assert document["schemaVersion"] == "2.0.0"
    assert document["metadataTest"]["user"]
    absent = {test["path"] for test in document["fileExistenceTests"] if not test["shouldExist"]}
    assert {"/bin/sh", "/usr/bin/apt", "/sbin/apk"} <= absent


def test_a_migration_by_the_configuration(stepdown: Stepdown, tmp_path: Path) -> None:
    folder = make(tmp_path / "r", Dockerfile=DOCKERFILE, stepdown__toml=SETTINGS)
    report, kept, guard = (tmp_path / name for name in ("report.md", "record.json", "guard.yaml"))
    words = ("--report", report, "--report", guard, "--record", kept)
    said = stepdown("migrate", folder, "--yes", *words, env={"THE_TOKEN": TOKEN})
    assert said.returncode == 14, said.stderr + said.stdout
    assert "Settings from stepdown.toml." in said.stderr
    assert "Builds get the secret token from THE_TOKEN." in said.stderr
    outcome = record.load(kept)
    assert outcome.best is not None
    assert outcome.best.candidate.image == "debian:bookworm-slim"
    states = {result.gate.id: result.state.value for result in outcome.gates}
    assert states == {
        "max.os-packages": "passed",
        "max.commands": "failed",
        "forbid.root": "waived",
    }
    assert git(folder, "branch", "--list", "stepdown/*")
    for text in (said.stdout, report.read_text(), stepdown("report", kept).stdout):
        flat = " ".join(text.split())
        assert "The policy is not met: max.commands: " in flat
        assert "The waiver of max.commands expired on 2020-01-01 and counts no longer." in flat
        assert "The volume belongs to root" in flat
    assert "--secret id=token,env=THE_TOKEN" in " ".join(report.read_text().split())
    for file in (report, kept, guard):
        assert TOKEN not in file.read_text()
    document = yaml.safe_load(guard.read_text())
    assert document["metadataTest"]["cmd"] == ["sleep", "60"]
    assert not any(test["path"] == "/bin/sh" for test in document["fileExistenceTests"])
