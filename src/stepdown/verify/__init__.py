"""Checks on both sides, their comparison, and the cause of a difference."""
