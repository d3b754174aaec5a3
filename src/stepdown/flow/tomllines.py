"""On which line of a TOML file each key and each item of a list stands."""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Key = tuple[str | int, ...]
_TABLES = ("table", "table_array_element")
_KEYS = ("bare_key", "quoted_key", "dotted_key")


def lines(content: bytes) -> dict[Key, int]:
    """Return the line, from 1, of each key path. The content is TOML that can be read.

    Items of lists have their position in the path. A table's line is where it is first named.
    """
    found: dict[Key, int] = {}
    for path, line in _document(_parser().parse(content).root_node):
        for length in range(1, len(path) + 1):
            found.setdefault(path[:length], line)
    return found


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(Language(tree_sitter_toml.language()))


def _document(root: Node) -> Iterator[tuple[Key, int]]:
    elements: Counter[Key] = Counter()
    for node in root.named_children:
        if node.type == "pair":
            yield from _pair((), node)
        elif node.type in _TABLES:
            yield from _table(node, elements)


def _table(node: Node, elements: Counter[Key]) -> Iterator[tuple[Key, int]]:
    names = next((_names(child) for child in node.named_children if child.type in _KEYS), ())
    path: Key = _within(names, elements)
    if node.type == "table_array_element":
        path = (*path, elements[names])
        elements[names] += 1
    yield path, _line(node)
    for child in node.named_children:
        if child.type == "pair":
            yield from _pair(path, child)


def _within(names: Key, elements: Counter[Key]) -> Key:
    """Put in the position where a table belongs to the latest element of a list of tables."""
    path: Key = ()
    for at, name in enumerate(names, start=1):
        path = (*path, name)
        if at < len(names) and elements[names[:at]]:
            path = (*path, elements[names[:at]] - 1)
    return path


def _pair(above: Key, node: Node) -> Iterator[tuple[Key, int]]:
    key, *values = (child for child in node.named_children if child.type != "comment")
    path = (*above, *_names(key))
    yield path, _line(node)
    for value in values:
        yield from _value(path, value)


def _value(path: Key, node: Node) -> Iterator[tuple[Key, int]]:
    yield path, _line(node)
    inside = [child for child in node.named_children if child.type != "comment"]
    if node.type == "inline_table":
        for child in inside:
            yield from _pair(path, child)
    elif node.type == "array":
        for at, child in enumerate(inside):
            yield from _value((*path, at), child)


def _names(node: Node) -> Key:
    if node.type == "dotted_key":
        return tuple(name for child in node.named_children for name in _names(child))
    text = (node.text or b"").decode()
    return (text[1:-1] if node.type == "quoted_key" else text,)


def _line(node: Node) -> int:
    return node.start_point[0] + 1
