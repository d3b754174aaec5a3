"""Text and instructions with exact spans; lossless edits; the words of RUN."""
