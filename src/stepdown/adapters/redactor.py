"""Keeps secrets out of everything that is logged or printed."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import quote, quote_plus

from stepdown.errors import StepdownError

MASK = "[secret]"
_SHORTEST = 4
"""Shorter ones are no secrets, and masking them would only spoil the text."""


class Redactor:
    """Masks known secrets: as they are, quoted for a URL, and inside of base64."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
        self._forms = sorted(forms, key=len, reverse=True)

    def clean(self, text: str) -> str:
        """Return the text without any of the secrets."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Clean the words of every error of ours that passes."""
        try:
            yield
        except StepdownError as error:
            error.brief, error.details, error.hint = map(
                self.clean, (error.brief, error.details, error.hint)
            )
            error.args = (error.brief,)
            raise


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield from _inside(secret.encode())


def _inside(secret: bytes) -> Iterator[str]:
    """Yield what base64 makes of the secret wherever it stands in a longer text."""
    for before in range(3):
        whole = b64encode(b"\0" * before + secret).decode()
        start, end = (before * 8 + 5) // 6, (before + len(secret)) * 8 // 6
        if end - start >= _SHORTEST:
            yield whole[start:end]
            yield whole[start:end].translate(str.maketrans("+/", "-_"))
