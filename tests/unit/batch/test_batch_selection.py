"""Selections: what is taken, and every line that is not."""

import pytest

from stepdown.errors import UsageError
from stepdown.flow.batch.addresses import host, is_local
from stepdown.flow.batch.selection import chosen, parse
from stepdown.model.fleet import Entry

URL = "https://h/o/a.git"
CSV = f"url,branch,dockerfile,labels\n{URL},main,d/Dockerfile,team:x t1\n"
JSON = f'{{"repo":"{URL}","base":"main","dockerfile":"d/Dockerfile","labels":["team:x","t1"]}}\n'
ONE = Entry(repository=URL, base="main", dockerfile="d/Dockerfile", labels=("team:x", "t1"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.txt", f"# ours\n\n{URL} base=main dockerfile=d/Dockerfile label=team:x,t1"),
        ("list.csv", CSV),
        ("list.jsonl", JSON),
        ("-", CSV),
        ("-", JSON),
    ],
)
def test_the_forms_say_the_same(name: str, text: str) -> None:
    assert parse(text.encode(), name) == (ONE,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("https://h/a\nhttps://u:s3cret@h/b", "line 2.*credentials"),
        ("https://s3cret@h/b", "credentials"),
        ("ssh://git:s3cret@h/b", "credentials"),
        ("http://h/b", "http:// is not taken"),
        ("ext::sh%20-c%20id", "is not taken|no repository"),
        ("https://h/b token", "NAME=VALUE"),
        ("https://h/b colour=red", "line 1: 'colour' is unknown"),
        ("https://h/b\nhttps://h/b", "line 2: it says the same as line 1"),
        ("https://h/b dockerfile=../../etc/passwd", "not inside"),
        ("https://h/b base=--upload-pack=x", "is no branch"),
        ("--upload-pack=x", "no repository"),
        ("https://h/b?token=s3cret", "query"),
    ],
)
def test_a_wrong_line_is_named_and_no_secret_repeated(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as error:
        parse(text.encode(), "list.txt")
    assert "s3cret" not in f"{error.value.brief}{error.value.details}{error.value.hint}"


def test_addresses_of_ssh_keep_their_user() -> None:
    found = parse(b"git@h.example:o/a.git\nssh://git@h.example:22/o/b.git\n/srv/c", "l")
    assert [host(one.repository) for one in found] == ["h.example", "h.example", ""]
    assert [is_local(one.repository) for one in found] == [False, False, True]


def test_patterns_choose() -> None:
    every = parse(b"https://h/o/api\nhttps://h/o/web-archive\nhttps://h/p/api", "l")
    assert len(chosen(every, ("o/*",), ("*-archive",))) == 1
    assert len(chosen(every, ("re:/p/",), ())) == 1
    assert len(chosen(every, (), ("api",))) == 1
