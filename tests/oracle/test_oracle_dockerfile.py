"""Boundaries, flags and heredocs against a port of the official parser."""

import random
import re
from pathlib import Path

import pytest
from e2b_dockerfile_utils import DockerfileSyntaxError, parse_dockerfile_ast

from stepdown.dockerfile import Dockerfile
from stepdown.errors import DockerfileError

GOLDEN = sorted((Path(__file__).parent.parent / "golden").glob("*/*.Dockerfile"))
SEED = 20_261_122
MUTATIONS = 3_000
# Each is put behind a FROM line of its own.
FEATURES = (
    "RUN a\n",
    "run a\n",
    "\tRUN\ta \n",
    "RUN a \\\n b\n",
    "RUN a \\\n\n b\n",
    "RUN a \\\n# c\n b\n",
    "RUN a \\\n   # c\n\n\n b\n",
    "RUN a \\  \n b\n",
    "RUN a \\\t\n b\n",
    "RUN a \\\\\nUSER b\n",
    "RUN a \\\\\\\nUSER b\n",
    "RUN a \\",
    "RUN a \\\n",
    "RUN a \\\n# c",
    "RUN\\\n a\n",
    "\\\nRUN a\n",
    "  \\\n  \\\nRUN a\n",
    "RUN a\\\nb\\\nc\n",
    "RUN a && \\\xa0\nUSER b\n",
    "RUN a\x0cb\n",
    "RUN a\x0bb\n",
    "RUN a\u2028b\n",
    "RUN a\r\nUSER b\r\n",
    "RUN a \\\r\n b\r\n",
    "RUN a\rUSER b\n",
    "# c\nRUN a\n",
    "   # c\nRUN a # no comment\n",
    "#\n#c\n\n\nRUN a\n",
    "RUN <<EOF\na\nEOF\n",
    "RUN <<EOF\r\na\r\nEOF\r\n",
    "RUN <<-EOF\n\ta\n\t\tEOF\n",
    "RUN <<EOF\n\tEOF\nEOF\n",
    "RUN <<'EOF'\n$a\nEOF\n",
    'RUN <<"E O F"\n$a\nE O F\n',
    "RUN <<E'O'F\n$a\nEOF\n",
    "RUN 3<<EOF a\nx\nEOF\n",
    "RUN a <<EOF b <<E2 c\n1\nEOF\n2\nE2\n",
    "RUN a \\\n <<EOF\nx\nEOF\n",
    "RUN <<EOF \\\n b\nx\nEOF\n",
    "RUN a <<EOF && b\nFROM y\nUSER z\nEOF\n",
    "RUN cat <<<x\nUSER a\n",
    "RUN a<<EOF\nUSER a\n",
    "RUN 'a<<EOF'\nUSER a\n",
    'RUN "<<EOF"\nUSER a\n',
    'RUN ["a", "<<EOF"]\nUSER a\n',
    "RUN [ <<EOF\nx\nEOF\n",
    "RUN echo ${!x} <<EOF\nUSER a\n",
    "RUN echo ${x <<EOF\nUSER a\n",
    "RUN echo 'x <<EOF\nUSER a\n",
    "RUN <<$x\na\n$x\n",
    "RUN <<EOF\n",
    "RUN <<\nUSER a\n",
    "RUN <<-\nUSER a\n",
    "COPY <<EOF /x\n# text\n\\\nEOF\n",
    "COPY <<A <<B /d/\nA\nB\n",
    "ADD --chmod=1 <<A /d\nx\nA\n",
    "ENV a=<<EOF\nUSER a\n",
    "ONBUILD COPY a b\n",
    "COPY --from=a --chown='b c' d e\n",
    'COPY --from="a\\"b" d e\n',
    "COPY --link d e\n",
    "COPY -- d e\n",
    "RUN --mount=type=cache,target=/a \\\n --network=none b\n",
    "RUN --mount=type=cache,target=/a\\ b c\n",
    'CMD ["a", "b"]\n',
    'CMD ["a", "b" \n',
    "CMD ['a']\n",
    "CMD\n",
    "HEALTHCHECK --interval=1s CMD a\n",
    'HEALTHCHECK CMD [ "a" ]\n',
    "HEALTHCHECK NONE\n",
    "ENV a b c\n",
    "ENV a=b \\\n c='d e'\n",
    "LABEL a=b\\ c\n",
    "ARG a b=c\n",
    'SHELL ["a"]\n',
)
PIECES = (
    *("\\\n", "\n", "\r\n", " ", "\t", "\\", "#", "<<EOF", "<<-EOF\n", "EOF\n", "'", '"', "[", "]"),
    *("`", "${X}", "--flag=1 ", "RUN ", "FROM x\n", "COPY <<A <<B /x\n", "A\n", "B\n", "\ufeff"),
    *("# escape=`\n", "\x0c", "\xa0", "ONBUILD ", "$", "\\\n\n", "\\\n# c\n"),
)
# What our reading and the builder's parser refuse alike; the rest is refused by its later stages.
PARSER_ERRORS = re.compile("does not end|parser directive|invalid escape")
EXEC_FORMS = frozenset(
    ("ADD", "CMD", "COPY", "ENTRYPOINT", "HEALTHCHECK", "RUN", "SHELL", "VOLUME")
)
# The port leaves heredocs inside of ONBUILD out.
_ONBUILD_HEREDOC = re.compile(r"onbuild[^\n]*<<", re.IGNORECASE)
_SPACED_HEREDOC = re.compile(r"<<-?[\t\r ]")


def ours(text: str) -> list[tuple[object, ...]]:
    return [
        (
            one.keyword,
            one.line,
            one.end_line,
            one.logical,
            [
                f"--{flag.name}" + ("" if flag.value is None else f"={flag.value}")
                for flag in one.flags
            ],
            one.keyword in EXEC_FORMS and one.json is not None,
            [
                (doc.name, doc.expand, doc.chomp, doc.descriptor, doc.body.of(text))
                for doc in one.heredocs
            ],
        )
        for one in Dockerfile(text).instructions
    ]


def theirs(text: str) -> list[tuple[object, ...]]:
    return [
        (
            one.name,
            one.start_line,
            one.end_line,
            one.original,
            one.flags,
            one.json,
            [
                (doc.name, doc.expand, doc.chomp, doc.file_descriptor, doc.content)
                for doc in one.heredocs
            ],
        )
        for one in parse_dockerfile_ast(text).instructions
    ]


def read(text: str) -> tuple[list[tuple[object, ...]], str]:
    """Return our reading, or else why we refuse the text."""
    try:
        return ours(text), ""
    except DockerfileError as error:
        return [], error.brief


def agree(text: str) -> bool:
    """Compare the two readings of `text`; false where they cannot be compared.

    That is where we refuse it for a reason of the builder's later stages.
    """
    if _ONBUILD_HEREDOC.search(text):
        return False
    found, refused = read(text)
    try:
        expected = theirs(text)
    except DockerfileSyntaxError:
        # We also read the older rule for a blank behind <<, which the port does not know.
        assert refused or _SPACED_HEREDOC.search(text), text
        return True
    assert not PARSER_ERRORS.search(refused), text
    assert refused or found == expected, text
    return not refused


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_golden_files_are_read_alike(path: Path) -> None:
    assert agree(path.read_bytes().decode("utf-8"))


@pytest.mark.parametrize("feature", FEATURES)
def test_features_are_read_alike(feature: str) -> None:
    assert agree("FROM x\n" + feature)


@pytest.mark.parametrize("feature", FEATURES)
def test_features_are_read_alike_with_another_escape_character(feature: str) -> None:
    head = "# syntax=docker/dockerfile:1\r\n# escape=`\r\nFROM x\r\n"
    assert agree(head + feature.replace("\\", "`"))


def mutate(text: str, dice: random.Random) -> str:
    for _ in range(dice.randint(1, 4)):
        at = dice.randint(0, len(text))
        match dice.randint(0, 4):
            case 0 | 1 | 2:
                text = text[:at] + dice.choice(PIECES) + text[at:]
            case 3:
                text = text[:at] + text[at + dice.randint(1, 8) :]
            case _:
                other = dice.randint(0, len(text))
                text = text[:at] + text[other : other + 30] + text[at:]
    return text


def test_mutations_are_read_alike() -> None:
    dice = random.Random(SEED)
    texts = [path.read_bytes().decode("utf-8") for path in GOLDEN]
    texts += ["FROM x\n" + feature for feature in FEATURES]
    compared = sum(agree(mutate(dice.choice(texts), dice)) for _ in range(MUTATIONS))
    assert compared > MUTATIONS / 2
