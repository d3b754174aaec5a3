"""Building baseline and candidate."""
