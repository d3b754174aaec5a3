"""The JSON Schema of what others may read, made from the nouns."""

import inspect

import msgspec


def published(noun: type[msgspec.Struct], *, name: str, number: int, title: str) -> bytes:
    """Return the schema of `noun`, whose field `schema` is always `number`, as indented JSON."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:stepdown:{name}:{number}",
        "title": f"{title}, schema {number}",
    }
    (reference,), nouns = msgspec.json.schema_components([noun])
    for one in nouns.values():
        if "description" in one:  # only from 3.13 on does Python itself take the indentation off
            one["description"] = inspect.cleandoc(one["description"])
    nouns[noun.__name__]["properties"]["schema"]["const"] = number
    whole = {**head, **reference, "$defs": dict(sorted(nouns.items()))}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n"
