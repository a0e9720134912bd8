"""Running text that explains each term of the glossary at its first appearance."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from zlib import crc32

import streamlit as st

from pages.ui.text.glossary import Term, terms

# Parts without terms: escaped signs, code, images and links, addresses, and Streamlit's directives,
# such as icons. Code and escapes come first, as in Markdown itself.
_APART = re.compile(
    r"""\\.
    | (?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)
    | !?\[[^\]\n]*\]\([^)\n]*\)
    | https?://\S+
    | :[a-z_]+/[a-z_]+:
    """,
    re.VERBOSE,
)


def prose(text: str, *, quiet: bool = False) -> None:
    """Show trusted Markdown that explains each glossary term at its first appearance.

    text: paragraphs, bold, italic, lists, links and inline code; HTML in it is shown as written.
    quiet: whether to use the small type of a caption. Hover, focus or a tap shows an explanation,
    which assets/prose.css styles.
    """
    show = st.caption if quiet else st.markdown
    show(explained(text), unsafe_allow_html=True)


@lru_cache(maxsize=512)
def explained(text: str) -> str:
    """Return a text as HTML and Markdown; the first appearance of each term has its meaning.

    >>> print(explained("No `stride` here: a < b."))
    <div class="prose">
    <BLANKLINE>
    No `stride` here: a &lt; b.
    <BLANKLINE>
    </div>
    """
    seen: set[Term] = set()
    salt = f"{crc32(text.encode()):08x}"

    def explain(found: re.Match[str]) -> str:
        term = _spellings()[" ".join(found[0].lower().split())]
        if term in seen:
            return found[0]
        seen.add(term)
        return _with_meaning(found[0], term, f"{term.anchor}-{salt}")

    pieces: list[str] = []
    end = 0
    for apart in _APART.finditer(text):
        pieces.append(_matcher().sub(explain, _escaped(text[end : apart.start()])))
        # Code needs no escapes: every sign in it but the backtick is literal.
        is_code = apart[1] is not None
        pieces.append(apart[0] if is_code else _escaped(apart[0]))
        end = apart.end()
    pieces.append(_matcher().sub(explain, _escaped(text[end:])))
    return f'<div class="prose">\n\n{"".join(pieces)}\n\n</div>'


def terms_in(text: str) -> list[Term]:
    """Return the terms that a text uses, in the order of their first appearance.

    >>> [term.name for term in terms_in("Max pools widen the field of all units.")]
    ['max pooling', 'receptive field', 'neuron']
    """
    plain = _APART.sub(" ", text)
    found = [_spellings()[" ".join(at[0].lower().split())] for at in _matcher().finditer(plain)]
    return list(dict.fromkeys(found))


def _with_meaning(written: str, term: Term, name: str) -> str:
    is_name = " ".join(written.lower().split()) in (term.name.lower(), f"{term.name.lower()}s")
    means = _escaped(term.means if is_name else f"{term.name}: {term.means}")
    # Hidden by an inline style, because the style sheet may load after the text.
    hidden = 'class="meaning" style="display: none"'
    tooltip = f'<span {hidden} role="tooltip" id="{name}">{means}</span>'
    term_of = f'class="term" tabindex="0" role="term" aria-describedby="{name}"'
    return f"<span {term_of}>{written}{tooltip}</span>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


@cache
def _spellings() -> dict[str, Term]:
    return {spelling.lower(): term for term in terms() for spelling in term.spellings}


@cache
def _matcher() -> re.Pattern[str]:
    longest_first = sorted(_spellings(), key=len, reverse=True)
    written = "|".join(r"\s+".join(map(re.escape, words.split())) for words in longest_first)
    return re.compile(rf"(?<![\w-])(?:{written})(?![\w-])", re.IGNORECASE)
