"""The layers of PyTorch and Keras that a stack leaves out, and the reason for each."""

from __future__ import annotations

_CHANNELWISE = "left out; it scales each channel and moves nothing"
_CELLWISE = "left out; it acts on each cell separately and moves nothing"
_TRAINING = "left out; it acts in training only and moves nothing"
_STATISTICS = "left out; it moves nothing, though its mean depends on the whole map"
_DENSE = "left out; a dense layer has separate weights for every place, so the stack ends before it"
_FLAT = "left out; it lays the maps out in a row, so the stack ends before it"

_NAMES = {
    _CHANNELWISE: "BatchNorm2d SyncBatchNorm BatchNormalization",
    _CELLWISE: (
        "LeakyReLU PReLU ReLU6 ELU CELU SELU GELU SiLU Mish Hardswish Hardtanh Hardsigmoid Sigmoid "
        "LogSigmoid Tanh Softplus Softsign Softmax Softmax2d LogSoftmax Rescaling Normalization "
        "LocalResponseNorm"
    ),
    _TRAINING: (
        "Dropout Dropout2d AlphaDropout FeatureAlphaDropout SpatialDropout2D GaussianNoise "
        "GaussianDropout"
    ),
    _STATISTICS: (
        "GroupNorm LayerNorm InstanceNorm2d GroupNormalization LayerNormalization RMSNormalization"
    ),
    "left out; it changes nothing": "Identity",
}

MOVES_NOTHING: dict[str, str] = {
    name: remark for remark, names in _NAMES.items() for name in names.split()
}
"""The note on each layer that leaves every receptive field unchanged."""

ENDS_THE_MAPS: dict[str, str] = {
    **dict.fromkeys(("Linear", "LazyLinear", "Dense"), _DENSE),
    **dict.fromkeys(("Flatten", "Reshape"), _FLAT),
}
"""The note on each layer after which there are no maps."""
