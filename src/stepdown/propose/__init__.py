"""A target and facts become candidates, with reasons and hazards."""
