"""The surface of an image, and the difference of two."""

from stepdown.measure.comparison import compare
from stepdown.measure.reading import read_rootfs
from stepdown.measure.surface import surface

__all__ = ["compare", "read_rootfs", "surface"]
