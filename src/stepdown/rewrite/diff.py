"""The difference of two texts, as `git apply` reads it."""

from difflib import unified_diff

from stepdown.dockerfile.lines import LINES


def unified(path: str, before: str, after: str) -> str:
    """Return the unified diff of the file `path`, empty where nothing differs."""
    # A tab ends the name, so that a name with a space is read whole.
    tab = "\t" if " " in path else ""
    lines = unified_diff(
        LINES.findall(before), LINES.findall(after), f"a/{path}{tab}", f"b/{path}{tab}"
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
