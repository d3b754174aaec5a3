"""What a forge is asked with."""

from base64 import b64encode
from urllib.parse import quote


class Login:
    """A user's name, empty where the forge needs none, and the token. Printing it shows neither.

    `source` says where the token comes from, empty where nobody knows.
    """

    def __init__(self, token: str, user: str = "", source: str = "") -> None:
        self.token = token
        self.user = user
        self.source = source

    def __repr__(self) -> str:
        return "Login(***)"

    def basic(self) -> str:
        """Return the value of the Authorization header with user and token."""
        return "Basic " + b64encode(f"{self.user}:{self.token}".encode()).decode()

    def conceal(self, text: str) -> str:
        """Return the text without the token, in any of the forms in which it travels."""
        if not self.token:
            return text
        forms = (self.basic().removeprefix("Basic "), self.token, quote(self.token, safe=""))
        for form in forms:
            text = text.replace(form, "***")
        return text
