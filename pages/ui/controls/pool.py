"""The controls of the pooling page: example, pool, grid and mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.ui.controls.picture import move_control
from pages.ui.controls.scene_select import scene_select
from pages.ui.render.pool import message_of
from pages.ui.scene.choices import patterns_of
from pages.ui.scene.grid import GRID, GRID_SIZES
from pages.ui.scene.pool_examples import EXAMPLES, example_of, with_example
from pages.ui.scene.pools import (
    KINDS,
    POOL_KERNELS,
    POOL_STRIDES,
    PoolChoice,
    choice_of,
    pool_stack,
    with_kind,
)
from pages.ui.scene.scene import Scene
from pages.ui.session.tab_state import tab_state
from rfcore.layers import Pair

_OWN = "your own"
_DEFAULT = PoolChoice("max", (2, 2), (2, 2))
_NAMES = {"pixel": "one cell"}
_EXAMPLE_WIDTH, _KIND_WIDTH, _WIDTH = 190, 150, 108
"""Widths of the select boxes in pixels: two rows on a phone, one on a screen of 1024 pixels."""


def pool_controls() -> None:
    """Show the controls of the example, the pool, the grid, and the mark that is dragged."""
    scene = tab_state().scene
    chosen = choice_of(scene.stack)
    with st.container(horizontal=True):
        _example_box(scene)
        _kind_box(chosen)
        _pair_box("Window", POOL_KERNELS, chosen.kernel if chosen else None, "kernel")
        _pair_box("Stride", POOL_STRIDES, chosen.stride if chosen else None, "stride")
        _grid_box(scene)
        scene_select(
            "Dragged",
            patterns_of(scene.image),
            scene.pattern,
            "pattern",
            lambda scene, name: scene.with_pattern(name),
            names=_NAMES,
            width=_WIDTH,
        )
        move_control(_KIND_WIDTH)
    if message := message_of(scene):
        st.markdown(message.replace("[", "\\["))


def _example_box(scene: Scene) -> None:
    name = example_of(scene)
    names = list(EXAMPLES)
    scene_select("Example", names, name or _OWN, "example", _with_example, width=_EXAMPLE_WIDTH)


def _kind_box(chosen: PoolChoice | None) -> None:
    scene_select(
        "Pool", KINDS, chosen.kind if chosen else _OWN, "kind", _with_kind, width=_KIND_WIDTH
    )


def _grid_box(scene: Scene) -> None:
    sizes = GRID_SIZES if scene.image == GRID else (*GRID_SIZES, scene.size)
    scene_select(
        "Grid",
        sizes,
        scene.size,
        "grid",
        lambda scene, size: scene.with_picture(GRID, size),
        names={size: f"{size} × {size}" for size in sizes},
        width=_WIDTH,
    )


def _pair_box(label: str, choices: Sequence[Pair], value: Pair | None, key: str) -> None:
    others = [] if value in choices else [value]
    scene_select(
        label,
        [*others, *choices],
        value,
        key,
        _with_part(key),
        names={None: _OWN, **{pair: _in_words(pair, key) for pair in (*choices, value) if pair}},
        width=_WIDTH,
    )


def _in_words(pair: Pair, key: str) -> str:
    if key == "stride" and pair[0] == pair[1]:
        return str(pair[0])
    return f"{pair[0]} × {pair[1]}"


def _with_example(scene: Scene, name: str) -> Scene:
    return scene if name == _OWN else with_example(scene, name)


def _with_kind(scene: Scene, kind: Any) -> Scene:
    if kind == _OWN:
        return scene
    return scene.with_stack(pool_stack(with_kind(choice_of(scene.stack) or _DEFAULT, kind)))


def _with_part(part: str) -> Callable[[Scene, Pair | None], Scene]:
    def make(scene: Scene, pair: Pair | None) -> Scene:
        if pair is None:
            return scene
        chosen = choice_of(scene.stack) or _DEFAULT
        kernel, stride = (pair, chosen.stride) if part == "kernel" else (chosen.kernel, pair)
        return scene.with_stack(pool_stack(PoolChoice(chosen.kind, kernel, stride)))

    return make
