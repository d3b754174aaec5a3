"""In which order entries are evaluated. Pure."""

from collections.abc import Iterable, Sequence


def ordered(entries: Iterable[tuple[str, str]], canary: int) -> list[str]:
    """Return the keys of (key, base): those of one base together, so that its layers are shared.

    A canary of so many comes first, spread evenly over all that follow, so that it meets as many
    bases as it can.
    """
    grouped = [
        key for _, _, key in sorted((base, at, key) for at, (key, base) in enumerate(entries))
    ]
    first = set(_spread(len(grouped), canary))
    return [grouped[at] for at in sorted(first)] + [
        key for at, key in enumerate(grouped) if at not in first
    ]


def _spread(length: int, wanted: int) -> Sequence[int]:
    if wanted <= 0 or not length:
        return ()
    if wanted >= length:
        return range(length)
    return [at * length // wanted for at in range(wanted)]
