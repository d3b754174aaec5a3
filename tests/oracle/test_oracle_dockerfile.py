"""What we read in Dockerfiles against a port of the builder's parser and against that parser."""

import re
from itertools import pairwise

import oracle_corpus as corpus
import pytest
from msgspec.structs import replace
from oracle_dockerfile import Reading, builder, ours, port

from stepdown.dockerfile import Dockerfile
from stepdown.errors import DockerfileError

FILES = {
    name: data.decode("utf-8", "surrogateescape")
    for name, data in {**corpus.read(), **corpus.golden()}.items()
}
REFUSED = corpus.refused()
PARTS = 12
MUTATIONS = 1_750  # in each part
# What our reading and the builder's parser refuse alike; the rest is refused by its later stages.
PARSER_ERRORS = re.compile(
    "does not end|parser directive|invalid escape|strings only|form name=value|65,535"
)
# Where this does not end, we read it as builders did before 2025: as no heredoc.
SPACED_HEREDOC = re.compile(r"<<-?[\t\r\f ]")
# Where an oracle is known to read otherwise than today's builder, with the reason.
PORT_DIFFERS = {
    r"(?i)onbuild": "it does not look into ONBUILD, and leaves its heredocs out",
    r"<<-?\ufeff": "it keeps a byte order mark in a heredoc's name",
    r"<<-?[\t\r ]*(''|\"\")": "it refuses an empty name, which opens no heredoc",
    r"\\ud[89a-f]|NaN|Infinity|[0-9]e[0-9]": "it reads JSON as Python does, not as Go does",
    r"[\udc80-\udcff]": "bytes that are no UTF-8 are single characters to it",
    r"#[^\n]*=[^\n]*[\v\x85\xa0\u2003\u3000]": "Unicode's white space beside a value, too",
    r"[\x1c-\x1f]": "ASCII's separators are white space to Python, not to Go",
}
BUILDER_DIFFERS = {
    SPACED_HEREDOC.pattern: "a blank behind << is allowed since 2025",
    r"(?i)#\s*check\s*=": "the directive is known since 2024",
    r"#[\t ]*[\v\x85\xa0\u3000]": "white space before a directive's name was ASCII until 2024",
    r"\$\{[\w\s\\`]*(:[^-+?]|[#%/])": "a substring or pattern made it open no heredoc until 2024",
    r"\][^\n]*<<": "text behind a JSON array was left out until 2024",
    r"\[\s*(\d|true|false|null)[^\n]*\][^\n]*\S": "so that it refuses an array of numbers there",
    r"(?is)# *escape *=.*--": "flags were read with the backslash until 2024",
    r"\x00": "its Python binding cuts texts there",
    r"[\ud800-\udfff]": "it ends its process for bytes that are no UTF-8",
}


def differs(text: str, reasons: dict[str, str]) -> bool:
    return any(re.search(pattern, text) for pattern in reasons)


def agree_with_port(mine: Reading, theirs: Reading) -> bool:
    if mine.keyword == "ONBUILD":
        return replace(mine, json=False, words=()) == theirs
    # It splits COPY "a b" c by its quotes.
    if mine.keyword in ("ADD", "COPY") and not mine.json:
        theirs = replace(theirs, words=mine.words)
    # The builder reads flags byte by byte, which spoils what is not ASCII; the port does not.
    if not mine.logical.isascii() and "--" in mine.logical:
        theirs = replace(theirs, flags=mine.flags, words=mine.words)
    return mine == theirs


def agree_with_builder(mine: Reading, theirs: Reading) -> bool:
    # Until 2024, text behind a JSON array was left out.
    if theirs.json and not mine.json and "]" in mine.logical:
        theirs = replace(theirs, words=mine.words, json=mine.json)
    # Its binding does not tell all, of ONBUILD the least.
    if mine.keyword == "ONBUILD":
        theirs = replace(theirs, words=mine.words, heredocs=mine.heredocs)
    return replace(mine, logical="", kinds=()) == theirs


def attempt(text: str) -> tuple[list[Reading], str]:
    """Return our reading, or else why we refuse the text."""
    try:
        return ours(text), ""
    except DockerfileError as error:
        return [], error.brief


def check(text: str, mine: tuple[list[Reading], str], expected: list[Reading] | None) -> bool:
    """Assert that we read or refuse `text` as an oracle that says `expected`; true if we read."""
    found, refused = mine
    if refused:
        # Later stages of the builder refuse more than its parser.
        assert expected is None or not PARSER_ERRORS.search(refused), text
        return False
    if expected == [] or (expected is None and SPACED_HEREDOC.search(text)):
        return False
    assert expected is not None, text
    agree = agree_with_port if any(one.logical for one in expected) else agree_with_builder
    assert len(found) == len(expected), text
    different = [pair for pair in zip(found, expected, strict=True) if not agree(*pair)]
    assert different == [], text
    return True


def check_all(texts: list[str]) -> int:
    """Check all `texts` against both oracles; return how often both sides have read one."""
    mine = {text: attempt(text) for text in texts}
    ported = [text for text in texts if not differs(text, PORT_DIFFERS)]
    built = [text for text in texts if not differs(text, BUILDER_DIFFERS)]
    pairs = [*((text, port(text)) for text in ported), *zip(built, builder(built), strict=True)]
    return sum(check(text, mine[text], expected) for text, expected in pairs)


def test_the_corpus_is_large() -> None:
    assert len(corpus.read()) + len(REFUSED) > 350


def test_the_corpus_is_read_alike() -> None:
    assert check_all(list(FILES.values())) > 1.7 * len(FILES)


@pytest.mark.parametrize("name", FILES)
def test_what_the_builder_reads_is_read_without_loss(name: str) -> None:
    doc = Dockerfile(FILES[name])
    assert "".join(doc.lines) == doc.content == FILES[name]
    spans = [one.span for one in doc.instructions]
    assert all(one.end <= two.start for one, two in pairwise(spans))
    for one in doc.instructions:
        assert one.keyword_span.of(doc.text).upper().startswith(one.keyword[:2])
        pieces = zip(one.source.origins, one.source.pieces(), strict=True)
        assert all(doc.text.startswith(piece, origin) for origin, (_, piece) in pieces)


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_builder_refuses_is_an_error_with_line_and_hint(name: str) -> None:
    case = REFUSED[name]
    with pytest.raises(DockerfileError, match=case.says) as caught:
        Dockerfile(case.text)
    assert caught.value.hint
    assert not case.line or f"line {case.line}: " in caught.value.brief


def test_the_parser_refuses_what_is_marked_so() -> None:
    texts = {name: one for name, one in REFUSED.items() if not differs(one.text, BUILDER_DIFFERS)}
    found = builder(one.text for one in texts.values())
    refused = {name for name, one in zip(texts, found, strict=True) if one is None}
    marked = {name for name, one in texts.items() if one.parser}
    assert refused == marked


@pytest.mark.parametrize("part", range(PARTS))
def test_mutations_are_read_alike(part: int) -> None:
    assert check_all(list(corpus.mutations(part, MUTATIONS))) > MUTATIONS / 2
