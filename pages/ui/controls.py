"""The controls below a stage: picture, pattern, layers and kernels; each changes the scene."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from pages.ui import photos
from pages.ui.grid import GRID, GRID_SIZES
from pages.ui.own_kernels import is_own
from pages.ui.prose import prose
from pages.ui.scene import (
    MOVES,
    PRESETS,
    SIZES,
    UPLOAD,
    Scene,
    convolutions_of,
    patterns_of,
    sizes_of,
)
from pages.ui.session import learner
from rfcore.filters import CHOICES
from rfcore.images import read_photo
from rfcore.ops import PADDING_MODES
from rfcore.patterns import BACKGROUNDS
from rfcore.pools import POOL_KINDS, pool_kind, with_pools
from rfcore.stack import KINDS, Stack

_OWN_STACK = "your own"
_PADDING_NAMES = {
    "zeros": "zeros",
    "circular": "circular (the far side)",
    "reflect": "reflect (mirrored)",
    "replicate": "replicate (the border)",
}


_MOVE_NAMES = {
    "pattern": "the pattern alone",
    "zeros": "all, black comes in",
    "wrap": "all, wrapping round",
}


def link_notices() -> None:
    """Say which parts of the page's link could not be used, if any."""
    notices = learner().notices
    if notices:
        st.warning("\n".join(f"- {plain(notice)}" for notice in notices))


def picture_controls() -> None:
    """Choose picture, size, pattern, what lies beyond the border, and what the hand moves."""
    scene = learner().scene
    picture, size, pattern, padding, moves = st.columns(5)
    pictures = [*BACKGROUNDS, GRID, *([UPLOAD] if scene.photo else [])]
    with picture:
        choice_box(
            "Picture",
            pictures,
            scene.image,
            "picture",
            lambda scene, image: scene.with_picture(image, scene.size),
            names={UPLOAD: "your photo", GRID: "grid of numbers"},
        )
    with size:
        choice_box(
            "Picture size",
            sizes_of(scene.image),
            scene.size,
            "size",
            lambda scene, size: scene.with_picture(scene.image, size),
            names={n: f"{n} × {n} pixels" for n in (*SIZES, *GRID_SIZES)},
        )
    with pattern:
        choice_box(
            "Pattern",
            patterns_of(scene.image),
            scene.pattern,
            "pattern",
            lambda scene, name: scene.with_pattern(name),
        )
    with padding:
        choice_box(
            "Beyond the border",
            PADDING_MODES,
            scene.padding_mode,
            "padding",
            lambda scene, mode: replace(scene, padding_mode=mode),
            names=_PADDING_NAMES,
            tip="What a convolution with padding (p1, say) finds there. Without padding no neuron "
            "looks beyond the border.",
        )
    with moves:
        move_control()


def move_control(width: Any = "stretch") -> None:
    """Choose what the hand moves: the pattern alone, or the whole picture with it."""
    choice_box(
        "What moves",
        MOVES,
        learner().scene.moves,
        "moves",
        lambda scene, moves: replace(scene, moves=moves),
        names=_MOVE_NAMES,
        width=width,
        tip="Over a texture only the whole picture makes a true shift: a pattern by itself also "
        "changes what it hides.",
    )


def photo_control() -> None:
    """Take the learner's own photo; it stays in this browser session."""
    st.file_uploader(
        "Your own photo (PNG, JPEG or WebP)",
        type=["png", "jpg", "jpeg", "webp"],
        key="photo",
        on_change=_take_photo,
        help="It is cut to a square, made gray and scaled down. It stays in this session only.",
    )
    problem_of("photo")


def _take_photo() -> None:
    upload = st.session_state["photo"]
    if upload is None:
        return

    def with_photo(scene: Scene) -> Scene:
        pixels = read_photo(upload.getvalue(), photos.PHOTO_SIZE)
        gray = (pixels[0] * 255).round().astype("u1")
        return scene.with_picture(UPLOAD, scene.size, photos.keep(gray.tobytes()))

    learner().change(with_photo, "photo")


def stack_controls() -> None:
    """Choose a preset, one kind for all pools, or write the notation."""
    here = learner()
    text = str(here.scene.stack)
    name = next((n for n, preset in PRESETS.items() if preset == text), _OWN_STACK)
    preset, pools, notation = st.columns([1, 1, 2])
    with preset:
        choice_box(
            "Layers",
            [*PRESETS, *([_OWN_STACK] if name == _OWN_STACK else [])],
            name,
            "preset",
            _with_preset,
        )
    with pools:
        pool_control()
    with notation:
        if "notation" not in here.problems:
            st.session_state["notation"] = text
        st.text_input(
            "Layers in writing",
            key="notation",
            on_change=lambda: here.change(
                lambda scene: scene.with_stack(Stack.parse(st.session_state["notation"])),
                "notation",
            ),
            help="\n".join(f"- {kind.symbol} {kind.name}" for kind in KINDS)
            + "\n\nThen kernel, /stride, p padding, d dilation, c channels. "
            "As in C3x3/1p1c8 -> M2x2/2.",
        )
        problem_of("notation")


def pool_control() -> None:
    """Make all pools of the stack max, average or blur pools at once, to compare."""
    stack = learner().scene.stack
    kind = pool_kind(stack)
    has_pools = with_pools(stack, "max") != with_pools(stack, "average")
    name = kind or ("mixed" if has_pools else "there is none")
    choice_box(
        "All pools",
        [*POOL_KINDS, *([name] if kind is None else [])] if has_pools else [name],
        name,
        "pools",
        lambda scene, kind: (
            scene if kind == name else scene.with_stack(with_pools(scene.stack, kind))
        ),
        disabled=not has_pools,
        tip="A blur pool smooths with a kernel one cell larger than the pool it stands in for, and "
        "then takes every so many cells.",
    )


def _with_preset(scene: Scene, name: str) -> Scene:
    return scene if name == _OWN_STACK else scene.with_stack(Stack.parse(PRESETS[name]))


def kernel_controls() -> None:
    """Choose the kernels of each convolution."""
    scene = learner().scene
    convolutions = convolutions_of(scene.stack)
    if not convolutions:
        st.caption("This stack has no convolution, so there are no kernels to choose.")
        return
    with st.container(horizontal=True):
        for place, (number, layer, _) in enumerate(convolutions):
            choice = scene.kernels[place]
            own = [choice] if is_own(choice) else []
            choice_box(
                f"Layer {number}, {layer}",
                [*CHOICES, *own],
                choice,
                f"kernels_{place}",
                partial(_with_kernels, place),
                names={
                    "bank": "one kernel per channel",
                    "random": "random weights",
                    **dict.fromkeys(own, "your own"),
                },
                width=230,
            )
    prose(
        "A kernel sees one channel. From the second convolution on, it is applied to a mix of the "
        "channels before it, with fixed weights that were drawn once.",
        quiet=True,
    )


def _with_kernels(place: int, scene: Scene, choice: str) -> Scene:
    kernels = (*scene.kernels[:place], choice, *scene.kernels[place + 1 :])
    return replace(scene, kernels=kernels)


def choice_box(
    label: str,
    options: Sequence[Any],
    value: Any,
    key: str,
    make: Callable[[Scene, Any], Scene],
    *,
    names: dict[Any, str] | None = None,
    control: str | None = None,
    width: Any = "stretch",
    tip: str | None = None,
    disabled: bool = False,
) -> None:
    """A select box that shows a part of the scene and changes it."""
    key = f"choose_{key}"
    control = control or key
    st.session_state[key] = value
    here = learner()
    here.shown[key] = value

    def choose() -> None:
        choice = st.session_state[key]
        if not here.is_echo(key, choice):
            here.change(lambda scene: make(scene, choice), control)

    st.selectbox(
        label,
        options,
        key=key,
        format_func=lambda option: (names or {}).get(option, str(option)),
        on_change=choose,
        filter_mode=None,
        help=tip,
        width=width,
        disabled=disabled,
    )
    if control == key:
        problem_of(key)


def problem_of(control: str) -> None:
    """Show the sentence that a control's last change was refused with, if it was."""
    sentence = learner().problems.get(control)
    if sentence:
        st.error(plain(sentence))


def plain(text: str) -> str:
    """Escape Markdown: a sentence repeats what a stranger wrote in a link, images included.

    Web and mail addresses become links even so, unless an invisible joiner breaks them up.
    """
    text = re.sub(r"(?i)(?=[:@])|(?<=www)(?=\.)", "\u2060", " ".join(text.split()))
    return re.sub(r"([!-/:-@[-`{-~])", r"\\\1", text)
