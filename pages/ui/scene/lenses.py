"""The table of lenses: a lens is a way to look at a scene, on one page, in one workspace.

A lens called `x` is rendered by the object `LENS` of `pages/ui/render/x.py`. Its browser code, if
it has any, is in `assets/stage/lenses/`.
"""

from __future__ import annotations

from typing import NamedTuple


class LensEntry(NamedTuple):
    """The page, the workspace and the texts of a lens.

    workspace: the name of the workspace that stores its scenes. page: the path of its page, without
    slashes. question: the question that it answers, the title of its page and of its slides;
    `{pattern}` stands for the scene's pattern. label: of its button on a page with several lenses.
    old_names: names in older links, which must go on working.
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
"""Every lens by its name, in the order of pages and messages."""

LensName = str
"""A key of LENS_TABLE; a scene checks that it is one."""

LENS_NAMES: tuple[LensName, ...] = tuple(LENS_TABLE)

_NEW_NAMES = {old: name for name, entry in LENS_TABLE.items() for old in entry.old_names}


def current_name(name: str) -> str:
    """Return the current name for an old name of a lens; any other name is returned as it is.

    >>> current_name("roads"), current_name("maps"), current_name("fisheye")
    ('equivariance', 'maps', 'fisheye')
    """
    return _NEW_NAMES.get(name, name)


def page_of(lens: LensName) -> str:
    """Return the path of a lens's page, without slashes.

    >>> page_of("fields")
    'how_far_a_neuron_sees'
    """
    return LENS_TABLE[lens].page


def lenses_on(page: str) -> tuple[LensName, ...]:
    """Return the lenses of a page; page: its path without slashes.

    >>> lenses_on("convolution_follows")
    ('window', 'equivariance', 'weight_sharing')
    """
    return tuple(name for name, entry in LENS_TABLE.items() if entry.page == page)
