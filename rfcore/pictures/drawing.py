"""A pen for toy patterns and faces; shapes are signed distances on a unit square."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]
Point = tuple[float, float]

INK, FUR = 0.06, 0.86  # a light shape with a dark rim is visible on any background

_SAMPLES = 4  # supersampling: 4x4 points in each pixel


class Pen:
    """Paints shapes on a unit square (x right, y down).

    size: of the drawing, in pixels per side. A shape is an array of signed distances, negative
    inside. Its coordinates are `x` and `y`; with `side` in place of `x` it has a mirror image.

    >>> pen = Pen(4)
    >>> pen.paint(pen.box(0, 0, 0.25, 1))
    >>> pen.planes()[1][0]
    array([1., 0., 0., 0.], dtype=float32)
    """

    def __init__(self, size: int) -> None:
        points = (np.arange(size * _SAMPLES) + 0.5) / (size * _SAMPLES)
        self.size, self.x, self.y = size, points[None, :], points[:, None]
        self.side = np.abs(self.x - 0.5)  # symmetric about the middle
        self.values = np.zeros((size * _SAMPLES, size * _SAMPLES))
        self.painted = np.zeros(self.values.shape, dtype=bool)

    def ellipse(self, x: Plane, center: Point, radii: Point) -> Plane:
        """Return the distance from an ellipse; center and radii are (x, y)."""
        # First order in the distance, good near the rim.
        # Source: I. Quilez, https://iquilezles.org/articles/ellipsoids
        u, v = (x - center[0]) / radii[0], (self.y - center[1]) / radii[1]
        norm: Plane = np.hypot(u, v)
        return norm * (norm - 1) / np.maximum(np.hypot(u / radii[0], v / radii[1]), 1e-9)

    def stroke(self, x: Plane, width: float, *points: Point) -> Plane:
        """Return the distance from a line of some width through the points."""
        distance = np.full(self.values.shape, np.inf)
        if width * self.size < 0.5:  # too thin for these pixels; it would only blur
            return distance
        for (x0, y0), (x1, y1) in pairwise(points):
            dx, dy = x1 - x0, y1 - y0
            along = np.clip(((x - x0) * dx + (self.y - y0) * dy) / (dx * dx + dy * dy), 0, 1)
            to_segment = np.hypot(x - x0 - along * dx, self.y - y0 - along * dy)
            distance = np.minimum(distance, to_segment - max(width, 0.9 / self.size) / 2)
        return distance

    def convex(self, x: Plane, *corners: Point) -> Plane:
        """Return the distance from a convex polygon; corners: (x, y), clockwise."""
        distance = np.full(self.values.shape, -np.inf)
        for (x0, y0), (x1, y1) in pairwise((*corners, corners[0])):
            dx, dy = x1 - x0, y1 - y0  # clockwise as seen: outside is to the left of each edge
            to_edge = ((x - x0) * dy - (self.y - y0) * dx) / np.hypot(dx, dy)
            distance = np.maximum(distance, to_edge)
        return distance

    def box(self, left: float, top: float, right: float, bottom: float) -> Plane:
        """Return the distance from a rectangle, enlarged to whole pixels."""
        # So its edges stay sharp, and it never vanishes.
        x0, y0 = (np.floor(edge * self.size) / self.size for edge in (left, top))
        x1, y1 = (np.ceil(edge * self.size) / self.size for edge in (right, bottom))
        return self.convex(self.x, (x0, y0), (x1, y0), (x1, y1), (x0, y1))

    def paint(self, distance: Plane, value: float = 1.0) -> None:
        """Fill a shape with one brightness."""
        self.painted |= distance < 0
        self.values[distance < 0] = value

    def outlined(self, distance: Plane, value: float) -> None:
        """Fill a shape, with a dark rim."""
        self.paint(distance, INK)
        self.paint(distance + max(0.03, 0.8 / self.size), value)

    def planes(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the values and the alpha of a Pattern, each (size, size)."""
        alpha, premultiplied = (
            plane.reshape(self.size, _SAMPLES, self.size, _SAMPLES).mean(axis=(1, 3))
            for plane in (self.painted.astype(float), self.values)
        )
        return quantised(premultiplied / np.maximum(alpha, 1e-9)), quantised(alpha)


def quantised(plane: Plane) -> NDArray[np.float32]:
    """Clip a plane to [0, 1] and round it to multiples of 1/255, which bytes represent exactly.

    >>> quantised(np.array([[-0.5, 0.4, 3.0]])) * 255
    array([[  0., 102., 255.]], dtype=float32)
    """
    return np.rint(np.clip(plane, 0, 1) * 255).astype(np.float32) / np.float32(255)
