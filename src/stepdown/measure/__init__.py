"""The surface of an image, and the difference of two."""
