"""Read PyTorch and Keras models from text, and write their code; neither has to be installed.

No text is ever executed: it is parsed, and notes name what has no counterpart in a stack.

>>> reading = read_model("nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU()")
>>> reading.stack
Stack.parse('C3x3/1 -> R')
>>> print(reading.notes[0])
line 1, BatchNorm2d(8): left out; it scales each channel and moves nothing
>>> read_model(to_pytorch(reading.stack)).stack == reading.stack
True
"""

from rfcore.interop.calls import LineNote
from rfcore.interop.keras_code import to_keras
from rfcore.interop.pytorch_code import to_pytorch
from rfcore.interop.reading import MAX_CHARACTERS, ModelReading, read_model

__all__ = [
    "MAX_CHARACTERS",
    "LineNote",
    "ModelReading",
    "read_model",
    "to_keras",
    "to_pytorch",
]
