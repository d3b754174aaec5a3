"""Move a container image to a smaller base and prove that the application still works."""

__version__ = "0.1.0"
