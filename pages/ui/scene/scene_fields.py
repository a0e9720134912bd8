"""The fields of a scene, and properties derived from them. Pure: no Streamlit here.

`rules.py` checks these fields; `scene.py` builds on both.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pages.ui.scene.choices import DEFAULT_SIZE, PRESETS, Moves, Ring, View, pattern_size
from pages.ui.scene.face import FaceParts
from pages.ui.scene.grid import FULL, GRID
from pages.ui.scene.head_training import Training, experiment_of
from pages.ui.scene.lenses import LensName
from pages.ui.scene.limits import map_shapes
from pages.ui.scene.photos import Photo
from rfcore.filters import BANK
from rfcore.heads.experiment import Experiment
from rfcore.layers import Pair
from rfcore.ops import PaddingMode
from rfcore.stack import Stack


@dataclass(frozen=True)
class Unit:
    """One unit of one map: the layer counted from 0, and its (row, col) there."""

    layer: int
    row: int
    col: int


@dataclass(frozen=True)
class SceneFields:
    """The fields of a `Scene`, not yet validated.

    image: name of a background, or UPLOAD. size: pixels per side of the working picture. pattern:
    its name. position, start: (row, col) of the pattern's upper left pixel, now and at the start of
    the drag. stack: the layers. kernels: one choice per convolution. padding_mode: what lies beyond
    the border. channels: the channel shown for each layer, from 0. unit: the pinned unit. view:
    which state all maps show. photo: the learner's photo; links leave it out. lens: the name of the
    lens. moves: whether a drag moves the pattern alone or the whole picture, and what fills the
    edge then. cells: the numbers of a grid, one digit each. pixel: the pinned (row, col) of the
    picture. rings: what is drawn of a unit's receptive field, in the order of RINGS. training: how
    the heads are trained; None without heads. parts: of the face; only the lens "parts" has them.
    """

    image: str = "meadow"
    size: int = DEFAULT_SIZE
    pattern: str = "cat"
    position: Pair = (24, 12)
    start: Pair = (24, 12)
    stack: Stack = field(default_factory=lambda: Stack.parse(next(iter(PRESETS.values()))))
    kernels: tuple[str, ...] = (BANK, BANK)
    padding_mode: PaddingMode = "zeros"
    channels: tuple[int, ...] = (0, 0, 0)
    unit: Unit | None = None
    view: View = "now"
    photo: Photo | None = None
    lens: LensName = "maps"
    moves: Moves = "pattern"
    cells: str = ""
    pixel: Pair | None = None
    rings: tuple[Ring, ...] = ("box", "effective")
    training: Training | None = None
    parts: FaceParts | None = None

    @property
    def experiment(self) -> Experiment | None:
        """The experiment in which the scene's heads are trained; None when it has no heads."""
        if self.training is None:
            return None
        return experiment_of(
            self.training, self.image, self.size, self.stack, self.kernels, self.padding_mode
        )

    def has_unit(self, unit: Unit) -> bool:
        """Whether a unit is on one of this scene's maps."""
        shapes = map_shapes(self.stack, self.size)
        if not 0 <= unit.layer < len(shapes):
            return False
        rows, cols = shapes[unit.layer][1:]
        return 0 <= unit.row < rows and 0 <= unit.col < cols

    def has_pixel(self, pixel: Pair) -> bool:
        """Whether a pixel, (row, col), is in the picture."""
        return all(0 <= at < self.size for at in pixel)

    @property
    def pattern_size(self) -> int:
        """Pixels per side of the pattern: one, or a quarter of the picture."""
        return pattern_size(self.pattern, self.size)

    @property
    def full(self) -> int:
        """The value of a white pixel: 1, or FULL on a grid."""
        return FULL if self.image == GRID else 1

    @property
    def moved(self) -> Pair:
        """The move of the pattern since the start of the drag, (rows, cols) in pixels."""
        return self.position[0] - self.start[0], self.position[1] - self.start[1]
