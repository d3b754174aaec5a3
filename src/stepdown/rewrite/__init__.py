"""A Dockerfile for a candidate: edits with reasons, and refusals."""
