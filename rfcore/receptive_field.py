"""Receptive fields: which pixels a unit can see, by arithmetic alone, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rfcore.checks import as_fields, whole_number, whole_pair
from rfcore.errors import ShapeError
from rfcore.layers import Pair
from rfcore.stack import Stack, checked_stack

MAX_FIELD = 1_000_000_000
"""The most pixels along an axis of a field or a jump. It is a thousand times wider than any picture
and keeps the numbers short enough to print."""


_SPAN = ("row0", "row1", "col0", "col1")


@dataclass(frozen=True)
class ReceptiveField:
    """The field of a layer's units; every attribute a (rows, cols) pair of input pixels.

    size: how many pixels one unit spans.
    jump: how far the span moves from one unit to the next (also called effective stride).
    start: where the span of unit 0 begins; negative when it begins in the padding.
    has_holes: whether some pixels inside the span are not seen. Dilation, and strides larger than
    the kernel, can cause holes.

    >>> ReceptiveField((8, 8), (2, 2), (0, 0)).span(1, 2)
    (2, 10, 4, 12)
    """

    size: Pair
    jump: Pair
    start: Pair
    has_holes: bool = False

    def span(self, row: int, col: int) -> tuple[int, int, int, int]:
        """Return (row0, row1, col0, col1), half-open, of the unit at (row, col); not clipped.

        Raises ShapeError when a row or a col is not a whole number.

        >>> receptive_fields(Stack.parse("C3x3/1p1 -> M2x2/2"))[-1].span(0, 3)
        (-1, 3, 5, 9)
        """
        row = whole_number(row, "row", error=ShapeError)
        col = whole_number(col, "col", error=ShapeError)
        row0 = self.start[0] + row * self.jump[0]
        col0 = self.start[1] + col * self.jump[1]
        return row0, row0 + self.size[0], col0, col0 + self.size[1]

    def reach(
        self, pixels: tuple[int, int, int, int], sizes: Pair | None = None
    ) -> tuple[int, int, int, int]:
        """Return the units (row0, row1, col0, col1), half-open, whose span meets some pixels.

        This is the projective field, the inverse of `span`: the units that a change of the pixels
        can change.
        pixels: (row0, row1, col0, col1), half-open: one pixel is (row, row + 1, col, col + 1), and
        an empty box reaches no unit. sizes: (rows, cols) of the layer's map, to which the result is
        clipped. As in `span`, copies of pixels in a circular or mirrored border do not count.
        Raises ShapeError when pixels or sizes are not whole numbers, or a size is below 0.

        >>> field = receptive_fields(Stack.parse("C3x3/1 -> M2x2/2 -> C3x3/1"))[-1]
        >>> field.reach((8, 9, 0, 4)), field.reach((8, 9, 0, 4), (29, 29))
        ((1, 5, -3, 2), (1, 5, 0, 2))
        """
        row0, row1, col0, col1 = (
            whole_number(place, f"{name} of pixels", error=ShapeError)
            for place, name in zip(
                as_fields(pixels, "pixels", _SPAN, error=ShapeError), _SPAN, strict=True
            )
        )
        if sizes is not None:
            sizes = whole_pair(sizes, "sizes", 0, error=ShapeError)
        units = []
        for axis, (begin, end) in enumerate(((row0, row1), (col0, col1))):
            first = (begin - self.start[axis] - self.size[axis]) // self.jump[axis] + 1
            stop = (end - 1 - self.start[axis]) // self.jump[axis] + 1 if begin < end else first
            if sizes is not None:
                first, stop = (min(max(unit, 0), sizes[axis]) for unit in (first, stop))
            units += [first, stop]
        return units[0], units[1], units[2], units[3]


def receptive_fields(stack: Stack, image_size: Pair | None = None) -> tuple[ReceptiveField, ...]:
    """Return the receptive field of every layer of a stack, in order.

    image_size: (rows, cols) of the image; only global pools need it, whose field is the image.
    Raises ShapeError when a global pool has no image_size, the image is too small, or a field
    or a jump exceeds MAX_FIELD pixels; LayerError when `stack` is not a Stack.
    Source: Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural
    Networks", Distill.

    >>> [field.size for field in receptive_fields(Stack.parse("C3x3/1 -> M2x2/2 -> C3x3/1"))]
    [(3, 3), (4, 4), (8, 8)]
    """
    checked_stack(stack)
    if image_size is not None:
        image_size = whole_pair(image_size, "image_size", 1, error=ShapeError)
    return _receptive_fields(stack, image_size)


@lru_cache(maxsize=512)
def _receptive_fields(stack: Stack, sizes: Pair | None) -> tuple[ReceptiveField, ...]:
    shapes = None if sizes is None else stack.shapes((1, *sizes))
    size, jump, start = [1, 1], [1, 1], [0, 0]
    taps = _Taps(), _Taps()
    fields = []
    for number, layer in enumerate(stack):
        window = layer.window(sizes)
        for axis in (0, 1):
            kernel, stride, padding, dilation = (pair[axis] for pair in window)
            taps[axis].add(dilation * jump[axis], kernel)
            size[axis] += dilation * (kernel - 1) * jump[axis]
            start[axis] -= padding * jump[axis]
            jump[axis] *= stride
            for name, pixels in (("receptive field", size[axis]), ("jump", jump[axis])):
                if pixels > MAX_FIELD:
                    raise ShapeError(
                        f"layer {number + 1}, {layer}: its {name} must be at most {MAX_FIELD} "
                        f"pixels, got {pixels}"
                    )
        fields.append(
            ReceptiveField(
                size=(size[0], size[1]),
                jump=(jump[0], jump[1]),
                start=(start[0], start[1]),
                has_holes=any(axis.leave_holes() for axis in taps),
            )
        )
        if shapes is not None:
            sizes = shapes[number][1:]
    return tuple(fields)


class _Taps:
    """The pixels that the layers so far reach along one axis: all sums of one offset per layer.

    A kernel of k taps that are s pixels apart has the offsets 0, s, ..., (k - 1) * s.
    """

    def __init__(self) -> None:
        self._reaches: dict[int, int] = {}
        """For each tap distance s, the sum of (k - 1) * s over its kernels; sorted by s."""

    def add(self, step: int, kernel_size: int) -> None:
        if kernel_size == 1:
            return
        is_last = not self._reaches or step >= next(reversed(self._reaches))
        self._reaches[step] = self._reaches.get(step, 0) + (kernel_size - 1) * step
        if not is_last:
            self._reaches = dict(sorted(self._reaches.items()))

    def leave_holes(self) -> bool:
        """Return whether some pixel between the first and the last is not such a sum.

        Add the distances in rising order. Suppose that the shorter ones reach every pixel from 0 to
        r. A distance s of at most r + 1 extends this range without a hole. A larger s leaves out
        pixel r + 1, because every sum that uses it is at least s.
        """
        filled = 0
        for step, reach in self._reaches.items():
            if step > filled + 1:
                return True
            filled += reach
        return False
