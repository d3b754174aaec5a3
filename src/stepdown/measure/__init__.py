"""The surface of an image, and the difference of two."""

from stepdown.measure.comparison import compare
from stepdown.measure.origin import origin
from stepdown.measure.quick import quick_surface
from stepdown.measure.reading import read_rootfs, recalled_rootfs
from stepdown.measure.surface import surface

__all__ = ["compare", "origin", "quick_surface", "read_rootfs", "recalled_rootfs", "surface"]
