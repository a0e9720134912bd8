"""The server's memory and work are bounded, and a sentence says so when a limit is reached."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import streamlit as st
from starlette.formparsers import MultiPartParser

from pages.ui.lessons.reader import load_lessons
from pages.ui.scene.choices import PICTURE_SIZES, PRESETS
from pages.ui.scene.limits import MAX_COST, SceneError, check_stack
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import STACK_WORKSPACE, Workspace
from pages.ui.session.tab_state import MAX_WORKSPACES, open_workspace
from rfcore.pictures.photos import MAX_BYTES
from rfcore.stack import Stack


class Query(dict[str, str]):
    """Stands in for st.query_params."""

    def from_dict(self, query: Mapping[str, str]) -> None:
        self.clear()
        self.update(query)


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Any]:
    kept: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", kept)
    monkeypatch.setattr(st, "query_params", Query())
    return kept


def test_the_rooms_of_a_tab_are_bounded_and_the_oldest_leaves_first(
    state: Mapping[str, Any],
) -> None:
    first = Workspace("first", STACK_WORKSPACE.scene)
    begun = open_workspace(first, "maps")
    for number in range(3 * MAX_WORKSPACES):
        open_workspace(Workspace(f"step {number}", STACK_WORKSPACE.scene), "maps")
        assert open_workspace(first, "maps") is begun  # who comes back often stays
    kept = state["tab_states"]
    assert len(kept) == MAX_WORKSPACES
    assert list(kept)[-2:] == [f"step {3 * MAX_WORKSPACES - 1}", "first"]


def test_a_walkthrough_fits_into_the_rooms_of_a_tab() -> None:
    steps = sum(len(lesson.steps) for lesson in load_lessons().lessons)
    assert steps < MAX_WORKSPACES


def test_a_scene_too_dear_is_refused_with_its_cost_and_the_limit() -> None:
    stack = Stack.parse("C3c32,C3c32,C3c32")
    cost = stack.cost((1, 256, 256))
    with pytest.raises(SceneError) as refused:
        replace(Scene(size=256), stack=stack, channels=(0, 0, 0))
    assert f"needs {cost:,} multiply-adds" in str(refused.value)
    assert f"up to {MAX_COST:,}" in str(refused.value)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS.keys())
def test_every_preset_opens_at_every_size(preset: str) -> None:
    for size in PICTURE_SIZES:
        check_stack(Stack.parse(preset), size)


def test_streamlit_takes_no_larger_upload_than_a_photo_may_have() -> None:
    assert st.get_option("server.maxUploadSize") * 2**20 == MAX_BYTES


def test_no_part_of_an_upload_is_put_into_a_file_on_its_way() -> None:
    import app  # noqa: F401  for what it sets

    assert MultiPartParser.spool_max_size > MAX_BYTES
