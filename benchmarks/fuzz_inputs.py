"""The valid inputs that the fuzzer changes: notation, links, slides, models, files, messages."""

from __future__ import annotations

from io import BytesIO
from random import Random
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.app_server import ROOT
from benchmarks.fuzz_changes import changed_text
from pages.ui.lessons.progress import LearnerProgress
from pages.ui.scene.choices import PRESETS
from pages.ui.scene.lenses import page_of
from pages.ui.scene.link import to_query_string
from pages.ui.scene.scene import Scene
from pages.ui.scene.workspaces import (
    CONVOLUTION_WORKSPACE,
    HEADS_WORKSPACE,
    PARTS_WORKSPACE,
    POOL_WORKSPACE,
    STACK_WORKSPACE,
)
from rfcore.interop import to_keras, to_pytorch
from rfcore.stack import Stack
from tests.support.photo_bombs import empty_canvas, many_scans

NOTATIONS = (*PRESETS.values(), "input image --> C3x5/2p1d2c4 -> B3/2, R, GA -> output feature map")
SCENES = tuple(
    workspace.scene
    for workspace in (
        STACK_WORKSPACE,
        POOL_WORKSPACE,
        CONVOLUTION_WORKSPACE,
        HEADS_WORKSPACE,
        PARTS_WORKSPACE,
    )
)
QUERIES = tuple(to_query_string(scene) for scene in SCENES)
LINKS = tuple(
    f"/{page_of(scene.lens)}?{query}" for scene, query in zip(SCENES, QUERIES, strict=True)
)
DECK_TEXTS = tuple(
    f"# mine\n{link} notes\n\n{other} more" for link, other in zip(LINKS, LINKS[::-1], strict=True)
)
PROGRESS = LearnerProgress({"where-did-the-pixel-go": {"a-pixel": 3}}, ("where", "a-pixel"), 1)
MODELS = tuple(code(Stack.parse(text)) for text in NOTATIONS[:4] for code in (to_pytorch, to_keras))
KERAS_JSON = (ROOT / "tests" / "rfcore" / "keras_sequential.json").read_text(encoding="utf-8")
LESSONS = tuple(
    file.read_text(encoding="utf-8")
    for file in sorted((ROOT / "assets" / "lessons").glob("*.toml"))
)


def _photos() -> tuple[bytes, ...]:
    pixels = Random(0).randbytes(40 * 30 * 4)
    rgba = Image.fromarray(np.frombuffer(pixels, np.uint8).reshape(30, 40, 4))
    files = []
    for mode, kind in (("RGBA", "PNG"), ("P", "PNG"), ("RGB", "JPEG"), ("L", "JPEG"),
                       ("RGBA", "WEBP"), ("RGB", "WEBP")):  # fmt: skip
        buffer = BytesIO()
        rgba.convert(mode).save(buffer, kind)
        files.append(buffer.getvalue())
    return (*files, many_scans(300, side=400), empty_canvas())


PHOTOS = _photos()


def valid_message(scene: Scene, **changes: Any) -> dict[str, Any]:
    """Return a valid stage message for a scene."""
    return {
        "mount": "fuzz", "token": 1, "revision": 0, "knownScene": "", "knownStart": None,
        "position": list(scene.position), "start": list(scene.start), "unit": None,
        "channels": list(scene.channels), "view": "now", "committed": False, "probe": [0, 1, 1],
        "pointed": [1, 1], "pixel": None, "rings": ["box"], **changes,
    }  # fmt: skip


def changed_link(random: Random) -> tuple[str, str]:
    """Return a page and a query that was changed, as an address can carry it."""
    path, _, query = random.choice(LINKS).partition("?")
    return path[1:], changed_text(random, query, LINKS).encode("utf-8", "replace").decode()
