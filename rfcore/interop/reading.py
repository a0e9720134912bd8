"""Read a model's text into a stack, with notes on layers that have no exact counterpart."""

from __future__ import annotations

from dataclasses import dataclass

from rfcore.errors import NotationError
from rfcore.interop.calls import Call, LineNote, calls_in_text
from rfcore.interop.keras_json import calls_in_json
from rfcore.interop.readers import READERS
from rfcore.interop.translation import Translation
from rfcore.ops import PaddingMode
from rfcore.stack import MAX_TEXT, Stack

MAX_CHARACTERS = 200_000
"""The most characters of a model's text; a convolution in Keras JSON takes about 1,200."""

MAX_NOTES = 1_000
"""The most notes; a text with more lines without a counterpart is not taken for a model."""

_WANTED = (
    "paste what print(model) shows of a PyTorch nn.Sequential, or model.to_json() of a Keras "
    "Sequential"
)


@dataclass(frozen=True)
class ModelReading:
    """A model read as a stack.

    stack: its layers that have a counterpart. notes: one for each line without an exact
    counterpart. padding_mode: that of its convolutions.

    >>> reading = ModelReading(Stack.parse("C3p1"), padding_mode="circular")
    >>> reading.notes, reading.has_same_fields
    ((), True)
    """

    stack: Stack
    notes: tuple[LineNote, ...] = ()
    padding_mode: PaddingMode = "zeros"

    @property
    def has_same_fields(self) -> bool:
        """Whether the stack's receptive fields are certain to be those of the model."""
        return not any(note.may_change_fields for note in self.notes)


def read_model(text: str) -> ModelReading:
    """Read a printed PyTorch model, a Keras `model.to_json()`, or code of either, into a stack.

    text: `print(model)` of an `nn.Sequential`, nested ones and a torchvision VGG or AlexNet too;
    the JSON of a Keras `Sequential`; or lines such as ``nn.Conv2d(1, 8, 3)`` and
    ``keras.layers.Conv2D(8, 3)``. It is never executed. Dense layers end the stack.
    Raises NotationError when it is not a string, not one of these or too long, or has no layer of a
    stack.

    >>> text = '''Sequential(
    ...   (0): Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    ...   (1): ReLU(inplace=True)
    ...   (2): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
    ... )'''
    >>> read_model(text)
    ModelReading(stack=Stack.parse('C3x3/1p1 -> R -> M2x2/2'), notes=(), padding_mode='zeros')
    """
    if not isinstance(text, str):
        raise NotationError(f"text must be a str, {_WANTED}; got {type(text).__name__}")
    if len(text) > MAX_CHARACTERS:
        raise NotationError(
            f"a model's text has at most {MAX_CHARACTERS} characters, this one has {len(text)}"
        )
    text = text.strip()
    if text[:1] == text[-1:] == "'" and text[1:2] == "{":
        text = text[1:-1]  # quoted, as a notebook prints it
    translation = Translation(READERS)
    named = False
    for item in calls_in_json(text) if text.startswith("{") else calls_in_text(text):
        named |= isinstance(item, Call)
        translation.add(item)
        if len(translation.notes) > MAX_NOTES:
            raise NotationError(
                f"more than {MAX_NOTES} lines of this text have no counterpart; {_WANTED}"
            )
    layers, notes = translation.finish()
    if not layers:
        raise NotationError(_no_layers(text, named, notes))
    stack = Stack(layers)
    if len(str(stack)) > MAX_TEXT:
        raise NotationError(
            f"the model has {len(stack)} layers; their notation has {len(str(stack))} characters, "
            f"and at most {MAX_TEXT} are read"
        )
    return ModelReading(stack, notes, translation.padding_mode or "zeros")


def _no_layers(text: str, named: bool, notes: tuple[LineNote, ...]) -> str:
    if "Layer (type)" in text:
        return f"a summary does not say how layers stride and pad; {_WANTED}"
    if named and notes:
        return f"no layer of this model has a counterpart here: {notes[0]}"
    return f"this is not a PyTorch or Keras model; {_WANTED}"
