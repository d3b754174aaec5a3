"""YAML with line numbers.

PyYAML yields events, which know where they stand. Nodes are made of them here, without recursion
(its own composer ends the process on a file that is nested deeply enough) and without acting on
any tag. Imported only when there is a file to read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_DEEPEST = 100  # levels


@dataclass(frozen=True, eq=False)
class Node:
    """A scalar (`text`), a sequence (`items`) or a mapping (`keys`), and its first line."""

    line: int
    text: str | None = None
    items: tuple["Node", ...] = ()
    keys: dict[str, "Node"] = field(default_factory=dict)

    def get(self, *names: str) -> "Node":
        """Return what lies below the keys, an empty node where nothing does."""
        node = self
        for name in names:
            node = node.keys.get(name, _NOTHING)
        return node

    def __bool__(self) -> bool:
        return self.text is not None or bool(self.items) or bool(self.keys)

    @property
    def words(self) -> tuple[str, ...]:
        """The texts of a sequence."""
        return tuple(item.text or "" for item in self.items)

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all below, each once, however many aliases lead to it."""
        seen, waiting = {id(self)}, [self]
        while waiting:
            node = waiting.pop(0)
            yield node
            for below in (*node.items, *node.keys.values()):
                if id(below) not in seen:
                    seen.add(id(below))
                    waiting.append(below)


_NOTHING = Node(line=0)


def documents(text: str) -> tuple[Node, ...]:
    """Return the documents of a file. Raises ValueError, with the reason, for what is no YAML."""
    import yaml  # noqa: PLC0415  (36 ms, which only repositories with such files pay)

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())[:200]) from error
    return tuple(builder.roots)


@dataclass
class _Open:
    """A sequence or a mapping that has not ended; keys and values alternate in a mapping."""

    line: int
    mapping: bool
    anchor: str | None
    parts: list[Node] = field(default_factory=list)

    def node(self) -> Node:
        """Return what it is at its end; keys of its own win over merged ones."""
        if not self.mapping:
            return Node(line=self.line, items=tuple(self.parts))
        pairs = list(zip(self.parts[::2], self.parts[1::2], strict=False))
        merged = [one for key, value in pairs if key.text == "<<" for one in (value, *value.items)]
        keys = {name: below for one in merged for name, below in one.keys.items()}
        own = {key.text: below for key, below in pairs if key.text not in (None, "<<")}
        return Node(line=self.line, keys={**keys, **own})


class _Builder:
    """Makes Nodes of events."""

    def __init__(self) -> None:
        self.roots: list[Node] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}

    def take(self, event: Any) -> None:  # noqa: ANN401  (the stubs leave the events untyped)
        """Take the next event; an alias within its own anchor is empty."""
        import yaml  # noqa: PLC0415  (it is there by now)

        match event:
            case yaml.ScalarEvent():
                self._add(Node(line=_line(event), text=str(event.value)), event.anchor)
            case yaml.AliasEvent():
                self._add(self._anchors.get(event.anchor or "", _NOTHING), None)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                if len(self._open) >= _DEEPEST:
                    raise ValueError(f"it is nested in more than {_DEEPEST} levels")
                mapping = isinstance(event, yaml.MappingStartEvent)
                self._open.append(_Open(_line(event), mapping, event.anchor))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                ended = self._open.pop()
                self._add(ended.node(), ended.anchor)
            case yaml.DocumentStartEvent():
                self._anchors.clear()
            case _:
                pass

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        (self._open[-1].parts if self._open else self.roots).append(node)


def _line(event: Any) -> int:  # noqa: ANN401  (the stubs leave the mark open)
    return int(event.start_mark.line) + 1
