"""Maps of a moving pattern: recompute only the cells that its old and new place can reach."""

from __future__ import annotations

from typing import NamedTuple

from rfcore import ops
from rfcore.checks import whole_number
from rfcore.errors import PatternError
from rfcore.layers import Pair
from rfcore.network import Network, checked_network
from rfcore.ops import Array
from rfcore.pictures.patterns import Pattern, checked_pattern, place
from rfcore.receptive_field import receptive_fields
from rfcore.regions import Interval, build_updates
from rfcore.stack import Stack

Span = tuple[Interval, Interval]
"""The rows and the columns of a rectangle of pixels."""


class MovingPattern:
    """The maps of a network for an image with a pattern that moves, as a full pass gives them.

    network: what to run. background: (1, rows, cols), float32 or float64; it is copied.
    pattern: what moves over it. Before the first move it is not in the image.
    A move recomputes, layer by layer, the units that see the pattern's old or new place. The maps
    equal those of ``network.forward(place(background, pattern, row, col))`` bit for bit. The work
    depends on the size of the pattern, not on that of the image or the length of the move; only a
    global pool reads its whole map. An instance is not thread-safe.
    Raises ShapeError when `background` is not a map or a layer does not fit it, PatternError when
    it has more than one channel or `pattern` is not a Pattern, LayerError when `network` is not a
    Network.

    >>> from rfcore import Network, Stack, draw_background, draw_pattern
    >>> network = Network.with_filters(Stack.parse("C3x3/1 -> M2x2/2 -> C3x3/1"))
    >>> moving = MovingPattern(network, draw_background("meadow", 64), draw_pattern("cat", 16))
    >>> before = [activation.copy() for activation in moving.activations]
    >>> after = moving.move_to(24, 20)
    >>> [int((old != new).any(axis=0).sum()) for old, new in zip(before, after)]
    [262, 75, 118]
    """

    def __init__(self, network: Network, background: Array, pattern: Pattern) -> None:
        checked_network(network)
        ops.checked_map(background)
        checked_pattern(pattern)
        height, width = pattern.alpha.shape
        self._background = place(background, pattern, -height, -width)  # all outside
        self._pattern = pattern
        self._sizes: Pair = background.shape[1], background.shape[2]
        image = self._background.copy()
        activations = network.forward(image)
        self._work = _Work.of(network.stack, self._sizes)
        self._steps, maps = build_updates(network, image, activations)
        self._image = maps[0]
        self._views = tuple(map(_read_only, maps))
        self._position: Pair | None = None

    @property
    def image(self) -> Array:
        """The image as it is now, (1, rows, cols): a read-only view, valid until the next move."""
        return self._views[0]

    @property
    def activations(self) -> tuple[Array, ...]:
        """A map (channels, rows, cols) for each layer: read-only views, valid until the next move.

        Every move overwrites these arrays: copy what you keep.
        """
        return self._views[1:]

    def move_to(self, row: int, col: int) -> tuple[Array, ...]:
        """Put the pattern's top-left corner at (row, col), in pixels, and return `activations`.

        The pattern may lie partly or wholly outside; the image clips it.
        Raises PatternError when a position is not an int.

        >>> from rfcore import Network, Stack, draw_background, draw_pattern
        >>> network = Network.with_filters(Stack.parse("C3 -> GM"))
        >>> moving = MovingPattern(network, draw_background("flat", 64), draw_pattern("cat", 16))
        >>> here = moving.move_to(3, 5)[-1].copy()
        >>> bool((moving.move_to(40, 30)[-1] == here).all())
        True
        """
        position = (
            whole_number(row, "row", error=PatternError),
            whole_number(col, "col", error=PatternError),
        )
        if position == self._position:
            return self.activations
        spans = [self._span(where) for where in (self._position, position) if where is not None]
        dirty = self._work.joined([span for span in spans if span is not None])
        self._position = position
        for (row0, row1), (col0, col1) in dirty:
            part = self._background[:, row0:row1, col0:col1]
            placed = place(part, self._pattern, position[0] - row0, position[1] - col0)
            self._image[:, row0:row1, col0:col1] = placed
        for span in dirty:
            rows, cols = [span[0]], [span[1]]
            for step in self._steps:
                rows, cols = step.refresh(rows, cols)
        return self.activations

    def _span(self, position: Pair) -> Span | None:
        """Return the pixels that the pattern covers; None when all of it is cut off."""
        (row, col), (height, width) = position, self._pattern.alpha.shape
        rows = max(row, 0), min(row + height, self._sizes[0])
        cols = max(col, 0), min(col + width, self._sizes[1])
        return (rows, cols) if rows[0] < rows[1] and cols[0] < cols[1] else None


def move_cost(stack: Stack, sizes: Pair, side: int) -> float:
    """Return roughly how many multiply-adds a MovingPattern spends on a move by one pixel.

    sizes: (rows, cols) of the image. side: of the pattern, in pixels. It is far less than for a
    full pass, unless the fields are as large as the image.
    Raises ShapeError when a layer does not fit.

    >>> stack = Stack.parse("C3x3/1")
    >>> move_cost(stack, (64, 64), 16) < stack.cost((1, 64, 64)) / 10
    True
    """
    return _Work.of(stack, sizes).cost(((0, side), (0, side + 1)))


class _Work(NamedTuple):
    """An estimate of the cost of recomputing a span.

    sizes: (rows, cols) of the image. layers: (rows, cols, cost) of each layer: by how many pixels
    its field widens a span, and its multiply-adds per pixel.
    """

    sizes: Pair
    layers: tuple[tuple[int, int, float], ...]

    @classmethod
    def of(cls, stack: Stack, sizes: Pair) -> _Work:
        shape = (1, *sizes)
        layers = []
        for layer, field, out in zip(
            stack,
            receptive_fields(stack, sizes),
            stack.shapes(shape),
            strict=True,
        ):
            cost = layer.cost(shape) / (sizes[0] * sizes[1])
            layers.append((field.size[0] - 1, field.size[1] - 1, cost))
            shape = out
        return cls(sizes, tuple(layers))

    def joined(self, spans: list[Span]) -> list[Span]:
        """Return the bounding box of two spans if it costs no more than the two separately."""
        if len(spans) < 2:
            return spans
        (rows, cols), (other_rows, other_cols) = spans
        box = (
            (min(rows[0], other_rows[0]), max(rows[1], other_rows[1])),
            (min(cols[0], other_cols[0]), max(cols[1], other_cols[1])),
        )
        return [box] if self.cost(box) <= sum(map(self.cost, spans)) else spans

    def cost(self, span: Span) -> float:
        """Return the approximate multiply-adds of recomputing a span."""
        (row0, row1), (col0, col1) = span
        return sum(
            cost * min(row1 - row0 + rows, self.sizes[0]) * min(col1 - col0 + cols, self.sizes[1])
            for rows, cols, cost in self.layers
        )


def _read_only(array: Array) -> Array:
    view = array.view()
    view.flags.writeable = False
    return view
