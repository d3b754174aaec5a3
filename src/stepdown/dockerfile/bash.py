"""Reads shell scripts with tree-sitter-bash, and finds the script of an instruction.

Quirks of the grammar are repaired here: it splits `a-$x-b` and `A=$x:$y` into words that touch, it
hangs words that follow a redirection on that redirection, and after `A=1 B=2` it reads over the end
of the line. Nothing here recurses: scripts nest deeply.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, pairwise

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from stepdown.dockerfile import plain
from stepdown.dockerfile.heredoc import opening
from stepdown.dockerfile.instruction import Instruction
from stepdown.dockerfile.plain import leading
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
_CHAINED = _COMMANDS | {"list"}
_SERIES = frozenset(("list", "pipeline"))
_REDIRECTS = frozenset(("file_redirect", "heredoc_redirect", "herestring_redirect"))
_SEPARATORS = frozenset((";", "\n", ";;", "&"))
_NOWHERE: tuple[Context, ...] = ()
_BACKGROUND = (Context.BACKGROUND,)
_NESTING = re.compile(rb"[$`({]")  # one of these stands in every word that holds commands
# What the grammar reads otherwise than shells do, without a word: white space that is none to them,
# an escaped blank as a word, a number or a name with a blank where a heredoc begins.
_UNSURE = re.compile(
    r"[\f\r\v]|(?<!\S)\\[ \t]|(?<!\S)\d+<<|(?<!<)<<-?[ \t]*(['\"])[^'\"\s]*[ \t][^'\"\n]*\1"
)
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
    found = plain.read(source)
    if found is None:
        return by_grammar(source, interpreter=interpreter, mixed=mixed)
    return Script(
        source=source,
        commands=tuple(found[0]),
        units=tuple(found[1]),
        has_error=False,
        interpreter=interpreter,
        mixed=mixed,
    )


def by_grammar(source: SourceText, *, interpreter: str = "", mixed: bool = False) -> Script:
    """Parse a script of any kind for a shell."""
    reader = _Reader(source)
    has_error = reader.read()
    return Script(
        source=source,
        commands=tuple(sorted(reader.commands, key=_start)),
        units=tuple(reversed(reader.units)),
        has_error=has_error or _UNSURE.search(source.text) is not None,
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
    """Collects the commands of one script, and its outermost chain from the end.

    Each node is looked at once and then forgotten, since a node keeps all that is below it.
    """

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self._encoded = source.text.encode("utf-8", "surrogateescape")
        self._offset = int if source.text.isascii() else _Offsets(source.text)
        self._rest: list[_Place] = []
        self._has_error = False
        self._breaks = "\n" in source.text
        self.commands: list[Command] = []
        self.units: list[Unit] = []

    def read(self) -> bool:
        """Collect everything; tell whether a part was not understood."""
        root = Parser(_LANGUAGE).parse(self._encoded).root_node
        self._has_error, todo = root.has_error, list(root.children)
        del root
        joint, contexts = "", _NOWHERE
        while todo:
            node = todo.pop()
            kind = node.type
            if kind in _SEPARATORS:
                joint, contexts = ";", _BACKGROUND if kind == "&" else _NOWHERE
            elif kind != "comment":
                self._chain(node, joint, contexts)
                joint, contexts = ";", _NOWHERE
        self._below()
        return self._has_error

    def _chain(self, node: Node, joint: str, contexts: tuple[Context, ...]) -> None:
        """Collect the links of a list of `&&`, from the last to the first."""
        todo: list[tuple[Node, int, str, list[Node]]] = [(node, node.end_byte, joint, [])]
        while todo:
            node, end, joint, redirects = todo.pop()
            kind = node.type
            if kind == "redirected_statement" and not redirects:
                body = node.children[0]
                if body.type in _CHAINED:
                    redirects = [one for one in node.children if one.type in _REDIRECTS]
                    todo.append((body, end, joint, redirects))
                    continue
            if kind == "list" and _is_and(node):
                left, *between, right = node.children
                self._rest += [(one, contexts) for one in between if one.is_named]
                todo += [(left, left.end_byte, "&&", []), (right, end, joint, redirects)]
                continue
            command = self._link(node, kind, contexts, redirects)
            start = self._offset(node.start_byte)
            self.units.append(
                Unit(start=start, end=self._offset(end), command=command, joint=joint)
            )

    def _link(
        self, node: Node, kind: str, contexts: tuple[Context, ...], redirects: list[Node]
    ) -> Command | None:
        if kind in _COMMANDS:
            return self._command(node, kind, contexts, redirects)
        if redirects:
            self._redirected(node, redirects, contexts)
        else:
            self._rest.append((node, contexts))
        return None

    def _below(self) -> None:
        """Collect the commands of all that is more than a simple command."""
        while self._rest:
            node, contexts = self._rest.pop()
            kind = node.type
            if kind == "redirected_statement":
                redirects = [one for one in node.children if one.type in _REDIRECTS]
                self._redirected(node.children[0], redirects, contexts)
            elif kind in _COMMANDS:
                self._command(node, kind, contexts, [])
            else:
                self._rest += _inside(node, kind, contexts)

    def _redirected(self, body: Node, redirects: list[Node], contexts: tuple[Context, ...]) -> None:
        """Give redirections to the last command of what they follow, where they belong."""
        while (kind := body.type) in _SERIES and body.children:
            contexts = _within(body, kind, contexts)
            self._rest += [(child, contexts) for child in body.children[:-1]]
            body = body.children[-1]
        if kind in _COMMANDS:
            self._command(body, kind, contexts, redirects)
            return
        others = [body, *redirects] if body not in redirects else redirects
        self._rest += [(child, contexts) for child in others]

    def _command(
        self, node: Node, kind: str, contexts: tuple[Context, ...], redirects: list[Node]
    ) -> Command:
        """Collect one command, and leave the substitutions inside of its words for later."""
        names, assigned, behind = [], [], [*redirects]
        declares = kind == "declaration_command"
        stop = -1
        for one in node.children if kind != "variable_assignment" else [node]:
            part = one.type
            if part in _REDIRECTS:
                behind.append(one)
            elif not declares and (part == "variable_assignment" or one.start_byte == stop):
                assigned.append(one)
                stop = one.end_byte
            else:
                names.append(one)
        end = node.end_byte
        if behind:
            names += [word for one in behind for word in _stray_words(one)]
            names.sort(key=_start_byte)
            end = max(end, *(one.end_byte for one in behind))
        words = self._words(names)
        values = self._words(assigned) if assigned else ()
        if not declares and (more := leading(words)):
            values, words = (*values, *words[:more]), words[more:]
        if self._breaks and any(map(self._breaks_off, pairwise((*values, *words)))):
            self._has_error = True
        name = words[0].text if words else None
        command = Command(
            program=name.rpartition("/")[2] if name else "",
            words=words,
            assignments=values,
            redirected=bool(behind),
            start=self._offset(node.start_byte),
            end=self._offset(end),
            contexts=contexts,
        )
        self.commands.append(command)
        if behind or _NESTING.search(self._encoded, node.start_byte, end):
            nested = _substitutions([*node.children, *redirects])
            self._rest += [(one, contexts) for one in nested]
        return command

    def _breaks_off(self, neighbours: tuple[ShellWord, ShellWord]) -> bool:
        """Tell whether a line ends between two words, so that they belong to two commands."""
        one, two = neighbours
        gap = self._source.text[one.end : two.start]
        return "\n" in gap and "\n" in gap.replace("\\\n", "")

    def _words(self, nodes: list[Node]) -> tuple[ShellWord, ...]:
        """Make words of nodes; nodes that touch are one word."""
        places: list[tuple[int, int]] = []
        last = -1
        for node in nodes:
            start, end = node.start_byte, node.end_byte
            places.append((start if start != last else places.pop()[0], end))
            last = end
        offset = self._offset
        return tuple([self._word(offset(start), offset(end)) for start, end in places])

    def _word(self, start: int, end: int) -> ShellWord:
        raw = self._source.text[start:end]
        return ShellWord(raw=raw, text=fixed(raw), source=self._source, start=start, end=end)


def _start_byte(node: Node) -> int:
    return node.start_byte


def _is_and(node: Node) -> bool:
    return "||" not in [one.type for one in node.children]


def _within(node: Node, kind: str, contexts: tuple[Context, ...]) -> tuple[Context, ...]:
    """Return the contexts of what stands in `node`. A chain of `||` is one context."""
    context = _CONTEXTS.get(kind)
    if kind == "list" and contexts[-1:] != (Context.OR,):
        context = None if _is_and(node) else Context.OR
    return (*contexts, context) if context else contexts


def _inside(node: Node, kind: str, contexts: tuple[Context, ...]) -> Iterator[_Place]:
    """Yield what stands in `node`, each with what is around it."""
    children = node.children
    if not children:
        return
    contexts = _within(node, kind, contexts)
    for number, child in enumerate(children, 1):
        if child.is_named:
            background = number < len(children) and children[number].type == "&"
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
    if any(one.type in ("<&-", ">&-") for one in redirect.children):
        return named
    file, *words = named or [redirect]
    end = file.end_byte
    while words and words[0].start_byte == end:  # a part of the file's name
        end = words.pop(0).end_byte
    return words
