"""The shell inside RUN and the shell forms: commands, their words, and where each one stands.

tree-sitter-bash does the parsing. Two of its quirks are repaired here: it splits `a-$x-b` into
words that touch, and it hangs words that follow a redirection on that redirection.
"""

from enum import StrEnum

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from stepdown.dockerfile.heredoc import opening
from stepdown.dockerfile.instruction import Instruction
from stepdown.dockerfile.source import SourceText, Span
from stepdown.model.image import Value

_LANGUAGE = Language(tree_sitter_bash.language())
_SHELLS = frozenset(("sh", "bash", "dash", "ash"))


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


_CONTEXTS = {
    "if_statement": Context.CONDITION,
    "case_statement": Context.CONDITION,
    "ternary_expression": Context.CONDITION,
    "for_statement": Context.LOOP,
    "c_style_for_statement": Context.LOOP,
    "while_statement": Context.LOOP,
    "pipeline": Context.PIPE,
    "function_definition": Context.FUNCTION,
    "subshell": Context.SUBSHELL,
    "compound_statement": Context.GROUP,
    "command_substitution": Context.SUBSTITUTION,
    "process_substitution": Context.SUBSTITUTION,
    "negated_command": Context.NEGATION,
    "heredoc_redirect": Context.HEREDOC,
}
_COMMANDS = frozenset(
    (
        "command",
        "declaration_command",
        "unset_command",
        "test_command",
        "variable_assignment",
        "variable_assignments",
    )
)
_REDIRECTS = frozenset(("file_redirect", "heredoc_redirect", "herestring_redirect"))


class ShellWord(Value, frozen=True, kw_only=True):
    """One word of a command. `text` is None where it is not fixed: variables, globs, braces.

    `raw` is the word as written and `span` its place in the file; `start` and `end` are its place
    in the script.
    """

    raw: str
    text: str | None
    span: Span
    start: int
    end: int


class Command(Value, frozen=True, kw_only=True):
    """One simple command, its name being the first of `words`.

    `assignments` stand before the name; a command may consist of them alone. `start` and `end` are
    its place in the script, redirections included. `contexts` has the outermost first.
    """

    words: tuple[ShellWord, ...]
    assignments: tuple[ShellWord, ...]
    redirected: bool
    start: int
    end: int
    contexts: tuple[Context, ...]

    @property
    def name(self) -> str:
        """Its name, empty where that is not fixed or where it has none."""
        return (self.words[0].text or "") if self.words else ""

    @property
    def program(self) -> str:
        """Its name without the folders."""
        return self.name.rpartition("/")[2]


class Unit(Value, frozen=True, kw_only=True):
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
    line of a heredoc; another one than a shell leaves commands empty. `mixed` is true where the
    command line has heredocs beside it.
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
        return bool(self.interpreter) and self.interpreter not in _SHELLS

    def span(self, start: int, end: int) -> Span:
        """Return the place in the file of a part of the script."""
        return self.source.span(start, end)


def script(text: str, instruction: Instruction) -> Script | None:
    """Return the script of RUN, or of a shell form; None in exec form and without a command.

    `text` is the text of the file.
    """
    instruction = instruction.onbuild or instruction
    command = instruction.command
    if instruction.json is not None or not command.text:
        return None
    if not instruction.heredocs:
        return parse(command)
    body = instruction.heredocs[0].content(text)
    if opening(command.text) is None:
        return parse(_with_bodies(text, instruction), mixed=True)
    return parse(body, interpreter=_interpreter(body.text))


def _interpreter(body: str) -> str:
    if not body.startswith("#!"):
        return ""
    words = body.partition("\n")[0][2:].split()
    names = [word.rpartition("/")[2] for word in words if not word.startswith("-")]
    return next((name for name in names if name != "env"), "sh")


def _with_bodies(text: str, instruction: Instruction) -> SourceText:
    pieces = instruction.command.pieces()
    for one in instruction.heredocs:
        content = one.content(text)
        pieces += [(one.body.start - 1, "\n"), *content.pieces()]
        pieces.append((one.terminator.start, one.name))
    return SourceText.join(pieces)


def parse(source: SourceText, *, interpreter: str = "", mixed: bool = False) -> Script:
    """Parse a script."""
    if interpreter and interpreter not in _SHELLS:
        return Script(
            source=source, commands=(), units=(), has_error=False, interpreter=interpreter
        )
    reader = _Reader(source)
    root = Parser(_LANGUAGE).parse(reader.encoded).root_node
    reader.visit(root, ())
    return Script(
        source=source,
        commands=tuple(sorted(reader.commands, key=lambda command: command.start)),
        units=reader.units(root),
        has_error=root.has_error,
        interpreter=interpreter,
        mixed=mixed,
    )


def fixed(raw: str) -> str | None:
    """Return what the shell makes of the word `raw`, None where that is not fixed."""
    out, quote, at = [], "", 0
    while at < len(raw):
        char = raw[at]
        at += 1
        if quote == "'":
            quote, char = ("", "") if char == "'" else (quote, char)
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


class _Reader:
    """Collects the commands of one parsed script."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self.encoded = source.text.encode("utf-8", "surrogateescape")
        self._ascii = len(self.encoded) == len(source.text)
        self.commands: list[Command] = []
        self._by_node: dict[int, Command] = {}

    def _offset(self, byte: int) -> int:
        if self._ascii:
            return byte
        return len(self.encoded[:byte].decode("utf-8", "surrogateescape"))

    def visit(self, node: Node, contexts: tuple[Context, ...]) -> None:
        """Collect the commands at and below `node`."""
        if node.type == "redirected_statement":
            self._redirected(node, contexts)
            return
        if node.type in _COMMANDS:
            self._command(node, contexts, redirects=[])
            return
        context = _CONTEXTS.get(node.type)
        if node.type == "list" and any(child.type == "||" for child in node.children):
            context = Context.OR
        inner = (*contexts, context) if context else contexts
        for number, child in enumerate(node.children):
            after = node.children[number + 1].type if number + 1 < node.child_count else ""
            self.visit(child, (*inner, Context.BACKGROUND) if after == "&" else inner)

    def _redirected(self, node: Node, contexts: tuple[Context, ...]) -> None:
        """Give redirections to the last command of what they follow, where they belong."""
        body = node.children[0]
        redirects = [child for child in node.children if child.type in _REDIRECTS]
        while body.type == "list" and body.children:
            if any(child.type == "||" for child in body.children):
                contexts = (*contexts, Context.OR)
            for child in body.children[:-1]:
                self.visit(child, contexts)
            body = body.children[-1]
        if body.type in _COMMANDS:
            self._command(body, contexts, redirects)
            return
        for child in [body, *redirects] if body not in redirects else redirects:
            self.visit(child, contexts)

    def _command(self, node: Node, contexts: tuple[Context, ...], redirects: list[Node]) -> None:
        children = node.children if node.type != "variable_assignment" else [node]
        redirects = [*(one for one in children if one.type in _REDIRECTS), *redirects]
        parts = [one for one in children if one.type not in _REDIRECTS]
        parts += [word for one in redirects for word in _stray_words(one)]
        parts.sort(key=lambda one: one.start_byte)
        command = Command(
            words=self._words([one for one in parts if not _assigns(one, node)]),
            assignments=self._words([one for one in parts if _assigns(one, node)]),
            redirected=bool(redirects),
            start=self._offset(node.start_byte),
            end=self._offset(max(one.end_byte for one in (node, *redirects))),
            contexts=contexts,
        )
        self.commands.append(command)
        self._by_node[node.id] = command
        for child in (*node.children, *redirects):
            self._nested(child, contexts)

    def _nested(self, node: Node, contexts: tuple[Context, ...]) -> None:
        """Collect the commands of substitutions inside of words."""
        if node.type in _CONTEXTS:
            self.visit(node, contexts)
            return
        for child in node.children:
            self._nested(child, contexts)

    def _words(self, nodes: list[Node]) -> tuple[ShellWord, ...]:
        """Make words of nodes; nodes that touch are one word."""
        places: list[tuple[int, int]] = []
        for node in nodes:
            if places and places[-1][1] == node.start_byte:
                places[-1] = (places[-1][0], node.end_byte)
            else:
                places.append((node.start_byte, node.end_byte))
        return tuple(self._word(self._offset(start), self._offset(end)) for start, end in places)

    def _word(self, start: int, end: int) -> ShellWord:
        raw = self._source.text[start:end]
        return ShellWord(
            raw=raw, text=fixed(raw), span=self._source.span(start, end), start=start, end=end
        )

    def units(self, root: Node) -> tuple[Unit, ...]:
        """Return the outermost chain."""
        found: list[tuple[Node, int, str]] = []
        for child in root.children:
            if child.type in (";", "\n", ";;", "&"):
                found[-1] = (*found[-1][:2], ";")
            elif child.type != "comment":
                found += _links(child, child.end_byte)
        last = len(found) - 1
        return tuple(
            Unit(
                start=self._offset(node.start_byte),
                end=self._offset(end),
                command=self._by_node.get(node.id),
                joint=joint or (";" if number < last else ""),
            )
            for number, (node, end, joint) in enumerate(found)
        )


def _assigns(node: Node, command: Node) -> bool:
    """Tell whether a part of a command is an assignment before its name."""
    return node.type == "variable_assignment" and command.type != "declaration_command"


def _stray_words(redirect: Node) -> list[Node]:
    """Return the words behind a redirection that belong to the command."""
    if redirect.type != "file_redirect":
        return []
    named = [one for one in redirect.children if one.is_named and one.type != "file_descriptor"]
    closes = any(one.type in ("<&-", ">&-") for one in redirect.children)
    return named if closes else named[1:]


def _links(node: Node, end: int) -> list[tuple[Node, int, str]]:
    """Flatten a list of `&&`; each link with where it ends and what follows it."""
    if node.type == "redirected_statement" and node.children[0].type in _COMMANDS | {"list"}:
        return _links(node.children[0], end)
    if node.type == "list" and all(one.type != "||" for one in node.children):
        left, right = node.children[0], node.children[-1]
        links = _links(left, left.end_byte)
        links[-1] = (*links[-1][:2], "&&")
        return links + _links(right, end)
    return [(node, end, "")]
