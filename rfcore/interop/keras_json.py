"""Parse a Keras `model.to_json()` into the layers that it names, in order."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rfcore.errors import NotationError
from rfcore.interop.calls import Call, as_tuples, excerpt


def calls_in_json(text: str) -> Iterator[Call]:
    """Yield the layers of a sequential model; nested models are flattened.

    Raises NotationError for text that is not JSON, not a sequential Keras model, or too deep.

    >>> layer = '{"class_name": "ReLU", "config": {"name": "re_lu"}}'
    >>> model = f'{{"class_name": "Sequential", "config": {{"layers": [{layer}]}}}}'
    >>> [call.where for call in calls_in_json(model)]
    ['layer "re_lu"']
    """
    try:
        model = json.loads(text)
    except RecursionError:
        raise NotationError("this JSON is nested too deeply for a Keras model") from None
    except ValueError as error:
        raise NotationError(
            f"this starts like the JSON of a Keras model, but cannot be read as JSON: {error}"
        ) from None
    name, _ = _parts(model)
    if name != "Sequential":
        raise NotationError(
            f"this JSON holds a model of class {name}, which may branch; "
            "only a Sequential model is a stack"
        )
    waiting, number = [model], 0
    while waiting:
        name, config = _parts(waiting.pop())
        if name == "Sequential":
            layers = config.get("layers") if isinstance(config, dict) else config
            if not isinstance(layers, list):
                raise NotationError("a Sequential model in this JSON has no list of layers")
            waiting += reversed(layers)
        else:
            number += 1
            yield _call(number, name, config if isinstance(config, dict) else {})


def _parts(layer: object) -> tuple[str, object]:
    """Return the class name of a layer or a model, and its config."""
    if not isinstance(layer, dict) or not isinstance(layer.get("class_name"), str):
        raise NotationError(
            "every model and layer in the JSON of a Keras model is an object with a class_name, "
            f"got {type(layer).__name__} without one"
        )
    return excerpt(layer["class_name"]), layer.get("config")


def _call(number: int, class_name: str, config: dict[str, object]) -> Call:
    options = {name: as_tuples(value) for name, value in config.items()}
    name = config.get("name")
    where = f'layer "{excerpt(name)}"' if isinstance(name, str) and name else f"layer {number}"
    return Call(class_name, where, class_name, (), options)
