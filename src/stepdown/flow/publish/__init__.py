"""An outcome becomes a merge request: decided by what the remote has, then carried out."""
