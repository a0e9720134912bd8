"""The state of reading a model: the layers so far, and what the next layer depends on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from rfcore.errors import LayerError
from rfcore.interop.calls import Call, LineNote
from rfcore.interop.left_out import ENDS_THE_MAPS, MOVES_NOTHING
from rfcore.interop.sizes import FoundWindow, pair
from rfcore.layers import AvgPool2d, Conv2d, Layer, MaxPool2d, Pair
from rfcore.ops import PADDING_MODES, PaddingMode


@dataclass(frozen=True)
class PendingPadding:
    """The padding of a padding layer, which belongs to the layer after it."""

    padding: Pair
    mode: PaddingMode
    call: Call
    place: int


class Translation:
    """Layers so far, and notes on what has no exact counterpart.

    readers: for each class name, the function that adds its layers; it may raise LayerError.
    """

    def __init__(self, readers: dict[str, Callable[[Translation, Call], None]]) -> None:
        self.readers = readers
        self.layers: list[Layer] = []
        self.notes: list[tuple[int, LineNote]] = []
        self.place = 0
        self.channels: int | None = None
        self.padding_mode: PaddingMode | None = None
        self.border: PendingPadding | None = None
        self.end: Call | None = None
        self.grids: list[tuple[int, int]] = []

    def add(self, item: Call | LineNote) -> None:
        """Add the next layer of the model, or a note on a line that names none."""
        self.place += 1
        if isinstance(item, LineNote):
            self.notes.append((self.place, item))
        elif self.end is not None:
            self.note(item, f"left out; there are no maps after {self.end.name}")
        elif item.name in ENDS_THE_MAPS:
            self.note(item, ENDS_THE_MAPS[item.name])
            self.end = item
        elif item.name in MOVES_NOTHING:
            self.note(item, MOVES_NOTHING[item.name])
        elif item.name in self.readers:
            try:
                self.readers[item.name](self, item)
            except LayerError as error:
                self.note(item, f"left out; {error}", may_change_fields=True)
        else:
            self.note(item, "left out; it has no counterpart here", may_change_fields=True)

    def finish(self) -> tuple[tuple[Layer, ...], tuple[LineNote, ...]]:
        """Return all layers, and all notes in the order of the model."""
        self.drop_border()
        for index, layers_before in self.grids:
            place, note = self.notes[index]
            moves = len(self.layers) > layers_before
            self.notes[index] = place, replace(note, may_change_fields=moves)
        notes = sorted(self.notes, key=lambda placed: placed[0])
        return tuple(self.layers), tuple(note for _, note in notes)

    def note(self, call: Call, remark: str, *, may_change_fields: bool = False) -> None:
        """Add a note on how a layer was read, and why."""
        note = LineNote(call.where, call.text, remark, may_change_fields)
        self.notes.append((self.place, note))

    def leave_out_grid(self, call: Call, remark: str) -> None:
        """Leave out a pool to a grid; the fields stay those of the model if no layer follows."""
        self.grids.append((len(self.notes), len(self.layers)))
        self.note(call, remark)

    def expect_channels(self, call: Call, channels: object) -> None:
        """Add a note when a layer expects other channels than the one before it has."""
        if isinstance(channels, int) and self.channels not in (None, channels):
            self.note(
                call,
                f"it takes {channels} channels, but {self.channels} come out of the layers before; "
                "some are missing, or they run in another order",
                may_change_fields=True,
            )

    def put_border(self, call: Call, padding: Pair, mode: PaddingMode) -> None:
        """Keep the padding of a padding layer for the next layer."""
        if self.border is not None and self.border.mode == mode:
            padding = _sum(padding, self.border.padding)
        elif self.border is not None:
            self.drop_border()
        self.border = PendingPadding(padding, mode, call, self.place)

    def drop_border(self) -> None:
        """Note that no layer can take the pending padding."""
        if self.border is not None:
            call, place = self.border.call, self.border.place
            remark = "left out; no window right after it can have this padding"
            note = LineNote(call.where, call.text, remark, may_change_fields=True)
            self.notes.append((place, note))
            self.border = None

    def put(self, layer: Layer) -> None:
        """Add a layer that cannot take pending padding."""
        self.drop_border()
        self.layers.append(layer)

    def put_convolution(
        self, call: Call, found: FoundWindow, out_channels: int, mode: object = "zeros"
    ) -> None:
        """Add a convolution, with the pending padding."""
        if mode not in PADDING_MODES:
            raise LayerError(f"padding_mode must be one of {', '.join(PADDING_MODES)}")
        kernel_size, stride, padding, dilation = found.window
        border = self.border
        if border is not None and (border.mode == mode or padding == (0, 0)):
            padding, mode = _sum(padding, border.padding), border.mode
            self.border = None
        self.put(
            Conv2d(
                kernel_size, stride, padding=padding, dilation=dilation, out_channels=out_channels
            )
        )
        self.channels = out_channels
        if padding != (0, 0):
            self._agree_on_mode(call, mode)
        self._note_padding(call, found)

    def put_pool(
        self, call: Call, kind: type[MaxPool2d] | type[AvgPool2d], found: FoundWindow
    ) -> None:
        """Add a max or average pool, with the pending padding if it is not too large."""
        kernel_size, stride, padding, dilation = found.window
        border = self.border
        if border is not None and border.mode == "zeros":
            joined = _sum(padding, border.padding)
            if all(2 * cells <= size for cells, size in zip(joined, kernel_size, strict=True)):
                padding = joined
                self.border = None
                if kind is MaxPool2d:
                    self.note(border.call, "its zeros can win the max; here padding never wins")
        if kind is MaxPool2d:
            self.put(MaxPool2d(kernel_size, stride, padding=padding, dilation=dilation))
        else:
            self.put(AvgPool2d(kernel_size, stride, padding=padding))
        self._note_padding(call, found)

    def _agree_on_mode(self, call: Call, mode: PaddingMode) -> None:
        self.padding_mode = self.padding_mode or mode
        if mode != self.padding_mode:
            self.note(
                call,
                f"its padding is {mode}; here one mode holds for all convolutions, "
                f"and it is {self.padding_mode}",
            )

    def _note_padding(self, call: Call, found: FoundWindow) -> None:
        if found.remark:
            self.note(call, found.remark, may_change_fields=found.moves_fields)


def _sum(first: Pair, second: Pair) -> Pair:
    return pair((first[0] + second[0], first[1] + second[1]), "padding", 0)
