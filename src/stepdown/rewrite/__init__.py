"""A Dockerfile for a candidate: edits with reasons, and refusals.

`rewrite` is the whole surface; each fixer is a module of its own, registered in `fixers`.
"""

from stepdown.rewrite.rewriter import rewrite

__all__ = ["rewrite"]
