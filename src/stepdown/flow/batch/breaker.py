"""When a batch stops by itself: too many failures that point to the environment. Pure."""

from dataclasses import dataclass

from stepdown.model.fleet import TROUBLE, Result

_ENOUGH = 10


@dataclass(kw_only=True)
class Breaker:
    """Counts how tasks end. It opens where more than `limit` of them (0 to 1) are in trouble.

    With a `canary`, so many are done first, and the rest only if the limit holds for them; without
    one, the limit counts after ten.
    """

    limit: float = 1.0
    canary: int = 0
    ended: int = 0
    trouble: int = 0

    def count(self, result: Result) -> None:
        """Count one end."""
        self.ended += 1
        self.trouble += result in TROUBLE

    @property
    def open(self) -> bool:
        """Whether nothing more may begin."""
        return self.ended >= (self.canary or _ENOUGH) and self.trouble > self.limit * self.ended

    def room(self, flying: int) -> int:
        """Return how many more may begin while `flying` are out."""
        left = self.canary - self.ended - flying
        return 1 << 30 if self.ended >= self.canary else max(0, left)

    @property
    def words(self) -> str:
        """Why it opened."""
        return (
            f"Stopped: {self.trouble} of {self.ended} entries ended in trouble, more than"
            f" {self.limit:.0%} (--max-failure-rate)."
        )
