"""The question that each lens answers: the title of its page, and of its slides. Pure."""

from __future__ import annotations

from pages.ui.scene.choices import Lens
from pages.ui.scene.scene import Scene

_QUESTIONS: dict[Lens, str] = {
    "maps": "Does the map move when the pattern moves?",
    "pool": "What does a pool notice of a small move?",
    "window": "Does the answer move as the pattern does?",
    "roads": "Move, then convolve, or convolve, then move: is it the same?",
    "sharing": "What if every place had a kernel of its own?",
    "fields": "How far does one neuron see?",
    "parts": "How much pooling is too much?",
}


def question_of(scene: Scene) -> str:
    """Return the question that a scene's lens answers.

    >>> question_of(Scene())
    'Does the map move when the pattern moves?'
    """
    if scene.lens == "heads":
        return f"Does it matter where the {scene.pattern} is?"
    return _QUESTIONS[scene.lens]
