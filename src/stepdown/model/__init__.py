"""The nouns. Frozen values without behaviour that needs the world."""
