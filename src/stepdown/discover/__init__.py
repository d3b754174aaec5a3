"""A checkout becomes a target and facts."""
