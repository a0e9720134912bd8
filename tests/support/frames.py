"""A frame as the browser has it: decoded by its documented layout."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from pages.ui.render.frame import render_frame
from pages.ui.render.lens import FULL_SCALE
from pages.ui.scene.scene import Scene
from rfcore.ops import Array
from tests.support.stage_messages import request_with

_TYPES = {"u1": np.dtype("u1"), "i2": np.dtype("<i2")}


@dataclass
class Decoded:
    """What the browser has of a frame."""

    header: dict[str, Any]
    planes: dict[str, Array]

    @property
    def layers(self) -> list[dict[str, Any]]:
        return self.header["setting"]["layers"]

    def maps(self, when: str) -> list[Array]:
        """Every map in its own numbers; the frame must carry its setting."""
        planes = [self.planes[f"{when}{index}"] for index in range(len(self.layers))]
        return [
            plane * (layer["scale"] / FULL_SCALE)
            for plane, layer in zip(planes, self.layers, strict=True)
        ]

    def composite(self) -> Array:
        """The picture with the pattern on it, as the browser lays it there: 0 to 255."""
        row, col = self.header["position"]
        share, pattern = self.planes["alpha"] / 255, self.planes["pattern"]
        image = self.planes["picture"].astype(float)
        image[row : row + len(pattern), col : col + len(pattern)] *= 1 - share
        image[row : row + len(pattern), col : col + len(pattern)] += share * pattern
        return image


def _no_constant(text: str) -> None:
    raise AssertionError(f"{text} is no JSON to a browser")


def decode(frame: bytes) -> Decoded:
    """Read a frame by the layout that pages/ui/render/frame.py documents, and hold it to it."""
    length = int.from_bytes(frame[:4], "little")
    assert length % 4 == 0
    header = json.loads(frame[4 : 4 + length], parse_constant=_no_constant)
    planes = {}
    end = 0
    for name, kind, rows, cols, offset in header.pop("planes"):
        assert offset == end + -end % 4, f"{name} does not follow the plane before it"
        assert name not in planes
        planes[name] = np.frombuffer(frame, _TYPES[kind], rows * cols, 4 + length + offset).reshape(
            rows, cols
        )
        end = offset + planes[name].nbytes
    assert len(frame) == 4 + length + end + -end % 4
    return Decoded(header, planes)


def rendered(scene: Scene, **request: Any) -> Decoded:
    """The frame of a scene; request: as for `request_with`."""
    return decode(render_frame(scene, request_with(**request)))
