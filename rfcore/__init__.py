"""Convolution, pooling, receptive fields and shifts in plain NumPy, for teaching with exact maps.

>>> stack = Stack.parse("C3x3/1 -> M2x2/2 -> C3x3/1")
>>> [field.size for field in receptive_fields(stack)]
[(3, 3), (4, 4), (8, 8)]
"""

from rfcore.equivariance import Break, LayerEquivariance, equivariance_errors, first_break
from rfcore.errors import (
    ImageError,
    KernelError,
    LayerError,
    NotationError,
    PatternError,
    RfcoreError,
    ShapeError,
    ShiftError,
)
from rfcore.filters import FILTERS, convolution_kernels, filter_kernel
from rfcore.gradient import (
    effective_receptive_field,
    gaussian_width,
    input_gradient,
    used_pixels,
)
from rfcore.images import read_photo
from rfcore.layers import (
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    Layer,
    MaxPool2d,
    ReLU,
)
from rfcore.moving import MovingPattern
from rfcore.network import Network
from rfcore.ops import (
    PADDING_MODES,
    avg_pool2d,
    blur_pool2d,
    conv2d,
    global_avg_pool2d,
    global_max_pool2d,
    max_pool2d,
    pad,
    relu,
    softmax,
)
from rfcore.orbits import orbit_map, peak_share_unchanged, share_unchanged
from rfcore.patterns import BACKGROUNDS, PATTERNS, Pattern, draw_background, draw_pattern, place
from rfcore.receptive_field import ReceptiveField, receptive_fields
from rfcore.shifts import (
    MeasuredShift,
    changed_cells,
    expected_shift,
    is_representable,
    measured_shift,
    shift,
)
from rfcore.stack import Stack

__all__ = [
    "BACKGROUNDS",
    "FILTERS",
    "PADDING_MODES",
    "PATTERNS",
    "AvgPool2d",
    "BlurPool2d",
    "Break",
    "Conv2d",
    "GlobalAvgPool2d",
    "GlobalMaxPool2d",
    "ImageError",
    "KernelError",
    "Layer",
    "LayerEquivariance",
    "LayerError",
    "MaxPool2d",
    "MeasuredShift",
    "MovingPattern",
    "Network",
    "NotationError",
    "Pattern",
    "PatternError",
    "ReLU",
    "ReceptiveField",
    "RfcoreError",
    "ShapeError",
    "ShiftError",
    "Stack",
    "avg_pool2d",
    "blur_pool2d",
    "changed_cells",
    "conv2d",
    "convolution_kernels",
    "draw_background",
    "draw_pattern",
    "effective_receptive_field",
    "equivariance_errors",
    "expected_shift",
    "filter_kernel",
    "first_break",
    "gaussian_width",
    "global_avg_pool2d",
    "global_max_pool2d",
    "input_gradient",
    "is_representable",
    "max_pool2d",
    "measured_shift",
    "orbit_map",
    "pad",
    "peak_share_unchanged",
    "place",
    "read_photo",
    "receptive_fields",
    "relu",
    "share_unchanged",
    "shift",
    "softmax",
    "used_pixels",
]
