"""Until when a distribution repairs security faults."""

from collections.abc import Iterable

from stepdown.model.image import Value


class Support(Value, frozen=True, kw_only=True):
    """One release of a distribution; dates as YYYY-MM-DD, `page` is where they come from.

    `regular` is the end of ordinary support, `extended` that of long-term support or empty.
    """

    id: str
    version: str
    regular: str
    extended: str = ""
    page: str

    @property
    def sentence(self) -> str:
        """Say both dates."""
        longer = f", with long-term support until {self.extended}" if self.extended else ""
        return f"security support until {self.regular}{longer}"

    def ended(self, today: str) -> str:
        """Return a sentence for a release whose ordinary support is over on `today`, else empty."""
        name = f"{self.id} {self.version}"
        if today <= self.regular:
            return ""
        if today <= self.extended:
            return (
                f"Ordinary security support of {name} ended on {self.regular};"
                f" long-term support lasts until {self.extended}."
            )
        last = self.extended or self.regular
        return f"Security support of {name} ended on {last}: faults stay as they are."


def find_support(release: tuple[str, str], known: Iterable[Support]) -> Support | None:
    """Return what is known of (ID, VERSION_ID); the longest version that the latter begins with."""
    distribution, version = release
    fitting = [
        one
        for one in known
        if one.id == distribution and f"{version}.".startswith(f"{one.version}.")
    ]
    return max(fitting, key=lambda one: len(one.version), default=None)
