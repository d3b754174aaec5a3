"""JSON schemas in few words, for the forges whose description no package carries."""

from typing import Any

STRING: dict[str, Any] = {"type": "string"}
TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
NUMBER: dict[str, Any] = {"type": "integer"}
FLAG: dict[str, Any] = {"type": "boolean"}


def listed(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def thing(needed: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """An object with these fields and no others."""
    return {
        "type": "object",
        "required": list(needed),
        "properties": {**needed, **optional},
        "additionalProperties": False,
    }


def check(schema: dict[str, Any], value: object) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  (seconds; every worker loads this)

    Draft202012Validator(schema).validate(value)
