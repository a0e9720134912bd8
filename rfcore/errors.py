"""The errors of rfcore: one base class, and a subclass for each kind of mistake.

Every message names the wrong value and the rule that it breaks, so a page can show it unchanged.
"""

from __future__ import annotations


class RfcoreError(ValueError):
    """An argument breaks a rule; the message names the value and the rule."""


class LayerError(RfcoreError):
    """An impossible layer, such as one with a wrong size, stride, padding or dilation."""


class NotationError(RfcoreError):
    """A text is not a stack; the message names the token, its position and what is right."""


class ShapeError(RfcoreError):
    """An array or a map has a shape that the operation cannot take."""


class KernelError(RfcoreError):
    """Kernel weights are unknown, of the wrong shape, or not finite numbers."""


class PatternError(RfcoreError):
    """A toy pattern or a background that cannot be drawn."""


class ShiftError(RfcoreError):
    """A shift that cannot be made, or maps that cannot be compared under a shift."""


class ImageError(RfcoreError):
    """A picture file cannot be read as a photo."""


class TrainingError(RfcoreError):
    """Examples or settings from which nothing can be learned."""
