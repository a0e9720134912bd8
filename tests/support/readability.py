"""Whether texts can be read aloud: short sentences, no shouting, and no misspelled word."""

import re
from collections.abc import Iterable
from functools import cache

from spellchecker import SpellChecker

from tests.support.page_texts import HOLE, sentences_in, words_in
from tests.support.source_tree import ROOT

MOST_WORDS = 25
_OWN_WORDS = ROOT / "tests" / "project" / "words.txt"


def assert_readable(texts: list[str]) -> None:
    """Assert that there are texts, and that nothing is wrong with any of them."""
    assert texts
    assert too_long(texts) == []
    assert shouted(texts) == []
    assert misspelled(texts) == set()


def too_long(texts: Iterable[str]) -> list[str]:
    """The sentences that nobody can read aloud in one breath."""
    return [
        sentence
        for text in texts
        for sentence in sentences_in(text)
        if len(words_in(sentence)) > MOST_WORDS
    ]


def shouted(texts: Iterable[str]) -> list[str]:
    """The texts with an exclamation mark."""
    return [text for text in texts if "!" in text]


@cache
def _speller() -> SpellChecker:
    own = _OWN_WORDS.read_text(encoding="utf-8").split()
    checker = SpellChecker()
    checker.word_frequency.load_words(own)
    return checker


def misspelled(texts: Iterable[str]) -> set[str]:
    """The words that neither the dictionary nor our own list of words has."""
    found = {word for text in texts for word in _NO_WORDS.sub(" ", text).lower().split()}
    plain = {re.sub(r"['\u2019]s?$|^'", "", word.replace("\u2019", "'")) for word in found}
    return _speller().unknown({word for word in plain if re.fullmatch(r"[a-z']{2,}", word)})


_NO_WORDS = re.compile(
    rf"""`[^`]*`|https?:\S+  # code, addresses
    | [^\s(]*(?:\d|{HOLE}|_)[^\s)]*  # what has a figure in it, or what stands in for one
    | \b[a-z]+[A-Z]\w*  # names for the browser
    | (?!['\u2019]\w)[^\w\s]|(?<=\W)'  # signs, but not those within a word
    """,
    re.VERBOSE,
)
