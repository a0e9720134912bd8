"""Layer specs: immutable descriptions of layers, checked when built; they hold no weights.

All layers have one interface, so code that walks a stack does not depend on their kinds: `window`
(the cells that one unit sees), `output_shape`, `cost`, and `str` for the notation.

layer: the interface, and the sizes that layers share. windowed: convolutions, and what they share
with pools. pools: max, average, blur and global pools. elementwise: ReLU.
"""

from rfcore.layers.elementwise import (
    Elementwise as Elementwise,
)
from rfcore.layers.elementwise import (
    ReLU as ReLU,
)
from rfcore.layers.layer import (
    MAX_LAYER_SIZE as MAX_LAYER_SIZE,
)
from rfcore.layers.layer import (
    Layer as Layer,
)
from rfcore.layers.layer import (
    Pair as Pair,
)
from rfcore.layers.layer import (
    Shape as Shape,
)
from rfcore.layers.layer import (
    Window as Window,
)
from rfcore.layers.layer import (
    as_pair as as_pair,
)
from rfcore.layers.layer import (
    window_count as window_count,
)
from rfcore.layers.pools import (
    AvgPool2d as AvgPool2d,
)
from rfcore.layers.pools import (
    BlurPool2d as BlurPool2d,
)
from rfcore.layers.pools import (
    GlobalAvgPool2d as GlobalAvgPool2d,
)
from rfcore.layers.pools import (
    GlobalMaxPool2d as GlobalMaxPool2d,
)
from rfcore.layers.pools import (
    MaxPool2d as MaxPool2d,
)
from rfcore.layers.windowed import (
    DEFAULT_CHANNELS as DEFAULT_CHANNELS,
)
from rfcore.layers.windowed import (
    Conv2d as Conv2d,
)
