"""The one table of lenses: a lens is a way to look at a scene, on one page, in one workspace.

A lens called `x` draws with the object `LENS` of `pages/ui/render/x.py`. What the browser adds to
it stands in `assets/stage/lenses/`.
"""

from __future__ import annotations

from typing import NamedTuple


class LensEntry(NamedTuple):
    """What the app has to know of a lens before it renders anything.

    workspace: the name of the one that keeps its scenes. page: the path of its page, without
    slashes. question: what it answers, the title of its page and of its slides; `{pattern}` stands
    for the scene's pattern. label: its button where a page has several lenses. old_names: what it
    was called in links that were handed out; they must go on working.
    """

    workspace: str
    page: str
    question: str
    label: str = ""
    old_names: tuple[str, ...] = ()


_FOLLOWS = "convolution_follows"

LENS_TABLE: dict[str, LensEntry] = {
    "maps": LensEntry("stack", "feature_map_shifts", "Does the map move when the pattern moves?"),
    "pool": LensEntry("pool", "pooling_forgives", "What does a pool notice of a small move?"),
    "window": LensEntry(
        "convolution", _FOLLOWS, "Does the answer move as the pattern does?", "One window"
    ),
    "equivariance": LensEntry(
        "convolution",
        _FOLLOWS,
        "Move, then convolve, or convolve, then move: is it the same?",
        "Two roads",
        old_names=("roads",),
    ),
    "weight_sharing": LensEntry(
        "convolution",
        _FOLLOWS,
        "What if every place had a kernel of its own?",
        "Shared kernel",
        old_names=("sharing",),
    ),
    "fields": LensEntry("stack", "how_far_a_neuron_sees", "How far does one neuron see?"),
    "heads": LensEntry("heads", "the_head_decides", "Does it matter where the {pattern} is?"),
    "parts": LensEntry("parts", "parts_and_places", "How much pooling is too much?"),
}
"""Every lens by its name, in the order in which pages and messages list them."""

LensName = str
"""A key of LENS_TABLE; a scene checks it."""

LENS_NAMES: tuple[LensName, ...] = tuple(LENS_TABLE)

_NEW_NAMES = {old: name for name, entry in LENS_TABLE.items() for old in entry.old_names}


def current_name(name: str) -> str:
    """Return today's name of a lens that a link may call by an old one; others stay as they are.

    >>> current_name("roads"), current_name("maps"), current_name("fisheye")
    ('equivariance', 'maps', 'fisheye')
    """
    return _NEW_NAMES.get(name, name)


def page_of(lens: LensName) -> str:
    """Return the path of the page that looks through a lens, without slashes.

    >>> page_of("fields")
    'how_far_a_neuron_sees'
    """
    return LENS_TABLE[lens].page


def lenses_on(page: str) -> tuple[LensName, ...]:
    """Return the lenses of a page, by its path without slashes.

    >>> lenses_on("convolution_follows")
    ('window', 'equivariance', 'weight_sharing')
    """
    return tuple(name for name, entry in LENS_TABLE.items() if entry.page == page)
