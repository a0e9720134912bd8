"""The controls of the heads' page: the class on the stage, and the training of the heads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import streamlit as st

from pages.ui.controls.notices import show_problem
from pages.ui.controls.scene_select import scene_select
from pages.ui.scene.head_training import CLASSES, SIZES, Training
from pages.ui.scene.limits import MAX_LAYERS
from pages.ui.scene.scene import Scene
from pages.ui.session.tab_state import tab_state
from rfcore.heads.depth_study import DEPTHS
from rfcore.heads.experiment import REGIONS
from rfcore.ops import PADDING_MODES
from rfcore.pictures.backgrounds import BACKGROUNDS
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack

_box = partial(scene_select, width=150)
_NOISES, _JITTERS = (0.0, 0.1, 0.2, 0.4), (0, 1, 2, 4)
_EXAMPLES, _SEEDS = (20, 100, 300, 600, 1000), (0, 1, 2, 3, 4, 5)


def class_switch() -> None:
    """Show the control for which of the two classes is on the stage."""
    scene = tab_state().scene
    assert scene.training is not None
    st.session_state["class_on_stage"] = scene.pattern
    st.segmented_control(
        "On the stage",
        scene.training.classes,
        key="class_on_stage",
        required=True,
        on_change=lambda: tab_state().change(
            lambda scene: scene.with_pattern(st.session_state["class_on_stage"]), "class_on_stage"
        ),
        label_visibility="collapsed",
    )


def training_controls() -> None:
    """Show the controls of classes, region, examples and network; a button starts the training."""
    scene = tab_state().scene
    training = scene.training
    assert training is not None
    with st.container(horizontal=True):
        for at, label in enumerate(("One class", "The other class")):
            key = f"class_{at}"
            _box(label, CLASSES, training.classes[at], key, _with_class(at), control="classes")
        _box(
            "Examples lie",
            REGIONS,
            training.where,
            "where",
            _with("where"),
            names={training.where: "where you painted"} if training.is_painted else None,
        )
        for label, options, part in (
            ("Noise on examples", _NOISES, "noise"),
            ("Size differs by", _JITTERS, "size_jitter"),
            ("Examples", _EXAMPLES, "examples"),
            ("Seed", _SEEDS, "seed"),
        ):
            _box(label, options, getattr(training, part), part, _with(part))
        _network_boxes(scene)
    show_problem("classes")


def _network_boxes(scene: Scene) -> None:
    stacks = [stack for stack in DEPTHS if len(stack) <= MAX_LAYERS]
    _box(
        "Network",
        stacks,
        scene.stack,
        "depth",
        lambda scene, stack: scene.with_stack(stack),
        names={stack: field_text(stack, scene.size) for stack in (*stacks, scene.stack)},
        width=260,
    )
    _box(
        "Picture",
        BACKGROUNDS,
        scene.image,
        "picture",
        lambda scene, image: scene.with_picture(image, scene.size),
    )
    _box(
        "Picture size",
        SIZES,
        scene.size,
        "size",
        lambda scene, size: scene.with_picture(scene.image, size),
        names={size: f"{size} × {size}" for size in SIZES},
    )
    _box(
        "Beyond the border",
        PADDING_MODES,
        scene.padding_mode,
        "padding",
        lambda scene, mode: replace(scene, padding_mode=mode),
    )


@lru_cache(maxsize=64)
def field_text(stack: Stack, size: int) -> str:
    """Return a stack's depth and last field beside the size of the picture, as text.

    >>> field_text(DEPTHS[2], 64)
    '3 convolutions: 32 of 64 pixels'
    """
    (rows, cols) = receptive_fields(stack, (size, size))[-1].size
    convolutions = sum(str(layer).startswith("C") for layer in stack)
    field = rows if rows == cols else f"{rows}×{cols}"
    of = f"{field} of {size} pixels" if max(rows, cols) < size else f"all {size} pixels"
    return f"{convolutions} convolution{'s' * (convolutions != 1)}: {of}"


def _with(part: str) -> Callable[[Scene, Any], Scene]:
    def make(scene: Scene, value: Any) -> Scene:
        return scene.with_training(replace(_training(scene), **{part: value}))

    return make


def _with_class(at: int) -> Callable[[Scene, str], Scene]:
    def make(scene: Scene, name: str) -> Scene:
        training = _training(scene)
        classes = (name, training.classes[1]) if at == 0 else (training.classes[0], name)
        return scene.with_training(replace(training, classes=classes))

    return make


def _training(scene: Scene) -> Training:
    assert scene.training is not None
    return scene.training
