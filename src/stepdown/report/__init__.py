"""An outcome as text, Markdown or JSON."""
