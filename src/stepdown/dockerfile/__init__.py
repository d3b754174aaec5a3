"""Text and instructions with exact spans; lossless edits; the words of RUN.

`Dockerfile(text)` reads a file; its instructions, stages and words know where they stand, and
`apply(text, edits)` changes just what the edits name.
"""

from stepdown.dockerfile.bash import parse, script
from stepdown.dockerfile.document import Dockerfile, read
from stepdown.dockerfile.edit import apply
from stepdown.dockerfile.instruction import Flag, Instruction, Word
from stepdown.dockerfile.lexer import expand
from stepdown.dockerfile.pairs import Pair, pairs
from stepdown.dockerfile.shell import Command, Context, Script, ShellWord
from stepdown.dockerfile.source import SourceText, Span
from stepdown.dockerfile.stage import Stage, Use

__all__ = [
    "Command",
    "Context",
    "Dockerfile",
    "Flag",
    "Instruction",
    "Pair",
    "Script",
    "ShellWord",
    "SourceText",
    "Span",
    "Stage",
    "Use",
    "Word",
    "apply",
    "expand",
    "pairs",
    "parse",
    "read",
    "script",
]
