"""The parts lens: the answers and the evidence of grids while a face's parts are dragged. Pure.

A frame shows the grids that are trained already; it never trains any.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pages.ui.render.context import RenderContext
from pages.ui.render.lens import FrameInputs, FramePart, Lens, as_plane
from pages.ui.scene.face import FACE_SIZE, HOME_PLACES, MIDDLE, FaceParts, limits
from pages.ui.scene.scene import Scene
from pages.ui.text.format import direction, percent
from pages.ui.training.faces import GRID_STORE, TrainedGrids
from rfcore.faces.parts import FACE_PARTS, draw_part
from rfcore.faces.spec import PartsSpec
from rfcore.layers import Pair
from rfcore.ops import Array

UNTRAINED_GRIDS = (
    "The grids are not trained yet, so none can answer. The parts can be dragged meanwhile."
)

UNDECIDED = 0.55
"""The probability below which a grid is undecided; a guess has 0.5."""

UNMOVED = 0.05
"""The largest change of a probability that the text calls no change."""


class PartsLens(Lens):
    """The face, the cells of one grid over it, and the answers of all grids beside it."""

    responses = False

    def visible_layers(self, scene: Scene) -> tuple[int, ...]:
        return ()

    def cache_key(self, scene: Scene) -> str:
        trained = _trained(scene)
        return f".{trained.serial}" if trained else ""

    def static_part(self, scene: Scene, context: RenderContext) -> FramePart:
        """Return the parts and the grids with their cells."""
        assert scene.parts is not None
        trained, spec = _trained(scene), scene.parts.spec
        sides = [draw_part(part, FACE_SIZE).alpha.shape[0] for part in FACE_PARTS]
        header: dict[str, Any] = {
            "names": FACE_PARTS,
            "home": HOME_PLACES,
            "limits": [limits(part) for part in FACE_PARTS],
            "sides": sides,
            "grids": [{"grid": grid, "name": grid_name(grid, spec.grids)} for grid in spec.grids],
            "trained": trained is not None,
        }
        if trained is not None:
            header["boxes"], header["full"] = trained.boxes, trained.full
        return FramePart({"face": header})

    def dynamic_part(self, inputs: FrameInputs) -> FramePart:
        """Return the picture, the grids' answers to it, and the evidence of the cells."""
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
            header["sentence"] = UNTRAINED_GRIDS
            return FramePart(header, planes)
        probabilities = trained.parts.face_probabilities(picture)
        header["answers"] = [
            {
                "face": float(p),
                "says": grid_answer(float(p)).says,
                "text": grid_answer_text(float(p)),
            }
            for p in probabilities
        ]
        header["note"] = cells_note(header["grid"])
        header["sentence"] = parts_sentence(scene, trained, probabilities)
        at = trained.parts.spec.grids.index(header["grid"])
        evidence = trained.parts.evidence(header["grid"], picture)
        planes["evidence"] = as_plane(evidence, trained.full[at])
        return FramePart(header, planes)


LENS = PartsLens()


def shown_grid(parts: FaceParts, trained: TrainedGrids | None) -> int:
    """Return the grid whose cells are shown: the chosen one, by default the most useful one.

    Before the grids are trained, the default is the coarsest.
    """
    if parts.grid is not None:
        return parts.grid
    return parts.spec.grids[0] if trained is None else useful_grid(trained)


def _trained(scene: Scene) -> TrainedGrids | None:
    return None if scene.parts is None else GRID_STORE.find(scene.parts.spec)


class GridAnswer(NamedTuple):
    """A grid's answer and the probability that the grid gives it."""

    says: str
    probability: float


def grid_answer(face: float) -> GridAnswer:
    """Return the answer of a grid; face: its probability of "face".

    >>> grid_answer(0.2).says, grid_answer(0.51).says
    ('scrambled', 'undecided')
    """
    most = max(face, 1 - face)
    if most < UNDECIDED:
        return GridAnswer("undecided", face)
    return GridAnswer("face" if face > 0.5 else "scrambled", most)


def grid_answer_text(face: float) -> str:
    """Return the text of an answer beside its bar.

    >>> grid_answer_text(0.09), grid_answer_text(0.51)
    ('scrambled, 91 %', 'undecided, 51 % face')
    """
    says, probability = grid_answer(face)
    return f"{says}, {percent(probability)}" + (" face" if says == "undecided" else "")


def grid_name(grid: int, grids: Sequence[int]) -> str:
    """Return the name of a grid among others; the finest one does no pooling.

    >>> grid_name(1, (1, 6, 64)), grid_name(64, (1, 6, 64))
    ('1 (global)', '64 (no pooling)')
    """
    if grid == 1:
        return "1 (global)"
    return f"{grid} (no pooling)" if grid == no_pooling() == max(grids) else str(grid)


def cells_note(grid: int) -> str:
    """Say what the colours over the face mean.

    >>> cells_note(1)
    'Over the face, g = 1: orange speaks for a face, blue for a scrambled one.'
    """
    return f"Over the face, g = {grid}: orange speaks for a face, blue for a scrambled one" + (
        ", more than that cell does on average." if grid > 1 else "."
    )


def no_pooling() -> int:
    """Return the grid with one cell for each unit of the features."""
    return PartsSpec().map_shape()[1]


def untaught_distance(spec: PartsSpec) -> int:
    """Return the smallest tested distance that is larger than any in the training examples."""
    beyond = [distance for distance in spec.distances if distance > spec.trained_jitter]
    return beyond[0] if beyond else spec.distances[-1]


def useful_grid(trained: TrainedGrids) -> int:
    """Return the grid with the best accuracy on moves that are not in the training examples."""
    parts = trained.parts
    return parts.best_grid(untaught_distance(parts.spec))


def parts_sentence(scene: Scene, trained: TrainedGrids, probabilities: Array) -> str:
    """Say what was moved, which grids notice, and how global pooling answers."""
    return " ".join([moved_text(scene), *_noticed(trained, probabilities)])


def moved_text(scene: Scene) -> str:
    """Say which parts are not in their places, and how far the whole face has moved."""
    assert scene.parts is not None
    moves = {
        part: (place[0] - home[0], place[1] - home[1])
        for part, place, home in zip(FACE_PARTS, scene.parts.places, HOME_PLACES, strict=True)
    }
    away = [part for part, move in moves.items() if move != (0, 0)]
    whole = scene.position[0] - MIDDLE[0], scene.position[1] - MIDDLE[1]
    if len(away) == 1:
        text = f"The {away[0]} moved {_direction(moves[away[0]])}."
    elif away:
        text = f"Out of place: {', '.join(away)}."
    else:
        text = "Every part is in its place."
    return text if whole == (0, 0) else f"{text} The whole face moved {_direction(whole)}."


def _direction(move: Pair) -> str:
    return direction(move, "px", plural="px")


def _noticed(trained: TrainedGrids, probabilities: Array) -> list[str]:
    """Say which grids changed to "scrambled", which say "face", and how g = 1 answers."""
    grids = trained.parts.spec.grids
    before, now = (
        {grid: grid_answer(float(face)).says for grid, face in zip(grids, faces, strict=True)}
        for faces in (trained.home, probabilities)
    )
    notice = [grid for grid in grids if before[grid] == "face" and now[grid] == "scrambled"]
    still = [grid for grid in grids if now[grid] == "face"]
    sentences = []
    if notice:
        sentences.append(f"{_grids(notice, grids)} now {_say(notice)} scrambled.")
    if still:
        sentences.append(f"{_grids(still, grids)} {_say(still)} face.")
    elif not notice:
        sentences.append("No grid says face.")
    if now.get(1) == "undecided" and abs(probabilities[0] - trained.home[0]) < UNMOVED:
        sentences.append("Global pooling (g = 1) cannot tell: it does not know where a part is.")
    return sentences


def _say(grids: Sequence[int]) -> str:
    return "say" if len(grids) > 1 else "says"


def _grids(grids: Sequence[int], of: Sequence[int]) -> str:
    *most, last = _runs(grids, of)
    return f"g = {', '.join(most)} and {last}" if most else f"g = {last}"


def _runs(grids: Sequence[int], of: Sequence[int]) -> list[str]:
    """Write runs of three or more consecutive grids as ranges."""
    runs: list[list[int]] = []
    for grid in grids:
        if runs and of.index(grid) == of.index(runs[-1][-1]) + 1:
            runs[-1].append(grid)
        else:
            runs.append([grid])
    return [
        text
        for run in runs
        for text in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else map(str, run))
    ]
