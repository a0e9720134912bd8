"""Two wrong rules for receptive fields that were published, compared with counted fields."""

from __future__ import annotations

from rfcore.claims.cases import Case, Figure
from rfcore.claims.impulse_response import measured_field, measured_start
from rfcore.layers import Window
from rfcore.stack import Stack


def own_stride() -> tuple[Case, ...]:
    """Try out: every layer widens the field by (kernel - 1) times its own stride."""
    stacks = (
        ("ones", "every stride is 1", "C3x3/1 -> C3x3/1 -> C3x3/1"),
        ("pool", "a pool of stride 2 lies between", "C3x3/1 -> M2x2/2 -> C3x3/1"),
        ("pools", "two pools of stride 2 lie between", "C3 -> M2 -> C3 -> M2 -> C3"),
    )
    cases = []
    for name, condition, text in stacks:
        rule, counted = 1, measured_field(text)[0]
        for window in _windows(text):
            rule += window.dilation[1] * (window.kernel_size[1] - 1) * window.stride[1]
        figures = Figure("the rule says", rule, "px"), Figure("counted", counted, "px")
        cases.append(Case(name, condition, rule == counted, figures))
    return tuple(cases)


def start_without_dilation() -> tuple[Case, ...]:
    """Try out: where a field begins can be worked out without the dilation.

    The rule finds the middle of the first field with half the undilated kernel of each layer. It
    then subtracts half of the whole field, for which it does use the dilation.
    """
    stacks = (
        ("plain", "nothing is dilated", "C3x3/1p1 -> C3x3/1p1"),
        ("two", "the last layer is dilated by 2", "C3x3/1p1 -> C3x3/1p2d2"),
        ("four", "the last layer is dilated by 4", "C3x3/1p1 -> C3x3/1p4d4"),
    )
    cases = []
    for name, condition, text in stacks:
        middle, size, jump = 0.0, 1, 1
        for window in _windows(text):
            kernel, stride, padding, dilation = (pair[1] for pair in window)
            middle += ((kernel - 1) / 2 - padding) * jump
            size += dilation * (kernel - 1) * jump
            jump *= stride
        rule, counted = round(middle - (size - 1) / 2), measured_start(text)
        figures = Figure("the rule says", rule, "px"), Figure("counted", counted, "px")
        cases.append(Case(name, condition, rule == counted, figures))
    return tuple(cases)


def _windows(text: str) -> list[Window]:
    return [layer.window() for layer in Stack.parse(text)]
