"""Receptive fields: which pixels a unit can see, by arithmetic alone, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass

from rfcore.errors import ShapeError
from rfcore.layers import Pair
from rfcore.stack import Stack

MAX_FIELD = 1_000_000
"""Pixels per axis, of a field and of a jump; hundreds of times the deepest published ones, so only
nonsense is refused, before its numbers get too long to print."""


@dataclass(frozen=True)
class ReceptiveField:
    """The field of a layer's units; every attribute a (rows, cols) pair of input pixels.

    size: how many pixels one unit spans.
    jump: how far the span moves from one unit to the next (also called effective stride).
    start: where the span of unit 0 begins; negative when padding lies before the image.
    has_holes: whether pixels inside the span go unseen, which dilation and strides larger than
    the kernel can cause.
    """

    size: Pair
    jump: Pair
    start: Pair
    has_holes: bool = False

    def span(self, row: int, col: int) -> tuple[int, int, int, int]:
        """Return (row0, row1, col0, col1), half-open, of the unit at (row, col); not clipped.

        >>> receptive_fields(Stack.parse("C3x3/1p1 -> M2x2/2"))[-1].span(0, 3)
        (-1, 3, 5, 9)
        """
        row0 = self.start[0] + row * self.jump[0]
        col0 = self.start[1] + col * self.jump[1]
        return row0, row0 + self.size[0], col0, col0 + self.size[1]

    def reach(
        self, pixels: tuple[int, int, int, int], sizes: Pair | None = None
    ) -> tuple[int, int, int, int]:
        """Return the units (row0, row1, col0, col1), half-open, whose span meets some pixels.

        This is the projective field, `span` read backwards: all that a change of the pixels can
        change.
        pixels: (row0, row1, col0, col1), half-open: one pixel is (row, row + 1, col, col + 1), and
        none reach no unit. sizes: (rows, cols) of the layer's map, to clip to its own units.
        Spans are counted as in `span`: copies of pixels that a circular or mirrored border puts
        elsewhere are not.

        >>> field = receptive_fields(Stack.parse("C3x3/1 -> M2x2/2 -> C3x3/1"))[-1]
        >>> field.reach((8, 9, 0, 4)), field.reach((8, 9, 0, 4), (29, 29))
        ((1, 5, -3, 2), (1, 5, 0, 2))
        """
        units = []
        for axis, (begin, end) in enumerate((pixels[:2], pixels[2:])):
            first = (begin - self.start[axis] - self.size[axis]) // self.jump[axis] + 1
            stop = (end - 1 - self.start[axis]) // self.jump[axis] + 1 if begin < end else first
            if sizes is not None:
                first, stop = (min(max(unit, 0), sizes[axis]) for unit in (first, stop))
            units += [first, stop]
        return units[0], units[1], units[2], units[3]


def receptive_fields(stack: Stack, image_size: Pair | None = None) -> tuple[ReceptiveField, ...]:
    """Return the receptive field of every layer of a stack, in order.

    image_size: (rows, cols) of the image; only global pools need it, whose field is all of it.
    Raises ShapeError when a global pool has no image_size, the image is too small, or a field
    or a jump would be more than MAX_FIELD pixels.
    Source: Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural
    Networks", Distill.

    >>> [field.size for field in receptive_fields(Stack.parse("C3x3/1 -> M2x2/2 -> C3x3/1"))]
    [(3, 3), (4, 4), (8, 8)]
    """
    shapes = None if image_size is None else stack.shapes((1, *image_size))
    sizes = None if image_size is None else (int(image_size[0]), int(image_size[1]))
    size, jump, start = [1, 1], [1, 1], [0, 0]
    seen = [1, 1]
    fields = []
    for number, layer in enumerate(stack):
        window = layer.window(sizes)
        for axis in (0, 1):
            kernel, stride, padding, dilation = (pair[axis] for pair in window)
            seen[axis] = _spread(seen[axis], kernel, dilation * jump[axis])
            size[axis] += dilation * (kernel - 1) * jump[axis]
            start[axis] -= padding * jump[axis]
            jump[axis] *= stride
            if jump[axis] > MAX_FIELD:
                raise ShapeError(f"a jump of more than {MAX_FIELD} pixels is not worked out")
        fields.append(
            ReceptiveField(
                size=(size[0], size[1]),
                jump=(jump[0], jump[1]),
                start=(start[0], start[1]),
                has_holes=any(
                    bits.bit_count() < span for bits, span in zip(seen, size, strict=True)
                ),
            )
        )
        if shapes is not None:
            sizes = shapes[number][1:]
    return tuple(fields)


def _spread(seen: int, kernel_size: int, step: int) -> int:
    """Shift the pixels seen (a bit each) to every tap of a kernel `step` pixels apart, and join."""
    if seen.bit_length() + (kernel_size - 1) * step > MAX_FIELD:
        raise ShapeError(f"a receptive field of more than {MAX_FIELD} pixels is not worked out")
    count, spread = 1, seen
    while count < kernel_size:
        taken = min(count, kernel_size - count)
        spread |= spread << (taken * step)
        count += taken
    return spread
