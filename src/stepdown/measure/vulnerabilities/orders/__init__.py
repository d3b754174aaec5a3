"""Which of two versions is older, by the rules of the system that they belong to."""

from stepdown.measure.vulnerabilities.orders.dispatch import Order, order

__all__ = ["Order", "order"]
