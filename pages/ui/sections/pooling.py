"""The sections below the pooling stage: steps that a pool does not notice, and pooling in 1-D."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.ui.render.orbits import peak_steps
from pages.ui.sections.pooling_1d import SHIFTS, PooledSignal, pooled_signal, pooled_signal_sentence
from pages.ui.session.tab_state import tab_state
from pages.ui.text.format import decimal
from pages.ui.text.prose import prose


def peak_section() -> None:
    """Show for each place of a single peak how many one-cell steps change nothing."""
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
    """Show the classic 1-D example: the effect of a shift on max pooling, with and without blur."""
    st.header("The classic in one dimension", anchor=False)
    shift = st.segmented_control(
        "Move the signal right by", SHIFTS, default=1, key="classic_shift", required=True
    )
    prose(pooled_signal_sentence(shift))
    before, after = st.columns(2)
    with before:
        st.markdown("Before")
        st.html(_signal_rows(pooled_signal(0)))
    with after:
        st.markdown(f"Moved by {shift}")
        st.html(_signal_rows(pooled_signal(shift)))
    st.caption("The signal goes on in the same way on both sides, so no border plays a part.")


def _signal_rows(shown: PooledSignal) -> str:
    rows = {"signal": shown.signal, "max 2/2": shown.pooled, "max, then blur": shown.blurred}
    return "".join(
        f"<div>{name}</div>" + _cells([list(map(decimal, values))], [values], "100%")
        for name, values in rows.items()
    )


def _cells(texts: list[list[str]], shares: Sequence[Sequence[float]], width: str) -> str:
    """Return an HTML table of numbers; a cell's fill grows with its share, from 0 to 1."""
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
