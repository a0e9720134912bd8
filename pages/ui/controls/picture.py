"""The controls of the picture, of the pattern on it, and of what a drag moves."""

from __future__ import annotations

import atexit
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.ui.controls.notices import show_problem
from pages.ui.controls.scene_select import scene_select
from pages.ui.scene import photos
from pages.ui.scene.choices import MOVES, PICTURE_SIZES, UPLOAD, patterns_of, sizes_of
from pages.ui.scene.grid import GRID, GRID_SIZES
from pages.ui.scene.scene import Scene
from pages.ui.server.photo_reader import PhotoReader
from pages.ui.session.tab_state import tab_state
from rfcore.ops import PADDING_MODES
from rfcore.pictures.backgrounds import BACKGROUNDS

_PADDING_NAMES = {
    "zeros": "zeros",
    "circular": "circular (the far side)",
    "reflect": "reflect (mirrored)",
    "replicate": "replicate (the border)",
}

_PHOTOS = PhotoReader(photos.PHOTO_SIZE)
atexit.register(_PHOTOS.close)

_MOVE_NAMES = {
    "pattern": "the pattern alone",
    "zeros": "all, black comes in",
    "wrap": "all, wrapping round",
}


def picture_controls() -> None:
    """Show the controls of picture, size, pattern, padding mode, and what a drag moves."""
    scene = tab_state().scene
    picture, size, pattern, padding, moves = st.columns(5)
    pictures = [*BACKGROUNDS, GRID, *([UPLOAD] if scene.photo else [])]
    with picture:
        scene_select(
            "Picture",
            pictures,
            scene.image,
            "picture",
            lambda scene, image: scene.with_picture(image, scene.size),
            names={UPLOAD: "your photo", GRID: "grid of numbers"},
        )
    with size:
        scene_select(
            "Picture size",
            sizes_of(scene.image),
            scene.size,
            "size",
            lambda scene, size: scene.with_picture(scene.image, size),
            names={n: f"{n} × {n} pixels" for n in (*PICTURE_SIZES, *GRID_SIZES)},
        )
    with pattern:
        scene_select(
            "Pattern",
            patterns_of(scene.image),
            scene.pattern,
            "pattern",
            lambda scene, name: scene.with_pattern(name),
        )
    with padding:
        scene_select(
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
    """Show the control for what a drag moves: the pattern alone, or the whole picture with it."""
    scene_select(
        "What moves",
        MOVES,
        tab_state().scene.moves,
        "moves",
        lambda scene, moves: replace(scene, moves=moves),
        names=_MOVE_NAMES,
        width=width,
        tip="Over a texture only the whole picture makes a true shift: a pattern by itself also "
        "changes what it hides.",
    )


def photo_control() -> None:
    """Show the upload of the learner's own photo, which stays in this browser session."""
    st.file_uploader(
        "Your own photo (PNG, JPEG or WebP)",
        type=["png", "jpg", "jpeg", "webp"],
        key="photo",
        on_change=_take_photo,
        help="It is cut to a square, made gray and scaled down. It stays in this session only.",
    )
    show_problem("photo")


def _take_photo() -> None:
    upload = st.session_state["photo"]
    if not hasattr(upload, "getvalue"):  # None, or what stands for a file that is gone
        return

    def with_photo(scene: Scene) -> Scene:
        gray = _PHOTOS.read(upload.getvalue())
        return scene.with_picture(UPLOAD, scene.size, photos.keep(gray))

    tab_state().change(with_photo, "photo")
