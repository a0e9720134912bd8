"""The controls of the pooling page, and what stands below them; each changes the scene."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.ui.controls.picture import move_control
from pages.ui.controls.scene_select import scene_select
from pages.ui.render.orbits import peak_steps
from pages.ui.scene.choices import patterns_of
from pages.ui.scene.grid import GRID, GRID_SIZES
from pages.ui.scene.pool_examples import EXAMPLES, example_of, message_of, with_example
from pages.ui.scene.pools import (
    KERNELS,
    KINDS,
    STRIDES,
    PoolChoice,
    choice_of,
    pool_stack,
    with_kind,
)
from pages.ui.scene.scene import Scene
from pages.ui.sections.pooling_1d import SHIFTS, PooledSignal, pooled_signal, pooled_signal_sentence
from pages.ui.session.tab_state import tab_state
from pages.ui.text.format import decimal
from pages.ui.text.prose import prose
from rfcore.layers import Pair

_OWN = "your own"
_DEFAULT = PoolChoice("max", (2, 2), (2, 2))
_NAMES = {"pixel": "one cell"}
_EXAMPLE_WIDTH, _KIND_WIDTH, _WIDTH = 190, 150, 108
"""Pixels of the select boxes: two rows of them on a phone, one on a screen 1024 pixels wide."""


def pool_controls() -> None:
    """Choose an example, the pool, the grid and what is dragged over it."""
    scene = tab_state().scene
    chosen = choice_of(scene.stack)
    with st.container(horizontal=True):
        _example_box(scene)
        _kind_box(chosen)
        _pair_box("Window", KERNELS, chosen.kernel if chosen else None, "kernel")
        _pair_box("Stride", STRIDES, chosen.stride if chosen else None, "stride")
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


def peak_section() -> None:
    """Count, place by place, which one-cell steps of a single peak change nothing."""
    st.header("How many steps does it forgive?", anchor=False)
    peak = peak_steps(tab_state().scene.stack)
    if peak is None:
        st.markdown("These layers are not one of the pools above, so no steps are counted here.")
        return
    counts = peak.unchanged.tolist()
    prose(
        "One bright cell on black, far from any border. It can stand at "
        f"{_places(len(counts), len(counts[0]))} relative to the windows. From each we try the 8 "
        "steps to its neighbours and count those that change no output:"
    )
    texts = [[str(count) for count in row] for row in counts]
    st.html(_cells(texts, _eighths(counts), f"{3 * len(counts[0])}rem"))
    total = int(peak.unchanged.sum())
    st.markdown(f"{total} of {peak.steps} steps change nothing: **{peak.share}** on average.")


def _places(rows: int, cols: int) -> str:
    return "one place" if rows == cols == 1 else f"{rows} × {cols} places"


def _eighths(counts: list[list[int]]) -> list[list[float]]:
    return [[count / 8 for count in row] for row in counts]


def classic_section() -> None:
    """Show the one-dimensional classic: what a shift does to max pooling, with and without blur."""
    st.header("The classic in one dimension", anchor=False)
    shift = st.segmented_control(
        "Move the signal right by", SHIFTS, default=1, key="classic_shift", required=True
    )
    prose(pooled_signal_sentence(shift))
    before, after = st.columns(2)
    with before:
        st.markdown("Before")
        st.html(_classic_cells(pooled_signal(0)))
    with after:
        st.markdown(f"Moved by {shift}")
        st.html(_classic_cells(pooled_signal(shift)))
    st.caption("The signal goes on in the same way on both sides, so no border plays a part.")


def _classic_cells(shown: PooledSignal) -> str:
    rows = {"signal": shown.signal, "max 2/2": shown.pooled, "max, then blur": shown.blurred}
    return "".join(
        f"<div>{name}</div>" + _cells([list(map(decimal, values))], [values], "100%")
        for name, values in rows.items()
    )


def _cells(texts: list[list[str]], shares: Sequence[Sequence[float]], width: str) -> str:
    """Write numbers in a table of the page's own colours, the fuller the larger the share."""
    rows = "".join(
        f"<tr>{''.join(map(_cell, row, of))}</tr>" for row, of in zip(texts, shares, strict=True)
    )
    return (
        f'<table style="border-collapse:collapse;table-layout:fixed;width:{width}">{rows}</table>'
    )


def _cell(text: str, share: float) -> str:
    line, fill = (
        f"color-mix(in srgb, currentColor {percent:.3g}%, transparent)"
        for percent in (35, 30 * share)
    )
    style = f"padding:0.3rem 0;text-align:center;border:1px solid {line};background:{fill}"
    return f'<td style="{style}">{text}</td>'
