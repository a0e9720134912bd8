"""The parts lens: what every grid makes of a face while its parts are dragged, and which cells do.

The grids are trained elsewhere, never by a frame: it shows those that there are. Pure.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pages.ui.render import parts_text
from pages.ui.render.context import RenderContext
from pages.ui.render.lens import FrameInputs, FramePart, Lens, as_plane
from pages.ui.scene.face import FACE_SIZE, HOME, FaceParts, limits
from pages.ui.scene.scene import Scene
from pages.ui.training.faces import GRID_STORE, TrainedGrids
from rfcore.faces.parts import FACE_PARTS, draw_part


class PartsLens(Lens):
    """The face, the cells of one grid over it, and the answers of all grids beside it."""

    responses = False

    def visible_layers(self, scene: Scene) -> tuple[int, ...]:
        return ()

    def cache_key(self, scene: Scene) -> str:
        trained = _trained(scene)
        return f".{trained.serial}" if trained else ""

    def static_part(self, scene: Scene, context: RenderContext) -> FramePart:
        """Return the parts, and the grids with their cells."""
        assert scene.parts is not None
        trained, spec = _trained(scene), scene.parts.spec
        sides = [draw_part(part, FACE_SIZE).alpha.shape[0] for part in FACE_PARTS]
        header: dict[str, Any] = {
            "names": FACE_PARTS,
            "home": HOME,
            "limits": [limits(part) for part in FACE_PARTS],
            "sides": sides,
            "grids": [
                {"grid": grid, "name": parts_text.grid_name(grid, spec.grids)}
                for grid in spec.grids
            ],
            "trained": trained is not None,
        }
        if trained is not None:
            header["boxes"], header["full"] = trained.boxes, trained.full
        return FramePart({"face": header})

    def dynamic_part(self, inputs: FrameInputs) -> FramePart:
        """Return the picture as the grids see it, their answers, and the evidence of the cells."""
        scene = inputs.scene
        assert scene.parts is not None
        picture, trained = inputs.context.picture_of(scene), _trained(scene)
        planes = {"face": np.rint(picture[0] * 255).astype("u1")}
        header: dict[str, Any] = {
            "readings": [{} for _ in scene.stack],
            "parts": scene.parts.places,
            "chosen": scene.parts.grid,
            "grid": shown_grid(scene.parts, trained),
            "note": "",
            "answers": [],
        }
        if trained is None:
            header["sentence"] = parts_text.UNTRAINED
            return FramePart(header, planes)
        probabilities = trained.parts.face_probabilities(picture)
        header["answers"] = [
            {
                "face": float(p),
                "says": parts_text.answer_of(float(p)).says,
                "text": parts_text.answer_text(float(p)),
            }
            for p in probabilities
        ]
        header["note"] = parts_text.cells_note(header["grid"])
        header["sentence"] = parts_text.parts_sentence(scene, trained, probabilities)
        at = trained.parts.spec.grids.index(header["grid"])
        evidence = trained.parts.evidence(header["grid"], picture)
        planes["evidence"] = as_plane(evidence, trained.full[at])
        return FramePart(header, planes)


LENS = PartsLens()


def shown_grid(parts: FaceParts, trained: TrainedGrids | None) -> int:
    """Return the grid whose cells are shown: the chosen one, or the most useful one that is known.

    Without trained grids it is the coarsest.
    """
    if parts.grid is not None:
        return parts.grid
    return parts.spec.grids[0] if trained is None else parts_text.useful_grid(trained)


def _trained(scene: Scene) -> TrainedGrids | None:
    return None if scene.parts is None else GRID_STORE.find(scene.parts.spec)
