"""Reads plain scripts without the grammar: simple commands joined by `&&`, `;`, `|` or line ends.

Most scripts of Dockerfiles are no more than that. What is found in them is what the grammar finds,
in a fraction of its time; whatever might be more is left to the grammar.
"""

import re
from collections.abc import Sequence

from stepdown.dockerfile.shell import Command, Context, ShellWord, Unit, fixed
from stepdown.dockerfile.source import SourceText

# Words that begin more than a simple command, or a command of another kind.
_BEGINNINGS = (
    "if|then|else|elif|fi|for|while|until|do|done|case|esac|in|function|select|time|coproc"
    "|declare|typeset|export|readonly|local|unset|unsetenv"
)


def _ascii_but(excluded: str) -> str:
    """Return the class of ASCII characters without some; a negated one takes long to compile."""
    kept = (chr(code) for code in range(128) if chr(code) not in excluded + "\n\f\r\v")
    return f"[{''.join(map(re.escape, kept))}]"


_VARIABLE = r"\$(?:[A-Za-z_]\w*+|\{[A-Za-z_]\w*+\})"
_IN_SINGLE, _IN_DOUBLE = _ascii_but("'\\<"), _ascii_but('"$`\\<')
_SINGLE = rf"'(?:{_IN_SINGLE}++|\\(?![ \t])|<(?!<))*+'"
_DOUBLE = rf'"(?:{_IN_DOUBLE}++|\\[!-~]|<(?!<)|{_VARIABLE})*+"'
_QUOTED = rf"{_SINGLE}|{_DOUBLE}|{_VARIABLE}"
_SAFE = r"-\w./:=@%+,^"
_PARTS = rf"(?:[{_SAFE}*?~]++|{_QUOTED})"
_BEGUN = r"[A-Za-z_]\w*+\+?="
_ASSIGNED = rf"{_BEGUN}{_PARTS}*+"
_REDIRECT = rf"[012]?(?:>&[012](?!{_PARTS})|(?:>>?|<)[ \t]*+(?!=)(?:[\w./+-]++|{_QUOTED})++)"
_NAME = (
    rf"(?!(?:{_BEGINNINGS})(?![\w./+-]))(?:(?![+-])(?:[\w./+-]++|{_QUOTED})++|:)"
    r"(?![*?~=@%,^:<>])"
)
# An argument that begins with an equals sign is the operator of a comparison to the grammar.
_CALL = (
    rf"(?:{_ASSIGNED}[ \t]++)*+{_NAME}"
    rf"(?:[ \t]++(?:{_REDIRECT}(?=[\s;&|]|\Z)|(?![=<>]){_PARTS}++(?![<>])))*+"
)
_JOINT = r"&&[ \t\n]*+(?!\Z)|[;\n][ \t\n]*+|\Z"
_SCRIPT = re.compile(
    rf"[ \t\n]*+(?:(?:{_CALL}(?:[ \t]*+\|[ \t\n]*+{_CALL})*+|{_ASSIGNED})[ \t]*+(?:{_JOINT}))*+",
    re.ASCII,
)
_TOKEN = re.compile(
    rf"[ \t]*+(?:([{_SAFE}]++)(?![*?~'\"$<>])|(&&|[;\n])|({_REDIRECT})|(\|)|({_PARTS}++))", re.ASCII
)
_LITERAL, _JOINED, _REDIRECTED, _PIPED = 1, 2, 3, 4  # the groups of the pattern for tokens
_ASSIGNMENT = re.compile(_BEGUN, re.ASCII)


def read(source: SourceText) -> tuple[list[Command], list[Unit]] | None:
    """Return commands and outermost chain of a plain script; None for a script of another kind."""
    text = source.text
    if not _SCRIPT.fullmatch(text):
        return None
    chain = _Chain()
    words: list[ShellWord] = []
    for token in _TOKEN.finditer(text, 0, len(text.rstrip(" \t\n"))):
        kind = token.lastindex or 0
        if kind == _LITERAL or kind > _PIPED:
            raw = token[kind]
            start, end = token.span(kind)
            fix = raw if kind == _LITERAL else fixed(raw)
            words.append(ShellWord(raw=raw, text=fix, source=source, start=start, end=end))
        elif kind == _REDIRECTED:
            chain.redirected = token.end()
        elif kind == _PIPED:
            chain.pipe(words)
            words = []
        elif words:
            chain.join(words, "&&" if token[kind] == "&&" else ";")
            words = []
    if words:
        chain.join(words, "")
    return chain.commands, chain.units


class _Chain:
    """The commands so far, and the links of the chain; `redirected` is where a redirection ends."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.units: list[Unit] = []
        self.redirected = 0
        self._piped = -1

    def pipe(self, words: list[ShellWord]) -> None:
        """Add a command whose output goes to the next one."""
        command = self._command(words, (Context.PIPE,))
        if self._piped < 0:
            self._piped = command.start

    def join(self, words: list[ShellWord], joint: str) -> None:
        """Add the last command of a link."""
        if self._piped < 0:
            command = self._command(words, ())
            unit = Unit(start=command.start, end=command.end, command=command, joint=joint)
        else:
            command = self._command(words, (Context.PIPE,))
            unit = Unit(start=self._piped, end=command.end, command=None, joint=joint)
            self._piped = -1
        self.units.append(unit)

    def _command(self, words: list[ShellWord], contexts: tuple[Context, ...]) -> Command:
        count = leading(words)
        name = words[count].text if count < len(words) else None
        command = Command(
            program=name.rpartition("/")[2] if name else "",
            words=tuple(words[count:] if count else words),
            assignments=tuple(words[:count]) if count else (),
            redirected=self.redirected > 0,
            start=words[0].start,
            end=max(words[-1].end, self.redirected),
            contexts=contexts,
        )
        self.redirected = 0
        self.commands.append(command)
        return command


def leading(words: Sequence[ShellWord]) -> int:
    """Return how many words at the beginning of a command set variables."""
    for at, word in enumerate(words):
        if not _ASSIGNMENT.match(word.raw):
            return at
    return len(words)
