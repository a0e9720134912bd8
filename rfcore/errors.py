"""The errors of rfcore: one parent, and a child for each thing a learner can get wrong.

Every message names the value that was wrong and the rule that would be right, so a page can show
it as it stands.
"""

from __future__ import annotations


class RfcoreError(ValueError):
    """An argument breaks a rule; the message names the value and the rule."""


class LayerError(RfcoreError):
    """A layer was asked for with a size, stride, padding or dilation that no layer can have."""


class NotationError(RfcoreError):
    """A text is not a stack: the message names the token, where it stands and what is right."""


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
    """Examples or settings from which a head cannot learn."""
