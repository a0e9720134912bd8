"""The operations of a network on NumPy arrays.

A map is a float32 or float64 array (channels, rows, cols); a batch has one more axis in front. The
output has the dtype of the input. Most operations take a layer spec; the functions named like
PyTorch's take its sizes as separate arguments.

arrays: what a map, kernels and a bias must be. padding: what lies beyond the border. windows: the
sliding window, tap by tap. convolution, locally_connected, pooling, pointwise: the operations.
argmax: the argmax cell of each window of a max pool.
"""

from rfcore.ops.argmax import (
    NO_ARGMAX as NO_ARGMAX,
)
from rfcore.ops.argmax import (
    argmax_cells as argmax_cells,
)
from rfcore.ops.arrays import (
    Array as Array,
)
from rfcore.ops.arrays import (
    as_dtype as as_dtype,
)
from rfcore.ops.arrays import (
    checked_bias as checked_bias,
)
from rfcore.ops.arrays import (
    checked_kernels as checked_kernels,
)
from rfcore.ops.arrays import (
    checked_map as checked_map,
)
from rfcore.ops.convolution import (
    BAND_NUMBERS as BAND_NUMBERS,
)
from rfcore.ops.convolution import (
    LARGE_KERNEL as LARGE_KERNEL,
)
from rfcore.ops.convolution import (
    ROW_BAND_NUMBERS as ROW_BAND_NUMBERS,
)
from rfcore.ops.convolution import (
    TILE as TILE,
)
from rfcore.ops.convolution import (
    conv2d as conv2d,
)
from rfcore.ops.convolution import (
    convolve as convolve,
)
from rfcore.ops.convolution import (
    convolve_region as convolve_region,
)
from rfcore.ops.convolution import (
    is_row_by_row as is_row_by_row,
)
from rfcore.ops.locally_connected import (
    locally_connected_conv2d as locally_connected_conv2d,
)
from rfcore.ops.locally_connected import (
    locally_connected_kernels as locally_connected_kernels,
)
from rfcore.ops.padding import (
    PADDING_MODES as PADDING_MODES,
)
from rfcore.ops.padding import (
    Border as Border,
)
from rfcore.ops.padding import (
    PaddingMode as PaddingMode,
)
from rfcore.ops.padding import (
    add_border as add_border,
)
from rfcore.ops.padding import (
    border_of as border_of,
)
from rfcore.ops.padding import (
    check_padding as check_padding,
)
from rfcore.ops.padding import (
    checked_mode as checked_mode,
)
from rfcore.ops.padding import (
    pad as pad,
)
from rfcore.ops.pointwise import (
    elementwise as elementwise,
)
from rfcore.ops.pointwise import (
    relu as relu,
)
from rfcore.ops.pointwise import (
    softmax as softmax,
)
from rfcore.ops.pooling import (
    avg_padded as avg_padded,
)
from rfcore.ops.pooling import (
    avg_pool2d as avg_pool2d,
)
from rfcore.ops.pooling import (
    binomial as binomial,
)
from rfcore.ops.pooling import (
    blur_padded as blur_padded,
)
from rfcore.ops.pooling import (
    blur_pool2d as blur_pool2d,
)
from rfcore.ops.pooling import (
    global_avg_pool2d as global_avg_pool2d,
)
from rfcore.ops.pooling import (
    global_max_pool2d as global_max_pool2d,
)
from rfcore.ops.pooling import (
    max_padded as max_padded,
)
from rfcore.ops.pooling import (
    max_pool2d as max_pool2d,
)
from rfcore.ops.windows import (
    window_views as window_views,
)
