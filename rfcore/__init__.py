"""Convolution, pooling, receptive fields and shifts in plain NumPy, for teaching with exact maps.

The whole vocabulary:

    Layers and stacks: Stack, Layer, Conv2d, MaxPool2d, AvgPool2d, BlurPool2d, ReLU,
        GlobalAvgPool2d, GlobalMaxPool2d, with_pools, pool_kind, POOL_KINDS
    Operations: conv2d, max_pool2d, avg_pool2d, blur_pool2d, global_avg_pool2d,
        global_max_pool2d, relu, softmax, pad, PADDING_MODES, untied_conv2d, untied_kernels
    Networks: Network, convolution_kernels, filter_kernel, FILTERS
    Fields: receptive_fields, ReceptiveField, exact_fields, ExactField,
        effective_receptive_field, used_pixels, gaussian_width, middle_share, input_gradient,
        winning_cells, NO_WINNER
    Pictures: draw_background, BACKGROUNDS, draw_pattern, PATTERNS, Pattern, place, read_photo,
        scale_photo, MovingPattern
    Shifts: shift, is_representable, expected_shift, measured_shift, MeasuredShift,
        changed_cells, equivariance_errors, compare_activations, LayerEquivariance, first_break,
        break_of, Break, shifted_activations, orbit_map, steps_unchanged, share_unchanged,
        peak_orbit, peak_share_unchanged
    Heads: FlattenHead, GlobalAvgHead, GlobalMaxHead, GridHead, train_softmax_regression,
        Classifier, position_sweep, weight_maps
    Experiments on heads: Experiment, QUARTERS, REGIONS, QUARTER_FIELD, draw_examples, Examples,
        example_features, HEADS, train_heads, position_maps, right_probabilities,
        quarter_accuracy, share_right, smallest_flip, Flip, wobble, softmax_at, compare_depths,
        DepthResult, DEPTHS
    Parts and places: PARTS, draw_face, draw_part, part_box, face_places, scrambled_places,
        PartsSpec, face_picture, train_parts, TrainedParts, cell_boxes
    Other people's models: ZOO, Architecture, read_model, ModelReading, to_pytorch, to_keras
    Errors: RfcoreError, LayerError, NotationError, ShapeError, KernelError, PatternError,
        ShiftError, ImageError, TrainingError

>>> stack = Stack.parse("C3x3/1 -> M2x2/2 -> C3x3/1")
>>> [field.size for field in receptive_fields(stack)]
[(3, 3), (4, 4), (8, 8)]
"""

from rfcore.argmax_cells import NO_WINNER, winning_cells
from rfcore.equivariance import (
    Break,
    LayerEquivariance,
    break_of,
    compare_activations,
    equivariance_errors,
    first_break,
)
from rfcore.errors import (
    ImageError,
    KernelError,
    LayerError,
    NotationError,
    PatternError,
    RfcoreError,
    ShapeError,
    ShiftError,
    TrainingError,
)
from rfcore.exact_fields import ExactField, exact_fields
from rfcore.faces.faces import (
    PARTS,
    draw_face,
    draw_part,
    face_places,
    part_box,
    scrambled_places,
)
from rfcore.faces.spec import PartsSpec, face_picture
from rfcore.faces.train import TrainedParts, cell_boxes, train_parts
from rfcore.filters import FILTERS, convolution_kernels, filter_kernel
from rfcore.gradient import (
    effective_receptive_field,
    gaussian_width,
    input_gradient,
    middle_share,
    used_pixels,
)
from rfcore.heads.depth_study import DEPTHS, DepthResult, compare_depths
from rfcore.heads.examples import HEADS, Examples, draw_examples, example_features
from rfcore.heads.experiment import QUARTER_FIELD, QUARTERS, REGIONS, Experiment
from rfcore.heads.head_analysis import (
    Flip,
    quarter_accuracy,
    right_probabilities,
    share_right,
    smallest_flip,
    wobble,
)
from rfcore.heads.heads import (
    Classifier,
    FlattenHead,
    GlobalAvgHead,
    GlobalMaxHead,
    GridHead,
    position_sweep,
    weight_maps,
)
from rfcore.heads.run_experiment import position_maps, train_heads
from rfcore.heads.softmax_regression import train_softmax_regression
from rfcore.heads.temperatures import softmax_at
from rfcore.interop import ModelReading, read_model, to_keras, to_pytorch
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
from rfcore.locally_connected import untied_conv2d, untied_kernels
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
from rfcore.orbits import (
    orbit_map,
    peak_orbit,
    peak_share_unchanged,
    share_unchanged,
    steps_unchanged,
)
from rfcore.pictures.patterns import (
    BACKGROUNDS,
    PATTERNS,
    Pattern,
    draw_background,
    draw_pattern,
    place,
)
from rfcore.pictures.photos import read_photo, scale_photo
from rfcore.pools import POOL_KINDS, pool_kind, with_pools
from rfcore.receptive_field import ReceptiveField, receptive_fields
from rfcore.shifted_maps import shifted_activations
from rfcore.shifts import (
    MeasuredShift,
    changed_cells,
    expected_shift,
    is_representable,
    measured_shift,
    shift,
)
from rfcore.stack import Stack
from rfcore.zoo import ZOO, Architecture

__all__ = [
    "BACKGROUNDS",
    "DEPTHS",
    "FILTERS",
    "HEADS",
    "NO_WINNER",
    "PADDING_MODES",
    "PARTS",
    "PATTERNS",
    "POOL_KINDS",
    "QUARTERS",
    "QUARTER_FIELD",
    "REGIONS",
    "ZOO",
    "Architecture",
    "AvgPool2d",
    "BlurPool2d",
    "Break",
    "Classifier",
    "Conv2d",
    "DepthResult",
    "ExactField",
    "Examples",
    "Experiment",
    "FlattenHead",
    "Flip",
    "GlobalAvgHead",
    "GlobalAvgPool2d",
    "GlobalMaxHead",
    "GlobalMaxPool2d",
    "GridHead",
    "ImageError",
    "KernelError",
    "Layer",
    "LayerEquivariance",
    "LayerError",
    "MaxPool2d",
    "MeasuredShift",
    "ModelReading",
    "MovingPattern",
    "Network",
    "NotationError",
    "PartsSpec",
    "Pattern",
    "PatternError",
    "ReLU",
    "ReceptiveField",
    "RfcoreError",
    "ShapeError",
    "ShiftError",
    "Stack",
    "TrainedParts",
    "TrainingError",
    "avg_pool2d",
    "blur_pool2d",
    "break_of",
    "cell_boxes",
    "changed_cells",
    "compare_activations",
    "compare_depths",
    "conv2d",
    "convolution_kernels",
    "draw_background",
    "draw_examples",
    "draw_face",
    "draw_part",
    "draw_pattern",
    "effective_receptive_field",
    "equivariance_errors",
    "exact_fields",
    "example_features",
    "expected_shift",
    "face_picture",
    "face_places",
    "filter_kernel",
    "first_break",
    "gaussian_width",
    "global_avg_pool2d",
    "global_max_pool2d",
    "input_gradient",
    "is_representable",
    "max_pool2d",
    "measured_shift",
    "middle_share",
    "orbit_map",
    "pad",
    "part_box",
    "peak_orbit",
    "peak_share_unchanged",
    "place",
    "pool_kind",
    "position_maps",
    "position_sweep",
    "quarter_accuracy",
    "read_model",
    "read_photo",
    "receptive_fields",
    "relu",
    "right_probabilities",
    "scale_photo",
    "scrambled_places",
    "share_right",
    "share_unchanged",
    "shift",
    "shifted_activations",
    "smallest_flip",
    "softmax",
    "softmax_at",
    "steps_unchanged",
    "to_keras",
    "to_pytorch",
    "train_heads",
    "train_parts",
    "train_softmax_regression",
    "untied_conv2d",
    "untied_kernels",
    "used_pixels",
    "weight_maps",
    "winning_cells",
    "with_pools",
    "wobble",
]
