"""The pooling page's live sentence and readouts, made from what rfcore measured. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pages.ui.scene.grid import FULL
from pages.ui.text.format import decimal, direction
from rfcore.layers import Layer, Pair
from rfcore.stack import Stack


@dataclass(frozen=True)
class PoolReading:
    """What a move did to one map: cells changed of how many, and the largest change of one."""

    changed: int
    cells: int
    most: float


@dataclass(frozen=True)
class Windows:
    """In how many windows of a max pool a mark was, is, and is still; `kept` of `before`."""

    before: int
    now: int
    kept: int


def readouts(reading: PoolReading) -> dict[str, str]:
    """Return what stands under a map."""
    return {
        "changed": f"{reading.changed:,} of {reading.cells:,}",
        "most": decimal(reading.most),
    }


def title(layer: Layer) -> str:
    """Name a map in full words, as in "max pool 2×2, stride 2"."""
    kernel_size, stride = getattr(layer, "kernel_size", None), getattr(layer, "stride", None)
    if kernel_size is None or stride is None:
        return layer.name
    step = str(stride[0]) if stride[0] == stride[1] else f"{stride[0]}×{stride[1]}"
    return f"{layer.name} {kernel_size[0]}×{kernel_size[1]}, stride {step}"


def at_rest(mark: str) -> str:
    """Say what to do first."""
    name = f"the {FULL}" if mark == "pixel" else f"the {mark}"
    return f"Drag {name}. What does the pool notice?"


def max_sentence(mark: str, moved: Pair, windows: Windows, reading: PoolReading) -> str:
    """Say what just happened to a max pool over a grid."""
    return f"Moved {direction(moved, 'cell')}. {_stay(mark, windows, reading)}"


def _stay(mark: str, windows: Windows, reading: PoolReading) -> str:
    name, outputs = f"The {FULL}" if mark == "pixel" else f"The {mark}", _outputs(reading)
    if not windows.before and not windows.now:
        return f"No window sees {name.lower()}: {outputs}."
    if windows.kept == windows.before == windows.now:
        same = "window" if windows.now == 1 else f"{windows.now} windows"
        return f"{name} is still in the same {same}: {outputs}."
    even_so = "even so, " if not reading.changed else ""
    if not windows.now:
        return f"{name} left {_its(windows.before)}, and no window sees it now: {even_so}{outputs}."
    left = windows.before - windows.kept
    if not left:
        came = windows.now - windows.before
        into = f"{came} more" if windows.before else f"{came}"
        return f"{name} came into {into} {_plural(came)}: {even_so}{outputs}."
    of = _its(left) if left == windows.before else f"{left} of its {windows.before} windows"
    return f"{name} left {of}: {even_so}{outputs}."


def other_sentence(stack: Stack, moved: str, reading: PoolReading) -> str:
    """Say what just happened to layers that have no one winner in a window; moved: in words."""
    names = ", then ".join(layer.name for layer in stack)
    by = f", by {decimal(reading.most)} at most" if reading.changed else ""
    return f"Moved {moved}. After {names}, {_outputs(reading)}{by}."


def picture_sentence(moved: str, reading: PoolReading) -> str:
    """Say what just happened when the whole picture moved with the mark; moved: in words."""
    return f"The whole picture moved {moved}: {_outputs(reading)}."


def _outputs(reading: PoolReading) -> str:
    if not reading.changed:
        return "no output changed"
    return f"{reading.changed:,} of {reading.cells:,} outputs changed"


def _its(count: int) -> str:
    return "its window" if count == 1 else f"its {count} windows"


def _plural(count: int) -> str:
    return "window" if count == 1 else "windows"
