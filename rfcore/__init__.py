"""Convolution, pooling, receptive fields and shifts in plain NumPy, for teaching with exact maps.

The names below are all there is for use from outside, in a notebook for example; the imports
group them by what they are about. Each says its shapes, units and errors, with an example.
`rfcore.heads`, `rfcore.faces` and `rfcore.claims` hold the experiments of the app.

>>> stack = Stack.parse("C3x3/1 -> M2x2/2 -> C3x3/1")
>>> [field.size for field in receptive_fields(stack)]
[(3, 3), (4, 4), (8, 8)]
"""

from types import ModuleType as _Module

from rfcore.equivariance import (
    break_of as break_of,
)
from rfcore.equivariance import (
    compare_activations as compare_activations,
)
from rfcore.equivariance import (
    equivariance_errors as equivariance_errors,
)
from rfcore.equivariance import (
    first_break as first_break,
)
from rfcore.errors import (
    ImageError as ImageError,
)
from rfcore.errors import (
    KernelError as KernelError,
)
from rfcore.errors import (
    LayerError as LayerError,
)
from rfcore.errors import (
    NotationError as NotationError,
)
from rfcore.errors import (
    PatternError as PatternError,
)
from rfcore.errors import (
    RfcoreError as RfcoreError,
)
from rfcore.errors import (
    ShapeError as ShapeError,
)
from rfcore.errors import (
    ShiftError as ShiftError,
)
from rfcore.errors import (
    TrainingError as TrainingError,
)
from rfcore.exact_fields import (
    exact_fields as exact_fields,
)
from rfcore.filters import (
    FILTERS as FILTERS,
)
from rfcore.filters import (
    convolution_kernels as convolution_kernels,
)
from rfcore.filters import (
    filter_kernel as filter_kernel,
)
from rfcore.gradient import (
    effective_receptive_field as effective_receptive_field,
)
from rfcore.gradient import (
    gaussian_width as gaussian_width,
)
from rfcore.gradient import (
    middle_share as middle_share,
)
from rfcore.gradient import (
    used_pixels as used_pixels,
)
from rfcore.interop import (
    read_model as read_model,
)
from rfcore.interop import (
    to_keras as to_keras,
)
from rfcore.interop import (
    to_pytorch as to_pytorch,
)
from rfcore.layers import (
    AvgPool2d as AvgPool2d,
)
from rfcore.layers import (
    BlurPool2d as BlurPool2d,
)
from rfcore.layers import (
    Conv2d as Conv2d,
)
from rfcore.layers import (
    GlobalAvgPool2d as GlobalAvgPool2d,
)
from rfcore.layers import (
    GlobalMaxPool2d as GlobalMaxPool2d,
)
from rfcore.layers import (
    Layer as Layer,
)
from rfcore.layers import (
    MaxPool2d as MaxPool2d,
)
from rfcore.layers import (
    ReLU as ReLU,
)
from rfcore.moving import (
    MovingPattern as MovingPattern,
)
from rfcore.network import (
    Network as Network,
)
from rfcore.ops import (
    NO_ARGMAX as NO_ARGMAX,
)
from rfcore.ops import (
    PADDING_MODES as PADDING_MODES,
)
from rfcore.ops import (
    argmax_cells as argmax_cells,
)
from rfcore.ops import (
    avg_pool2d as avg_pool2d,
)
from rfcore.ops import (
    blur_pool2d as blur_pool2d,
)
from rfcore.ops import (
    conv2d as conv2d,
)
from rfcore.ops import (
    global_avg_pool2d as global_avg_pool2d,
)
from rfcore.ops import (
    global_max_pool2d as global_max_pool2d,
)
from rfcore.ops import (
    locally_connected_conv2d as locally_connected_conv2d,
)
from rfcore.ops import (
    locally_connected_kernels as locally_connected_kernels,
)
from rfcore.ops import (
    max_pool2d as max_pool2d,
)
from rfcore.ops import (
    pad as pad,
)
from rfcore.ops import (
    relu as relu,
)
from rfcore.ops import (
    softmax as softmax,
)
from rfcore.orbits import (
    orbit_map as orbit_map,
)
from rfcore.orbits import (
    peak_orbit as peak_orbit,
)
from rfcore.orbits import (
    share_unchanged as share_unchanged,
)
from rfcore.orbits import (
    steps_unchanged as steps_unchanged,
)
from rfcore.pictures.backgrounds import (
    BACKGROUNDS as BACKGROUNDS,
)
from rfcore.pictures.backgrounds import (
    draw_background as draw_background,
)
from rfcore.pictures.patterns import (
    PATTERNS as PATTERNS,
)
from rfcore.pictures.patterns import (
    Pattern as Pattern,
)
from rfcore.pictures.patterns import (
    draw_pattern as draw_pattern,
)
from rfcore.pictures.patterns import (
    place as place,
)
from rfcore.pictures.photos import (
    read_photo as read_photo,
)
from rfcore.pictures.photos import (
    scale_photo as scale_photo,
)
from rfcore.pools import (
    POOL_KINDS as POOL_KINDS,
)
from rfcore.pools import (
    pool_kind as pool_kind,
)
from rfcore.pools import (
    with_pools as with_pools,
)
from rfcore.receptive_field import (
    ReceptiveField as ReceptiveField,
)
from rfcore.receptive_field import (
    receptive_fields as receptive_fields,
)
from rfcore.shifts import (
    changed_cells as changed_cells,
)
from rfcore.shifts import (
    expected_shift as expected_shift,
)
from rfcore.shifts import (
    is_representable as is_representable,
)
from rfcore.shifts import (
    measured_shift as measured_shift,
)
from rfcore.shifts import (
    shift as shift,
)
from rfcore.stack import (
    Stack as Stack,
)
from rfcore.zoo import (
    ZOO as ZOO,
)

__all__ = [
    name
    for name, value in globals().copy().items()
    if not name.startswith("_") and not isinstance(value, _Module)
]
