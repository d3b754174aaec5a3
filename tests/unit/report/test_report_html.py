"""The page: nothing foreign becomes markup, nothing is claimed that is not known."""

import base64
import hashlib
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import Any

import outcomes
import outcomes_scanned
import pytest
from report_pages import hostile

from stepdown.report import html

STORIES = [
    outcomes.success,
    outcomes.weak_success,
    outcomes.failure,
    outcomes.inconclusive,
    outcomes.no_evidence,
    outcomes.red,
    outcomes.baseline_not_built,
    outcomes.nothing_tried,
    outcomes_scanned.scanned,
]
HOSTILE = [
    "</script><script>hacked = 1</script>",
    '"><img src=x onerror=hacked=1>',
    "' onmouseover='hacked=1",
    "</style></title></textarea></pre>",
    "<!-- <![CDATA[ ]]> -->",
    "{{ 7 * 7 }}{% raw %}",
    "`<b>` &lt;i&gt; &#60;u&#62;",
    "\x1b[31mred\x1b[0m\x1b]8;;http://example.org\x07link\x1b]8;;\x07",
    "nul\x00 bell\x07 back\x08\u202eesrever\u2028line\ufeff",
    "caf\udce9 \ud800",
    "javascript:alert(1)",
]


class Page(HTMLParser):
    """Elements with their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}

    def attributes(self) -> set[tuple[str, str]]:
        return {(tag, name) for tag, attributes in self.elements for name in attributes}


@pytest.mark.parametrize("poison", HOSTILE)
def test_no_foreign_text_becomes_markup(poison: str) -> None:
    clean, dirty = (
        Page(html.render(hostile("x"))),
        Page(html.render(hostile(poison))),
    )
    assert dirty.tags() == clean.tags()
    assert dirty.attributes() == clean.attributes()
    for once in ("script", "style", "title", "main"):
        assert [tag for tag, _ in dirty.elements].count(once) == 1


@pytest.mark.parametrize("poison", HOSTILE)
def test_every_character_can_be_seen(poison: str) -> None:
    page = html.render(hostile(poison))
    page.encode("utf-8")
    assert [c for c in page if not c.isprintable() and c != "\n"] == []


def test_foreign_text_is_seen_as_it_is() -> None:
    page = Page(html.render(hostile("<b>&amp;</b>{{ x }}")))
    assert "node:24<b>&amp;</b>{{ x }}" in page.text


@pytest.mark.parametrize("story", STORIES)
def test_the_page_loads_nothing(story: Any) -> None:
    for tag, attributes in Page(html.render(story())).elements:
        assert "src" not in attributes
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        href = attributes.get("href") or "#"
        assert href.startswith("#") or (tag == "link" and href.startswith("data:image/svg+xml,"))


@pytest.mark.parametrize("story", STORIES)
def test_every_link_has_its_target_and_every_id_is_one(story: Any) -> None:
    elements = Page(html.render(story())).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {attributes["href"] for tag, attributes in elements if tag == "a"}
    assert links <= {f"#{one}" for one in ids}
    labels = {attributes.get("aria-labelledby") for _, attributes in elements} - {None}
    assert labels <= set(ids)


def test_the_policy_allows_just_the_two_files() -> None:
    page = html.render(outcomes.success())
    policy = next(
        attributes["content"] or ""
        for _, attributes in Page(page).elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for directive, tag in (("style-src", "style"), ("script-src", "script")):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}';" in policy


def test_the_headline_is_that_of_the_other_reports() -> None:
    page = html.render(outcomes.success())
    (said,) = re.findall("<h1>(.*?)</h1>", page)
    assert said == (
        "node:24 → gcr.io/distroless/nodejs24-debian13:nonroot works: "
        "12 of 12 tests passed on both."
    )


def test_the_same_record_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "import sys, outcomes_scanned; from stepdown.report import html;"
        "sys.stdout.write(html.render(outcomes_scanned.scanned()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        env={"PYTHONHASHSEED": "1", "PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.decode() == html.render(outcomes_scanned.scanned())


def test_the_templates_are_loaded_only_for_this_report() -> None:
    code = "import sys, stepdown.cli.migrate, stepdown.cli.inspect; print('jinja2' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout == "False\n"


@pytest.mark.parametrize("story", STORIES)
def test_a_reader_without_styles_has_landmarks_and_captions(story: Any) -> None:
    elements = Page(html.render(story())).elements
    tags = [tag for tag, _ in elements]
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert tags.count(landmark) == 1
    assert tags.count("caption") == tags.count("table")
