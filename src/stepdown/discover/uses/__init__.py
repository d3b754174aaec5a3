"""Who uses the image outside of its Dockerfile, and what they expect of it."""

from stepdown.discover.uses.collect import uses

__all__ = ("uses",)
