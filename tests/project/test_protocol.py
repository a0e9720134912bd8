"""The protocol of the stage is typed in Python and in JavaScript: both name the same fields."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pages.ui.render.frame import StageTask, render_frame
from pages.ui.render.registry import LENSES
from pages.ui.scene.workspaces import scene_of

ROOT = Path(__file__).parents[2]
TYPES = ROOT / "assets" / "stage" / "protocol.d.ts"
MESSAGES = ROOT / "pages" / "ui" / "scene" / "stage_message.py"
NESTED = {
    "setting": "Setting",
    "products": "Products",
    "layers": "Layer",
    "field": "Field",
    "within": "Field",
    "extras": "Extra",
    "kernel": "Kernel",
    "heads": "Heads",
    "panels": "HeadSetting",
    "face": "Face",
}
"""The interface of the objects that lie under a name."""


@cache
def fields_of(interface: str) -> frozenset[str]:
    """The fields that an interface of the JavaScript side declares itself."""
    source = re.sub(r"/\*\*.*?\*/", "", TYPES.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = re.search(rf"interface {interface}\b[^{{]*{{(.*?)\n}}", source, re.DOTALL)
    assert found, interface
    return frozenset(re.findall(r"^  (\w+)\??:", found[1], re.MULTILINE))


def header_of(lens: str) -> dict[str, Any]:
    frame = render_frame(scene_of({"lens": lens})[0])
    header: dict[str, Any] = json.loads(frame[4 : 4 + int.from_bytes(frame[:4], "little")])
    return header


def unknown(value: Any, interface: str) -> set[str]:
    """The fields of an object and of all that lies in it that no interface declares."""
    own = fields_of(interface) | (fields_of("Envelope") if interface == "Header" else set())
    found = {f"{interface}.{name}" for name in value if name not in own}
    for name, inner in value.items():
        for one in inner if isinstance(inner, list) else [inner]:
            if name in NESTED and isinstance(one, dict):
                found |= unknown(one, NESTED[name])
    return found


@pytest.mark.parametrize("lens", LENSES)
def test_every_field_of_a_frame_is_typed(lens):
    header = header_of(lens)
    answers = header.pop("answers", [])
    assert unknown(header, "Header") == set()
    for answer in answers:
        assert set(answer) in (fields_of("HeadAnswer"), fields_of("GridAnswer"))


def test_every_field_of_a_task_is_typed():
    assert set(StageTask.__annotations__) == fields_of("StageTask")


def test_every_field_of_a_message_is_typed():
    source = MESSAGES.read_text(encoding="utf-8")
    named = r'message\.get\("(\w+)"|message, "(\w+)"|"(\w+)" (?:not )?in message'
    read = re.findall(named, source)
    names = {name for found in read for name in found if name}
    assert names == fields_of("Envelope") | fields_of("Request") | fields_of("StageMessage")
