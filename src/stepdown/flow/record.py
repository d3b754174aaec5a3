"""The record of a run: an Outcome as a JSON file, from which every report can be made again."""

import contextlib
from pathlib import Path
from uuid import uuid4

import msgspec

from stepdown.errors import RecordError
from stepdown.model import encoding
from stepdown.model.schema import published
from stepdown.model.trial import BaselineVerdict, Outcome, Verdict

SCHEMA = 1
_ANEW = (
    "Run `stepdown migrate --record FILE` again: this file was changed or is of another version."
)
SHIPPED = Path(__file__).with_name(f"record-{SCHEMA}.schema.json")


class _Envelope(msgspec.Struct):
    """What every schema's record has in common."""

    schema: int


def to_json(outcome: Outcome) -> bytes:
    """Return the record as indented UTF-8 JSON that ends with a line end.

    Fields keep the order of the model, so that the same outcome gives the same bytes. A lone
    surrogate (a byte of a log or a file name that is no UTF-8) becomes a visible backslash escape.
    """
    return msgspec.json.format(encoding.to_json(outcome), indent=2) + b"\n"


def save(outcome: Outcome, path: Path) -> None:
    """Write the record, whole or not at all: beside `path` first, then in its place.

    Raises RecordError where the file cannot be written.
    """
    partial = path.with_name(f".{path.name}.{uuid4().hex}.partial")
    try:
        with partial.open("xb") as file:
            file.write(to_json(outcome))
        partial.replace(path)
    except OSError as error:
        raise RecordError(
            f"The record {path} cannot be written.", details=str(error), hint="Give another path."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def load(path: Path) -> Outcome:
    """Read a record.

    Raises RecordError where the file cannot be read, is no JSON, has another schema, does not
    follow the schema (the details name the place) or contradicts itself.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordError(
            f"The record {path} cannot be read.",
            details=str(error),
            hint="`stepdown migrate --record FILE` writes one.",
        ) from error
    return from_json(data, str(path))


def from_json(data: bytes, name: str = "record") -> Outcome:
    """Read a record from bytes; `name` stands for it in errors. Raises RecordError, see `load`."""
    try:
        _check_schema(msgspec.json.decode(data, type=_Envelope).schema, name)
        outcome = msgspec.json.decode(data, type=Outcome)
    except msgspec.ValidationError as error:
        brief = f"{name} is not a record of schema {SCHEMA}."
        raise RecordError(brief, details=str(error), hint=_ANEW) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RecordError(f"{name} is not JSON.", details=str(error), hint=_ANEW) from error
    _check_answer(outcome, name)
    return outcome


def _check_schema(number: int, name: str) -> None:
    if number != SCHEMA:
        raise RecordError(
            f"{name} has schema {number}; this version reads schema {SCHEMA}.",
            hint="Make the record again, or read it with the version of stepdown that made it.",
        )


def _check_answer(outcome: Outcome, name: str) -> None:
    """Refuse an answer that the record itself does not support."""
    answer = outcome.answer
    if answer is None:
        return
    brief = f"{name} contradicts itself."
    if not 0 <= answer < len(outcome.trials):
        raise RecordError(
            brief, details=f"There is no such trial: {answer} - at `$.answer`", hint=_ANEW
        )
    if outcome.trials[answer].verdict is not Verdict.WORKS:
        raise RecordError(
            brief, details="The answer is a trial that does not work - at `$.answer`", hint=_ANEW
        )
    if outcome.baseline.verdict is not BaselineVerdict.GREEN:
        raise RecordError(
            brief, details="An answer needs a green baseline - at `$.answer`", hint=_ANEW
        )


def schema() -> bytes:
    """Return the JSON Schema of a record as indented JSON, made from the model.

    SHIPPED carries the same bytes, for programs that read records without starting stepdown.
    """
    return published(Outcome, name="record", number=SCHEMA, title="Record of a run of stepdown")
