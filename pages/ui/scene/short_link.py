"""The shortest link to a scene, for large type and QR codes. Pure: no Streamlit here."""

from __future__ import annotations

from urllib.parse import urlencode

from pages.ui.scene.link import from_query, to_query
from pages.ui.scene.scene import Scene

_ASKED_LAST = ("at", "size", "picture", "pattern", "stack", "train")
"""The parameters that tell a reader most; the others are left out first where they follow."""


def short_query(scene: Scene, base: Scene) -> dict[str, str]:
    """Return the fewest query parameters that still open exactly this scene.

    base: the scene of a link without parameters. A parameter is left out if the link opens the same
    scene without it. Like any link, this one leaves a photo out.

    >>> short_query(Scene(position=(30, 12)), Scene())
    {'at': '30,12', 'from': '24,12'}
    >>> short_query(Scene(position=(3, 4), start=(3, 4)), Scene())
    {'at': '3,4'}
    """
    query = to_query(scene)
    easy = [key for key in query if key not in _ASKED_LAST]
    for key in (*easy, *_ASKED_LAST):
        rest = {name: value for name, value in query.items() if name != key}
        if from_query(rest, scene.photo, base) == (scene, []):
            query = rest
    return query


def short_query_string(scene: Scene, base: Scene) -> str:
    """Return the short query as a query string, without the question mark."""
    return urlencode(short_query(scene, base), safe=",/")
