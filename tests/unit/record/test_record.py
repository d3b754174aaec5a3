import json
import re
import stat
from pathlib import Path

import msgspec
import pytest

from stepdown.errors import RecordError
from stepdown.flow import record
from stepdown.model.trial import BaselineVerdict, Outcome, Verdict

SAVED = Path(__file__).parent / "outcome.json"


@pytest.fixture
def outcome() -> Outcome:
    return record.load(SAVED)


def altered(path: Path, **changes: object) -> bytes:
    return json.dumps({**json.loads(path.read_bytes()), **changes}).encode()


def test_a_record_of_schema_1_stays_readable(outcome: Outcome) -> None:
    assert outcome.schema == 1
    assert outcome.best is not None
    assert outcome.best.candidate.image == "gcr.io/distroless/nodejs24-debian13:nonroot"


def test_what_was_saved_is_what_is_loaded(outcome: Outcome, tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    record.save(outcome, path)
    assert record.load(path) == outcome
    assert path.read_bytes() == record.to_json(outcome)


def test_the_same_outcome_gives_the_same_readable_bytes(outcome: Outcome) -> None:
    data = record.to_json(outcome)
    assert data == record.to_json(record.from_json(data))
    assert data.startswith(b'{\n  "schema": 1,\n  "stepdown": ')
    assert data.endswith(b"}\n")


def test_a_lone_surrogate_is_made_visible(outcome: Outcome) -> None:
    target = msgspec.structs.replace(outcome.plan.target, dockerfile="caf\udce9/Dockerfile")
    plan = msgspec.structs.replace(outcome.plan, target=target)
    data = record.to_json(msgspec.structs.replace(outcome, plan=plan))
    assert record.from_json(data).plan.target.dockerfile == "caf\\xe9/Dockerfile"


def test_saving_replaces_and_leaves_nothing_else(outcome: Outcome, tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text("old")
    record.save(outcome, path)
    assert record.load(path) == outcome
    assert list(tmp_path.iterdir()) == [path]
    other = tmp_path / "other"
    other.touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


def test_a_record_that_cannot_be_put_in_place_leaves_the_old(
    outcome: Outcome, tmp_path: Path
) -> None:
    folder = tmp_path / "record.json"
    folder.mkdir()
    (folder / "kept").touch()
    with pytest.raises(RecordError, match="cannot be written"):
        record.save(outcome, folder)
    assert list(tmp_path.iterdir()) == [folder]
    with pytest.raises(RecordError, match="cannot be written"):
        record.save(outcome, tmp_path / "absent" / "record.json")


def test_a_file_that_is_not_there_is_a_record_error(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        record.load(tmp_path / "absent.json")


@pytest.mark.parametrize(
    "data", [b"", b"{", b"not json", b'{"schema": 1, "stepdown": "\xff"}', b"\xff\xfe{}"]
)
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(RecordError, match="is not JSON"):
        record.from_json(data)


def test_another_schema_is_refused_by_its_number() -> None:
    with pytest.raises(RecordError, match="has schema 2; this version reads schema 1") as caught:
        record.from_json(altered(SAVED, schema=2))
    assert "version of stepdown that made it" in caught.value.hint


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"[]", "Expected `object`"),
        (b"{}", "missing required field `schema`"),
        (altered(SAVED, seconds="long"), "`$.seconds`"),
        (altered(SAVED, surprise=1), "unknown field `surprise`"),
        (altered(SAVED, trials=[{}]), "`$.trials[0]`"),
    ],
)
def test_a_fault_is_named_with_its_path(data: bytes, place: str) -> None:
    with pytest.raises(RecordError, match="is not a record of schema 1") as caught:
        record.from_json(data, "run.json")
    assert place in caught.value.details
    assert caught.value.brief.startswith("run.json")


@pytest.mark.parametrize("answer", [-1, 3])
def test_an_answer_that_is_no_trial_is_refused(answer: int) -> None:
    with pytest.raises(RecordError, match="contradicts itself") as caught:
        record.from_json(altered(SAVED, answer=answer))
    assert "`$.answer`" in caught.value.details


def test_an_answer_that_does_not_work_is_refused(outcome: Outcome) -> None:
    first, *others = outcome.trials
    failed = msgspec.structs.replace(first, verdict=Verdict.INTERMITTENT)
    forged = msgspec.structs.replace(outcome, trials=(failed, *others))
    with pytest.raises(RecordError) as caught:
        record.from_json(record.to_json(forged))
    assert "does not work" in caught.value.details


def test_an_answer_beside_a_red_baseline_is_refused(outcome: Outcome) -> None:
    red = msgspec.structs.replace(outcome.baseline, verdict=BaselineVerdict.RED)
    with pytest.raises(RecordError) as caught:
        record.from_json(record.to_json(msgspec.structs.replace(outcome, baseline=red)))
    assert "green baseline" in caught.value.details


def test_a_record_without_an_answer_is_read(outcome: Outcome) -> None:
    unanswered = msgspec.structs.replace(outcome, answer=None)
    assert record.from_json(record.to_json(unanswered)) == unanswered


def test_the_schema_describes_every_noun_that_a_record_uses() -> None:
    text = record.schema().decode()
    named = set(re.findall(r'"#/\$defs/(\w+)"', text))
    assert named == set(json.loads(text)["$defs"])
    assert {"Outcome", "Trial", "Finding", "SurfaceDelta", "Built", "BuildFailed"} <= named
