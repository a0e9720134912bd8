"""The glossary: every term is explained by earlier ones, is shown somewhere, and found in texts."""

import re
from html.parser import HTMLParser
from urllib.parse import parse_qsl

import pytest

from pages.ui.scene.lenses import page_of
from pages.ui.scene.workspaces import scene_of, workspace_of
from pages.ui.text.glossary import GlossaryError, Term, read_terms, terms
from pages.ui.text.prose import explained, terms_in
from tests.support.page_driver import PAGES

WANTED = """feature map, convolution, kernel, weight sharing, pooling, max pooling, average pooling,
blur pooling, stride, padding, dilation, jump, receptive field, effective receptive field, neuron,
channel, activation, ReLU, shift, translation, equivariance, invariance, head, flatten, dense layer,
global average pooling, global max pooling, logit, softmax, temperature, orbit, cell"""

CELL = '[[term]]\nname = "cell"\nmeans = "A place."\npage = "pooling_forgives"\n'


def test_the_terms_of_the_subject_are_there() -> None:
    assert {" ".join(name.split()) for name in WANTED.split(",")} <= {t.name for t in terms()}


def unexplained(glossary: tuple[Term, ...]) -> list[str]:
    """Terms whose explanation uses a term that is not explained above them."""
    known: set[str] = set()
    wrong = []
    for term in glossary:
        wrong += [
            f"{term.name}: {used.name}" for used in terms_in(term.means) if used.name not in known
        ]
        known.add(term.name)
    return wrong


def test_an_explanation_uses_only_terms_explained_above_it() -> None:
    assert unexplained(terms()) == []
    assert "activation: neuron" in unexplained(terms()[::-1])
    circular = Term("stride", "The stride of a layer.", "home")
    assert unexplained((circular,)) == ["stride: stride"]


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.name)
def test_the_scene_of_a_term_is_one_that_its_page_shows(term: Term) -> None:
    assert (PAGES / f"{term.page}.py").exists()
    if term.query:
        scene, problems = scene_of(dict(parse_qsl(term.query)))
        assert problems == []
        assert page_of(scene.lens) == term.page
        assert workspace_of(scene.lens).admits(scene.stack)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[term]", "new.toml is no TOML: .*line 1"),
        ("title = 1", r"new.toml, line 1: a glossary is a list of \[\[term\]\], and nothing else"),
        (CELL.replace("means", "mean"), 'new.toml, line 1: the term has no "means"'),
        (CELL + 'color = "red"\n', 'new.toml, line 5: there is no field "color"; there are name'),
        (CELL + 'forms = "cells"\n', "new.toml, line 5: \"forms\" must be a list .* got 'cells'"),
        (CELL + 'forms = ["a", 3]\n', 'new.toml, line 5: "forms" must be a text, got 3'),
        (CELL.replace('"A place."', '" "'), "new.toml, line 3: \"means\" must be a text, got ' '"),
        (CELL + CELL, 'new.toml, line 6: "cell" is explained twice'),
        (CELL + CELL.replace('"cell"', '"Cells"'), 'new.toml, line 6: "Cells" is explained twice'),
    ],
)
def test_an_entry_that_cannot_be_used_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(GlossaryError, match=message):
        read_terms(text, "new.toml")


class Explained(HTMLParser):
    """The terms of a text as a browser finds them: what is written, and what its tooltip says."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.tags: list[str] = []
        self._open: list[str] = []
        self._described = ""
        self.feed(explained(text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self._open.append(given.get("class") or tag)
        if given.get("class") == "term":
            assert given["tabindex"] == "0"  # else neither a keyboard nor a finger reaches it
            self._described = given["aria-describedby"] or ""
        if given.get("class") == "meaning":
            assert given["id"] == self._described

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "term":
            self._written = data
        if self._open and self._open[-1] == "meaning":
            self.found[self._written] = data


def meaning(name: str) -> str:
    return next(term.means for term in terms() if term.name == name)


def test_the_first_appearance_of_a_term_is_explained_and_no_other() -> None:
    page = Explained(
        "Kernels are small. A kernel has weights. Units do.\n\n- max\npooling\n- **Stride**"
    )
    assert page.found == {
        "Kernels": meaning("kernel"),
        "Units": f"neuron: {meaning('neuron')}",
        "max\npooling": meaning("max pooling"),
        "Stride": meaning("stride"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "`kernel` and ``a ` kernel``",
        "[the kernel](/glossary#kernel)",
        "https://example.org/kernel",
        "kernelled, subkernel, non-kernel, kernel-like",
        ":material/kernel:",
    ],
)
def test_code_links_and_parts_of_words_are_left_alone(text: str) -> None:
    assert Explained(text).found == {}
    assert text in explained(text)


@pytest.mark.parametrize(
    "text", ["<b>bold</b>", "\\`<b>`", "a `code` <b>", "[<b>](x)", "&lt;b>", "``<b>`"]
)
def test_html_in_a_text_is_shown_as_written(text: str) -> None:
    assert Explained(text).tags == ["div"]
    if "&" in text:
        assert "&amp;lt;" in explained(text)


def test_two_texts_that_use_a_term_describe_it_under_names_of_their_own() -> None:
    names = [re.findall(r'id="([^"]+)"', explained(text)) for text in ("A kernel.", "One kernel.")]
    assert names[0] != names[1]
