"""Links that were handed out open what they always did; old_links.json was made by an older state.

Each entry holds a link, the scene that it opened then in plain values, and what was left out.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from pages.ui.scene.head_training import to_text
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import scene_at
from tests.support.page_driver import new_page, run_clean

LINKS: dict[str, list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("old_links.json").read_text(encoding="utf-8")
)

NEW_LENSES = {"roads": "equivariance", "sharing": "weight_sharing"}
"""Lenses that have other names by now."""


def name_of(entry: dict[str, Any]) -> str:
    return str(entry["link"])[:60]


def as_json(scene: Scene) -> object:
    """All that a scene decides, in plain values."""
    parts = scene.parts
    fields = {
        "picture": scene.image,
        "size": scene.size,
        "pattern": scene.pattern,
        "stack": str(scene.stack),
        "kernels": scene.kernels,
        "padding": scene.padding_mode,
        "position": scene.position,
        "start": scene.start,
        "channels": scene.channels,
        "unit": scene.unit and [scene.unit.layer, scene.unit.row, scene.unit.col],
        "view": scene.view,
        "lens": scene.lens,
        "moves": scene.moves,
        "cells": scene.cells,
        "pixel": scene.pixel,
        "rings": scene.rings,
        "training": scene.training and to_text(scene.training),
        "parts": parts and [parts.places, parts.pooling, parts.grid],
    }
    return json.loads(json.dumps(fields))


def test_there_are_forty() -> None:
    assert len({entry["link"] for entries in LINKS.values() for entry in entries}) == 40


@pytest.mark.parametrize("entry", LINKS["scenes"], ids=name_of)
def test_an_old_link_opens_the_same_scene(entry: dict[str, Any]) -> None:
    scene, notices = scene_at(entry["link"])
    opens = entry["opens"]
    assert as_json(scene) == {**opens, "lens": NEW_LENSES.get(opens["lens"], opens["lens"])}
    assert notices == entry["notices"]


@pytest.mark.parametrize("entry", LINKS["pages"], ids=name_of)
def test_an_old_link_opens_the_same_page(entry: dict[str, Any], quick_pages: None) -> None:
    page = run_clean(new_page(f"{_page(entry)}.py", dict(parse_qsl(urlsplit(entry["link"]).query))))
    assert [title.value for title in page.title] == [entry["title"]]
    if "chosen" in entry:
        assert entry["chosen"] in [box.value for box in page.selectbox]


def _page(entry: dict[str, Any]) -> str:
    return urlsplit(entry["link"]).path.strip("/")
