"""A description as GitHub's own renderer shows it, and whether all of it is whole."""

from html.parser import HTMLParser

from cmarkgfm import github_flavored_markdown_to_html
from cmarkgfm.cmark import Options

_EMPTY = frozenset(("hr", "br", "img", "input"))
OURS = frozenset(
    [
        "details",
        "summary",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "p",
        "strong",
        "h3",
        "ul",
        "ol",
        "li",
        "code",
        "pre",
    ]
)
"""Elements of a description; whatever else is there was made by foreign text."""
_ATTRIBUTES = frozenset(("align", "lang", "start"))


class Page(HTMLParser):
    """The elements of a page; `faults` are places where one is left open or closed twice."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.comments: list[str] = []
        self.counts: dict[str, int] = {}
        self.titles: list[str] = []
        self.tables: list[list[int]] = []
        self.text = ""
        self._open: list[str] = []
        html = github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE)
        self.feed(html)
        self.close()
        self.faults += [f"{name} is left open" for name in self._open]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        foreign = {name for name, _ in attributes} - _ATTRIBUTES
        if tag not in OURS or foreign:
            self.faults.append(f"{tag} {attributes}")
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append(0)
        if tag in ("td", "th"):
            self.tables[-1][-1] += 1
        if tag == "h3":
            self.titles.append("")
        if tag not in _EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"/{tag} in {self._open}")

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._open[-1:] == ["h3"]:
            self.titles[-1] += data
