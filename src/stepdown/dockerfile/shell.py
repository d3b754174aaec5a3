"""The shell inside RUN and the shell forms: commands, their words, and where each one stands."""

import re
from enum import StrEnum

from stepdown.dockerfile.source import SourceText, Span
from stepdown.model.image import Value

SHELLS = frozenset(("sh", "bash", "dash", "ash"))
_SPECIAL = re.compile(r"[\s\\'\"$`*?\[{(<>~]")
# What stands for itself: outside of quotes, and inside of each kind.
_PLAIN = {
    "": re.compile(r"[^\\'\"$`*?\[{(<>~]+"),
    "'": re.compile(r"[^']+"),
    '"': re.compile(r'[^"\\$`]+'),
}


class Context(StrEnum):
    """Something around a command, because of which it may not run, or not run just once."""

    CONDITION = "condition"
    LOOP = "loop"
    OR = "||"
    PIPE = "pipe"
    FUNCTION = "function"
    SUBSHELL = "subshell"
    GROUP = "group"
    SUBSTITUTION = "substitution"
    NEGATION = "negation"
    BACKGROUND = "background"
    HEREDOC = "heredoc"


class ShellWord(Value, frozen=True, kw_only=True, gc=False):
    """One word of a command. `text` is None where it is not fixed: variables, globs, braces.

    `raw` is the word as written; `start` and `end` are its place in the script, whose text is
    `source`.
    """

    raw: str
    text: str | None
    source: SourceText
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Its place in the file."""
        return self.source.span(self.start, self.end)


class Command(Value, frozen=True, kw_only=True, gc=False):
    """One simple command, its name being the first of `words`.

    `program` is that name without its folders; both are empty where it is not fixed and where the
    command has none. `assignments` stand before the name; a command may consist of them alone.
    `start` and `end` are its place in the script, redirections included. `contexts` has the
    outermost first.
    """

    program: str
    words: tuple[ShellWord, ...]
    assignments: tuple[ShellWord, ...]
    redirected: bool
    start: int
    end: int
    contexts: tuple[Context, ...]

    @property
    def name(self) -> str:
        """Its name as written, without quotes."""
        return (self.words[0].text or "") if self.words else ""


class Unit(Value, frozen=True, kw_only=True, gc=False):
    """One link of the outermost chain of a script.

    `command` is None for whatever is more than a simple command. `joint` is what follows it:
    `&&`, `;` (a line end too), or nothing at the end.
    """

    start: int
    end: int
    command: Command | None
    joint: str


class Script(Value, frozen=True, kw_only=True):
    """A shell script of an instruction.

    `commands` are all commands in the order of the text, `units` the outermost chain. A script
    with `has_error` was not understood and must not be edited. `interpreter` is that of the `#!`
    line of a heredoc, or what SHELL names in place of a shell; another one than a shell leaves
    commands empty. `mixed` is true where the command line has heredocs beside it.
    """

    source: SourceText
    commands: tuple[Command, ...]
    units: tuple[Unit, ...]
    has_error: bool
    interpreter: str = ""
    mixed: bool = False

    @property
    def foreign(self) -> bool:
        """Whether another program than a shell reads it."""
        return bool(self.interpreter) and self.interpreter not in SHELLS

    def span(self, start: int, end: int) -> Span:
        """Return the place in the file of a part of the script."""
        return self.source.span(start, end)


def fixed(raw: str) -> str | None:
    """Return what the shell makes of the word `raw`, None where that is not fixed."""
    if not _SPECIAL.search(raw):
        return raw
    out, quote, at = [], "", 0
    while at < len(raw):
        if plain := _PLAIN[quote].match(raw, at):
            out.append(plain.group())
            at = plain.end()
            continue
        char = raw[at]
        at += 1
        if quote == "'":
            quote, char = "", ""
        elif char in "$`":
            return None
        elif char == "\\" and (not quote or raw[at : at + 1] in ("$", "`", '"', "\\")):
            char = raw[at : at + 1]
            at += 1
        elif char == '"':
            quote, char = ("" if quote else char), ""
        elif not quote and char == "'":
            quote, char = char, ""
        elif not quote and (char in "*?[{(<>" or (char == "~" and at == 1)):
            return None
        out.append(char)
    return "".join(out)
