"""An outcome becomes a branch with one commit."""
