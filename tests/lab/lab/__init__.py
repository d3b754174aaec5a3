"""A container engine and real base images on a machine that has neither, nor an image registry."""
