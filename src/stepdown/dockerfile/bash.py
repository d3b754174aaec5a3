"""Reads shell scripts with tree-sitter-bash, and finds the script of an instruction.

Two quirks of the grammar are repaired here: it splits `a-$x-b` into words that touch, and it hangs
words that follow a redirection on that redirection. Nothing here recurses: scripts nest deeply.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from stepdown.dockerfile.heredoc import opening
from stepdown.dockerfile.instruction import Instruction
from stepdown.dockerfile.shell import SHELLS, Command, Context, Script, ShellWord, Unit, fixed
from stepdown.dockerfile.source import SourceText

_LANGUAGE = Language(tree_sitter_bash.language())
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
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_Place = tuple[Node, tuple[Context, ...]]


def script(text: str, instruction: Instruction, shell: tuple[str, ...] = ()) -> Script | None:
    """Return the script of RUN, or of a shell form; None in exec form and without a command.

    `text` is the text of the file, `shell` the words of the SHELL that reads the script.
    """
    instruction = instruction.onbuild or instruction
    command = instruction.command
    if not command.text or instruction.json is not None:
        return None
    other = _other_than_shell(shell)
    if not instruction.heredocs:
        return parse(command, interpreter=other)
    if opening(command.text) is None:
        return parse(_with_bodies(text, instruction), interpreter=other, mixed=True)
    body = instruction.heredocs[0].content(text)
    return parse(body, interpreter=_interpreter(body.text) or other)


def _other_than_shell(words: tuple[str, ...]) -> str:
    """Return what reads the scripts in place of a shell, as powershell; mostly nothing."""
    names = [re.split(r"[/\\\\]", word)[-1].lower().removesuffix(".exe") for word in words]
    return "" if not names or SHELLS & set(names) else names[0]


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
    if interpreter and interpreter not in SHELLS:
        return Script(
            source=source, commands=(), units=(), has_error=False, interpreter=interpreter
        )
    reader = _Reader(source)
    root = Parser(_LANGUAGE).parse(reader.encoded).root_node
    reader.read(root)
    return Script(
        source=source,
        commands=tuple(sorted(reader.commands, key=_start)),
        units=reader.units(root),
        has_error=root.has_error,
        interpreter=interpreter,
        mixed=mixed,
    )


def _start(command: Command) -> int:
    return command.start


class _Offsets:
    """Turns offsets of the encoded text into those of the text."""

    def __init__(self, text: str) -> None:
        wide = [
            (match.start(), len(match.group().encode("utf-8", "surrogateescape")) - 1)
            for match in _NOT_ASCII.finditer(text)
        ]
        before = accumulate((more for _, more in wide), initial=0)
        self._surplus = list(before)
        self._ends = [
            at + 1 + surplus for (at, _), surplus in zip(wide, self._surplus[1:], strict=True)
        ]

    def __call__(self, byte: int) -> int:
        """Return the offset in the text of the character that begins at `byte`."""
        return byte - self._surplus[bisect_right(self._ends, byte)]


class _Reader:
    """Collects the commands of one parsed script."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self.encoded = source.text.encode("utf-8", "surrogateescape")
        self._offset = int if source.text.isascii() else _Offsets(source.text)
        self.commands: list[Command] = []
        self._by_node: dict[int, Command] = {}

    def read(self, root: Node) -> None:
        """Collect the commands below `root`."""
        rest: list[_Place] = [(root, ())]
        while rest:
            node, contexts = rest.pop()
            if node.type == "redirected_statement":
                rest += self._redirected(node, contexts)
            elif node.type in _COMMANDS:
                rest += self._command(node, contexts, [])
            else:
                rest += _inside(node, contexts)

    def _redirected(self, node: Node, contexts: tuple[Context, ...]) -> list[_Place]:
        """Give redirections to the last command of what they follow, where they belong."""
        body = node.children[0]
        redirects = [child for child in node.children if child.type in _REDIRECTS]
        rest: list[_Place] = []
        while body.type == "list" and body.children:
            contexts = _within(body, contexts)
            rest += [(child, contexts) for child in body.children[:-1]]
            body = body.children[-1]
        if body.type in _COMMANDS:
            return rest + self._command(body, contexts, redirects)
        others = [body, *redirects] if body not in redirects else redirects
        return rest + [(child, contexts) for child in others]

    def _command(
        self, node: Node, contexts: tuple[Context, ...], redirects: list[Node]
    ) -> list[_Place]:
        """Collect one command; return the substitutions inside of its words."""
        children = node.children if node.type != "variable_assignment" else [node]
        redirects = [*(one for one in children if one.type in _REDIRECTS), *redirects]
        parts = [one for one in children if one.type not in _REDIRECTS]
        if redirects:
            parts += [word for one in redirects for word in _stray_words(one)]
            parts.sort(key=lambda one: one.start_byte)
        declares = node.type == "declaration_command"
        names = [one for one in parts if declares or one.type != "variable_assignment"]
        assigned = [one for one in parts if not declares and one.type == "variable_assignment"]
        command = Command(
            words=self._words(names),
            assignments=self._words(assigned),
            redirected=bool(redirects),
            start=self._offset(node.start_byte),
            end=self._offset(max(one.end_byte for one in (node, *redirects))),
            contexts=contexts,
        )
        self.commands.append(command)
        self._by_node[node.id] = command
        return [(one, contexts) for one in _substitutions([*node.children, *redirects])]

    def _words(self, nodes: list[Node]) -> tuple[ShellWord, ...]:
        """Make words of nodes; nodes that touch are one word."""
        places: list[tuple[int, int]] = []
        for node in nodes:
            start, end = node.start_byte, node.end_byte
            if places and places[-1][1] == start:
                places[-1] = (places[-1][0], end)
            else:
                places.append((start, end))
        return tuple([self._word(self._offset(start), self._offset(end)) for start, end in places])

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
                found += _links(child)
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


def _within(node: Node, contexts: tuple[Context, ...]) -> tuple[Context, ...]:
    """Return the contexts of what stands in `node`. A chain of `||` is one context."""
    context = _CONTEXTS.get(node.type)
    if node.type == "list" and contexts[-1:] != (Context.OR,):
        context = Context.OR if any(child.type == "||" for child in node.children) else None
    return (*contexts, context) if context else contexts


def _inside(node: Node, contexts: tuple[Context, ...]) -> Iterator[_Place]:
    """Yield what stands in `node`, each with what is around it."""
    if not node.child_count:
        return
    contexts = _within(node, contexts)
    children = node.children
    for number, child in enumerate(children, 1):
        background = number < len(children) and children[number].type == "&"
        if child.is_named:
            yield child, (*contexts, Context.BACKGROUND) if background else contexts


def _substitutions(nodes: list[Node]) -> Iterator[Node]:
    """Yield the parts of words that hold commands."""
    rest = [one for one in nodes if one.child_count]
    while rest:
        node = rest.pop()
        if node.type in _CONTEXTS:
            yield node
        else:
            rest += [one for one in node.children if one.child_count]


def _stray_words(redirect: Node) -> list[Node]:
    """Return the words behind a redirection that belong to the command."""
    if redirect.type != "file_redirect":
        return []
    named = [one for one in redirect.children if one.is_named and one.type != "file_descriptor"]
    closes = any(one.type in ("<&-", ">&-") for one in redirect.children)
    return named if closes else named[1:]


def _links(node: Node) -> list[tuple[Node, int, str]]:
    """Flatten a list of `&&`; each link with where it ends and what follows it."""
    found: list[tuple[Node, int, str]] = []
    rest = [(node, node.end_byte, "")]
    while rest:
        node, end, joint = rest.pop()
        body = node.children[0] if node.type == "redirected_statement" else node
        if body is not node and body.type in _COMMANDS | {"list"}:
            rest.append((body, end, joint))
        elif node.type == "list" and all(one.type != "||" for one in node.children):
            left, right = node.children[0], node.children[-1]
            rest += [(left, left.end_byte, "&&"), (right, end, joint)]
        else:
            found.append((node, end, joint))
    return found[::-1]
