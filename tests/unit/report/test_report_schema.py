"""The published schema is that of the model, and records follow it."""

import json
from pathlib import Path
from typing import Any

import outcomes
import outcomes_scanned
import pytest
from jsonschema import Draft202012Validator

from stepdown.flow import record

SAVED = Path(__file__).parents[1] / "record" / "outcome.json"
STORIES = [
    outcomes.success,
    outcomes.failure,
    outcomes.red,
    outcomes.baseline_not_built,
    outcomes.nothing_tried,
    outcomes_scanned.scanned,
]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(record.schema())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def faults(validator: Draft202012Validator, data: Any) -> list[str]:
    return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(data)]


def test_the_shipped_schema_is_current() -> None:
    write = f"python -m stepdown report --schema > src/stepdown/flow/{record.SHIPPED.name}"
    assert record.SHIPPED.read_bytes() == record.schema(), f"write it anew: {write}"


def test_a_saved_record_follows_it(validator: Draft202012Validator) -> None:
    assert faults(validator, json.loads(SAVED.read_bytes())) == []


@pytest.mark.parametrize("story", STORIES)
def test_every_kind_of_run_follows_it(validator: Draft202012Validator, story: Any) -> None:
    assert faults(validator, json.loads(record.to_json(story()))) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"schema": 2}, "$.schema"),
        ({"verdict": "works"}, "$"),
        ({"answer": "first"}, "$.answer"),
        ({"trials": [{}]}, "$.trials[0]"),
    ],
)
def test_what_is_no_record_does_not(
    validator: Draft202012Validator, change: dict[str, object], place: str
) -> None:
    data = {**json.loads(SAVED.read_bytes()), **change}
    assert any(fault.startswith(f"{place}:") for fault in faults(validator, data))


def test_a_record_without_its_plan_does_not(validator: Draft202012Validator) -> None:
    data = json.loads(SAVED.read_bytes())
    del data["plan"]
    assert faults(validator, data) == ["$: 'plan' is a required property"]


def test_it_has_a_name_and_no_indented_prose() -> None:
    schema = json.loads(record.schema())
    assert schema["$id"] == f"urn:stepdown:record:{record.SCHEMA}"
    assert all("\n " not in noun.get("description", "") for noun in schema["$defs"].values())
