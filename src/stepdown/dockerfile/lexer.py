r"""The word lexer of Dockerfiles: quotes, escapes and `$` substitution, by BuildKit's rules.

The rules are those of `frontend/dockerfile/shell` in moby/buildkit. Substitution knows `$name`,
`${name}`, `:-`, `-`, `:+`, `+`, `:?`, `?`, `#`, `##`, `%`, `%%`, `/` and `//`.
"""

import re
from collections.abc import Mapping

from stepdown.dockerfile.lines import BYTE_ORDER_MARK, SPACES
from stepdown.errors import DockerfileError

_SPECIAL = "@*#?-$!0"
_BLANKS = "\t\r "
_SPACE = re.compile(f"[{SPACES}]")
_CHUNK = re.compile(r"[^$<'\"\\`{}/]+")  # nothing in it means anything to the lexer
_PLAIN = re.compile(r"[a-zA-Z0-9_./:@-]*")
_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})", re.ASCII)
_NOTHING: Mapping[str, str] = {}


def expand(word: str, variables: Mapping[str, str], *, escape: str = "\\") -> str:
    """Return `word` without its quotes and with its variables filled in; unset ones are empty.

    Raises DockerfileError for a substitution that is malformed or says (`:?`) that it must be set.
    """
    if _PLAIN.fullmatch(word):
        return word
    if variable := _VARIABLE.fullmatch(word):
        return variables.get(variable[1] or variable[2], "")
    return _Lexer(word, escape, variables, keep_unset=False).whole()


def raw_words(line: str) -> list[str]:
    """Split `line` at white space outside of quotes, keeping quotes, escapes and variables.

    Raises DockerfileError where a quote or a brace does not end.
    """
    lexer = _Lexer(line, "\\", _NOTHING, keep_unset=True, raw_quotes=True, raw_escapes=True)
    lexer.whole()
    return lexer.words()


def words(line: str, *, raw_quotes: bool = False) -> list[str]:
    """Split `line` into words, without quotes (unless `raw_quotes`) and without escapes."""
    lexer = _Lexer(line, "\\", _NOTHING, keep_unset=True, raw_quotes=raw_quotes)
    lexer.whole()
    return lexer.words()


class _Lexer:
    """One pass over one text. A text without an end of a quote or brace is a DockerfileError."""

    def __init__(  # noqa: PLR0913  (the five ways in which BuildKit's lexer differs by its use)
        self,
        text: str,
        escape: str,
        variables: Mapping[str, str],
        *,
        keep_unset: bool,
        raw_quotes: bool = False,
        raw_escapes: bool = False,
    ) -> None:
        self._text = text
        # Go's scanner skips a byte order mark at the beginning of whatever it reads.
        self._at = int(text.startswith(BYTE_ORDER_MARK))
        self._escape = escape
        self._variables = variables
        self._keep_unset = keep_unset
        self._raw_quotes = raw_quotes
        self._raw_escapes = raw_escapes
        self._words: list[list[str]] = []

    def words(self) -> list[str]:
        """Return the words of the outermost text."""
        return [word for word in map("".join, self._words) if word]

    def whole(self) -> str:
        """Return the whole text and remember its words."""
        try:
            return self._whole()
        except RecursionError as error:
            raise DockerfileError(
                f"{self._text!r} is nested too deeply", hint="Use a variable for the inner part."
            ) from error

    def _whole(self) -> str:
        words: list[list[str]] = [[]]
        parts: list[str] = []
        while char := self._peek():
            part, splits = self._part(char)
            parts.append(part)
            if not splits:
                words[-1].append(part)
                continue
            first, *others = _SPACE.split(part)
            words[-1].append(first)
            words += [[other] for other in others]
        self._words = words
        return "".join(parts)

    def _until(self, stop: str, *, raw_escapes: bool) -> str:
        """Return the text up to `stop`, which is read too."""
        before, self._raw_escapes = self._raw_escapes, raw_escapes
        parts: list[str] = []
        while (char := self._peek()) and char != stop:
            parts.append(self._part(char)[0])
        if not self._next():
            raise DockerfileError(
                f"{self._text!r} lacks its closing {stop!r}",
                hint="Close it, or escape its first character.",
            )
        self._raw_escapes = before
        return "".join(parts)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        char = self._peek()
        self._at += len(char)
        return char

    def _part(self, char: str) -> tuple[str, bool]:
        """Return the next part and whether white space in it splits words."""
        if char == "$":
            return self._dollar(), True
        if char == "<":
            return self._heredoc(), False
        if char in ("'", '"'):
            return self._single() if char == "'" else self._double(), False
        if char == self._escape:
            self._next()
            return (char if self._raw_escapes else "") + self._next(), False
        chunk = _CHUNK.match(self._text, self._at)
        self._at = chunk.end() if chunk else self._at + 1
        return chunk.group() if chunk else char, True

    def _heredoc(self) -> str:
        # White space between << and its word does not split them.
        start = self._at
        self._at += 1
        if self._peek() == "<":
            self._at += 1
            while self._peek() in _BLANKS and self._peek():
                self._at += 1
        return self._text[start : self._at]

    def _single(self) -> str:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            raise DockerfileError(
                f"{self._text!r} lacks its closing single quote", hint="Close it, or escape it."
            )
        quoted = self._text[self._at : end + 1]
        self._at = end + 1
        return quoted if self._raw_quotes else quoted[1:-1]

    def _double(self) -> str:
        quote = self._next() if self._raw_quotes else self._next()[:0]
        parts = [quote]
        while (char := self._peek()) != '"':
            if not char:
                raise DockerfileError(
                    f"{self._text!r} lacks its closing double quote", hint="Close it, or escape it."
                )
            parts.append(self._dollar() if char == "$" else self._quoted())
        self._next()
        return "".join([*parts, quote])

    def _quoted(self) -> str:
        char = self._next()
        if char != self._escape:
            return char
        after = self._peek()
        kept = char if self._raw_escapes else ""
        if after in ('"', "$", self._escape) and after:
            return kept + self._next()
        return kept + (char if after else "")

    def _name(self) -> str:
        first = self._peek()
        if first and first in _SPECIAL and first != "0":
            return self._next()
        belongs = str.isdecimal if first.isdecimal() else _of_name
        start = self._at
        while (char := self._peek()) and belongs(char):
            self._at += 1
        return self._text[start : self._at]

    def _dollar(self) -> str:
        self._next()
        if self._peek() != "{":
            name = self._name()
            if not name:
                return "$"
            return self._variables.get(name, f"${name}" if self._keep_unset else "")
        self._next()
        return self._braces()

    def _braces(self) -> str:
        if self._peek() in ("{", ":", "}", ""):
            raise DockerfileError(
                f"{self._text!r} holds a bad substitution",
                hint="Write it like ${NAME} or ${NAME:-default}.",
            )
        name = self._name()
        value = self._variables.get(name)
        operator = self._next()
        if operator == "}":
            return value or (f"${{{name}}}" if value is None and self._keep_unset else "")
        if operator == ":":
            operator += self._next()
        if operator == "/":
            return self._replace(name, value)
        return self._modified(name, value, operator)

    def _modified(self, name: str, value: str | None, operator: str) -> str:
        if operator in ("", ":", ":#", ":%") or operator[0] not in ":-+?#%":
            raise DockerfileError(
                f"{self._text!r} holds an unknown substitution",
                hint="Write it like ${NAME} or ${NAME:-default}.",
            )
        word = self._until("}", raw_escapes=operator in ("#", "%"))
        if value is None and self._keep_unset:
            return f"${{{name}{operator}{word}}}"
        if operator[-1] not in "-+?#%":
            raise DockerfileError(
                f"{self._text!r} holds an unknown substitution",
                hint="Write it like ${NAME} or ${NAME:-default}.",
            )
        unset = value is None or (operator.startswith(":") and not value)
        value = value or ""
        match operator[-1]:
            case "-":
                return word if unset else value
            case "+":
                return "" if unset else word
            case "?":
                if unset:
                    raise DockerfileError(
                        f"{name}: {word or 'must be set'}",
                        hint=f"Give it a value: --build-arg {name}=VALUE.",
                    )
                return value
            case "#":
                return _without_prefix(word, value)
            case _:
                return _without_suffix(word, value)

    def _replace(self, name: str, value: str | None) -> str:
        operator = "/"
        if self._peek() == "/":
            operator += self._next()
        pattern = self._until("/", raw_escapes=True)
        replacement = self._until("}", raw_escapes=True)
        if value is None and self._keep_unset:
            return f"${{{name}{operator}{pattern}/{replacement}}}"
        count = 0 if operator == "//" else 1
        return _pattern(pattern).sub(lambda _: replacement, value or "", count=count)


def _of_name(char: str) -> bool:
    return char == "_" or char.isalpha() or char.isdecimal()


def _pattern(pattern: str, *, greedy: bool = True) -> re.Pattern[str]:
    r"""Translate a shell pattern; it knows `*`, `?` and `\`, but no brackets."""
    out, at = [], 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            out.append(".*" if greedy else ".*?")
        elif char == "?":
            out.append(".")
        elif char != "\\":
            out.append(re.escape(char))
        elif pattern[at : at + 1] in ("*", "?", "\\"):
            out.append(re.escape(pattern[at]))
            at += 1
        elif pattern[at : at + 1] not in ("}", "/"):
            raise DockerfileError(
                f"invalid pattern {pattern!r} in a substitution",
                hint="Write the pattern with *, ? and characters alone.",
            )
    return re.compile("".join(out))


def _without_prefix(word: str, value: str) -> str:
    greedy = word.startswith("#")
    match = _pattern(word[greedy:], greedy=greedy).match(value)
    return value[match.end() :] if match else value


def _without_suffix(word: str, value: str) -> str:
    greedy = word.startswith("%")
    pattern = _pattern(word[greedy:])
    starts = range(len(value) + 1) if greedy else range(len(value), -1, -1)
    for start in starts:
        if pattern.fullmatch(value, start):
            return value[:start]
    return value
