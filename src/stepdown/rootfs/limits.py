"""How much of an image is read at most, so that no image takes all memory or time.

Each limit is some times more than what is seen in real images. What is beyond is a gap, never
silently left out.
"""

from stepdown.model.image import Value

MEGABYTE = 1 << 20


class Limits(Value, frozen=True, kw_only=True):
    """Sizes in bytes, the others are counts.

    `path` is the kernel's own limit (PATH_MAX). `inflated` is what all archives of an image may
    unfold to together.
    """

    entries: int = 1_000_000
    path: int = 4096
    elf: int = 1024 * MEGABYTE
    whole_elf: int = 32 * MEGABYTE
    box: int = 8 * MEGABYTE
    boxes: int = 16
    setting: int = MEGABYTE
    database: int = 32 * MEGABYTE
    rpm: int = 64 * MEGABYTE
    metadata: int = 4 * MEGABYTE
    archive: int = 64 * MEGABYTE
    inflated: int = 1024 * MEGABYTE
    claims: int = 2_000_000
    languages: int = 200_000


USUAL = Limits()
