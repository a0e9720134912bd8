"""The sections below the heads' stage: weights, softmax, depth, flips; rerun on a commit only."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from pages.ui.controls.training_requester import (
    end_if_interrupted,
    place_text,
    training_requester,
)
from pages.ui.render.heads import head_name, logit_text
from pages.ui.scene.head_training import check_depths
from pages.ui.scene.scene import Scene
from pages.ui.sections import heads_findings as findings
from pages.ui.sections.chart import show_chart, theme_colors
from pages.ui.sections.heads_charts import bars_figure, depth_figure, map_figure
from pages.ui.session.tab_state import tab_state
from pages.ui.text.format import percent
from pages.ui.text.prose import prose
from pages.ui.training.heads import HEAD_STORE, TrainedHeads, TrainingProgress
from rfcore.errors import RfcoreError
from rfcore.heads.classifier import weight_maps
from rfcore.heads.head import HEADS
from rfcore.layers import Pair

SOFTMAX_FRAGMENT, FLIPS_FRAGMENT = "heads_softmax", "heads_flips"
"""The keys of the fragments; a stage that is given them reruns them after a commit."""


def weights_section() -> None:
    """Show the weights of the dense layer as a map, with the number of those that are exactly 0."""
    st.header("What the dense layer learned", anchor=False)
    scene, trained = _trained()
    if trained is None or scene.training is None:
        return
    unused, count = findings.unused_features(trained)
    prose(
        f"**{unused:,} of {count:,} features: weight exactly 0.** No example ever changed them, so "
        "nothing was learned there. A cell is as long as the weights of all its channels."
    )
    shape = trained.experiment.last_shape
    maps = weight_maps(trained.classifiers[0], shape, over_channels="norm")
    for spot, name, values in zip(st.columns(2), scene.training.classes, maps, strict=True):
        with spot:
            st.markdown(f"Weights for {name}; 0 marks exact zeros")
            show_chart(
                partial(map_figure, values, "Oranges", mark_zeros=True),
                f"weights_{name}",
                f"The length of the dense layer's weights for {name}, for every cell.",
                height=300,
            )
    if np.allclose(maps[0], maps[1]):
        st.caption("With two classes, what speaks for one speaks against the other: same lengths.")


@st.fragment(key=SOFTMAX_FRAGMENT)
def softmax_section() -> None:
    """Show the softmax of the logits at several temperatures, for two places of the pattern."""
    st.header("Is it the softmax?", anchor=False)
    scene, trained = _trained()
    if trained is None:
        return
    here = findings.place_row(scene, trained, scene.position)
    prose(findings.softmax_sentence(trained, here))
    st.markdown(f"What the {scene.pattern} gets, where it is now, at temperature T:")
    st.table(findings.temperature_rows(scene, here))
    for name, at in zip(
        ("left", "right"), findings.left_and_right(trained.experiment.places), strict=True
    ):
        _row(scene, trained, name, at)


def _row(scene: Scene, trained: TrainedHeads, name: str, at: Pair) -> None:
    assert scene.training is not None
    row = findings.place_row(scene, trained, at)
    st.markdown(f"**The {scene.pattern} on the {name}** (row {at[0]}, column {at[1]})")
    last, pooled, answers = st.columns(3)
    with last:
        show_chart(
            lambda: map_figure(row.map, "Greys"),
            f"last_{name}",
            "The last map, its length over all channels.",
            height=200,
        )
    with pooled:
        show_chart(
            lambda: bars_figure(row.features, theme_colors()),
            f"pooled_{name}",
            "What the global heads keep of each channel.",
            height=200,
        )
    with answers:
        st.table(
            [
                {
                    "head": head.name,
                    "logits": ", ".join(logit_text(float(logit)) for logit in row.logits[index]),
                    "softmax": ", ".join(
                        f"{label} {percent(float(share))}"
                        for label, share in zip(
                            scene.training.classes, row.shares[index], strict=True
                        )
                    ),
                }
                for index, head in enumerate(HEADS)
            ]
        )


def depth_section() -> None:
    """Train stacks of growing field in the upper left, and chart their accuracy elsewhere."""
    st.header("How deep?", anchor=False)
    experiment = tab_state().scene.experiment
    assert experiment is not None
    prose(
        "Five networks, each deeper than the one before. All are trained in the upper left and "
        "asked in the lower right."
    )
    results = HEAD_STORE.find_depths(experiment)
    if results is None:
        try:
            check_depths(experiment)
        except RfcoreError as error:
            st.info(f"These settings cannot be compared: {error}.")
            return
        if not st.button("Compare the depths", key="compare_depths"):
            return
        bar = st.progress(0.0, text=" ")
        shown: TrainingProgress | None = None

        def report(progress: TrainingProgress) -> None:
            nonlocal shown
            end_if_interrupted()
            if progress == shown:
                return
            shown = progress
            waits = progress.phase == "waiting"
            bar.progress(progress.share, text=place_text(progress.before) if waits else " ")

        results = HEAD_STORE.compare(experiment, report, client=training_requester().client)
        bar.empty()
    show_chart(
        lambda: depth_figure(results, theme_colors()),
        "depths",
        "Right answers in the untrained quarter against the last field's share of the picture.",
        height=340,
    )
    prose(findings.depth_sentence(results))


@st.fragment(key=FLIPS_FRAGMENT)
def flips_section() -> None:
    """Show for each head the shortest drag that changes its answer, with buttons there and back."""
    st.header("The shortest move that flips an answer", anchor=False)
    scene, trained = _trained()
    if trained is None:
        return
    prose("The shortest move from here after which a head gives another answer:")
    for at, flip in enumerate(findings.shortest_flips(scene, trained)):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Make this move",
                key=f"flip_{at}",
                disabled=flip is None,
                help=None if flip else f"{head_name(HEADS[at])} says the same everywhere.",
                on_click=_go,
                args=(scene.position, flip.place if flip else scene.position),
            )
            st.markdown(
                f"{findings.flip_text(scene, at, flip)} "
                f"{findings.sensitivity_text(scene, trained, at)}",
                width="stretch",
            )
    if scene.moved != (0, 0):
        st.button("Go back", key="flip_back", on_click=_go, args=(scene.start, scene.start))


def _go(start: Pair, position: Pair) -> None:
    tab_state().change(lambda scene: replace(scene, start=start, position=position), "flip")
    st.rerun()


def _trained() -> tuple[Scene, TrainedHeads | None]:
    scene = tab_state().scene
    trained = HEAD_STORE.find(scene.experiment)
    if trained is None:
        st.markdown("Train the heads first.")
    return scene, trained
