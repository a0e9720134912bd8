"""The shortest link to a scene: what large type and a QR code can hold. Pure: no Streamlit here."""

from __future__ import annotations

from urllib.parse import urlencode

from pages.ui.scene.link import from_query, to_query
from pages.ui.scene.scene import Scene

_ASKED_LAST = ("at", "size", "picture", "pattern", "stack", "train")
"""What a reader would rather see in a link stays; what follows from it is tried first."""


def short_query(scene: Scene, base: Scene) -> dict[str, str]:
    """Return the fewest query parameters that still open exactly this scene.

    base: what the page shows for a link that leaves everything out. A parameter is left out for as
    long as the scene stays the same without it. A photo does not travel, here as in any link.

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
    """Return the short query as it stands in a link after the question mark."""
    return urlencode(short_query(scene, base), safe=",/")
