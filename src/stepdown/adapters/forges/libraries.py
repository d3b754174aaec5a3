"""What the libraries of GitHub and GitLab have in common: they ask with requests, untyped."""

from typing import TypeVar

import msgspec
import requests

from stepdown.adapters.forges.faults import Fault, Words, nonsense, silence

T = TypeVar("T")


def unanswered(words: Words, method: str, fault: requests.RequestException) -> Fault:
    """Return the error for a request that got no answer; it may have arrived all the same."""
    refused = isinstance(fault, requests.ConnectTimeout) or "Connection refused" in str(fault)
    return silence(words, method, fault, sent=not refused)


def checked(words: Words, path: str, fields: dict[str, object], kind: type[T]) -> T:
    """Return a typed value, or say what is wrong with the forge's."""
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as fault:
        raise nonsense(words, "GET", path, fault) from None
