"""The pool lens: winners, orbits, steps and sentences, held against plain loops."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.ui.render.orbits import orbit_labels, peak_steps, steps_at
from pages.ui.render.pool import PoolReading, Windows, max_sentence, message_of, readouts, title
from pages.ui.scene.grid import GRID_SIZES
from pages.ui.scene.pool_examples import EXAMPLES, FIRST, PATCHES, ROWS, example_of
from pages.ui.scene.pools import (
    KINDS,
    POOL_KERNELS,
    POOL_STRIDES,
    PoolChoice,
    choice_of,
    pool_stack,
)
from pages.ui.scene.pools import with_kind as choice_with_kind
from pages.ui.scene.scene import Scene
from pages.ui.sections.pooling_1d import SHIFTS, pooled_signal, pooled_signal_sentence
from rfcore.errors import RfcoreError
from rfcore.layers import AvgPool2d, BlurPool2d, MaxPool2d
from rfcore.stack import Stack
from tests.support import oracles
from tests.support.frames import rendered
from tests.support.random_scenes import any_cells
from tests.support.scene_oracles import MARKS, seen_picture

CHOICES = [
    PoolChoice(kind, kernel, stride)
    for kind in KINDS
    for kernel in POOL_KERNELS
    for stride in POOL_STRIDES
]
AROUND = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if (r, c) != (0, 0)]


def pool(x: np.ndarray, stack: Stack) -> np.ndarray:
    """The last map of pools, in plain loops; x is (rows, cols)."""
    maps = x[None].astype(float)
    for layer in stack:
        if isinstance(layer, MaxPool2d):
            maps = oracles.max_pool2d(maps, layer.kernel_size, layer.stride)
        elif isinstance(layer, AvgPool2d):
            maps = oracles.avg_pool2d(maps, layer.kernel_size, layer.stride)
        else:
            assert isinstance(layer, BlurPool2d)
            maps = oracles.blur_pool2d(maps, layer.kernel_size, layer.stride)
    return maps[0]


def marked(scene: Scene, place: tuple[int, int]) -> np.ndarray:
    """The numbers of a grid with its mark at a place, (rows, cols)."""
    return seen_picture(scene, place).astype(int)


def places(scene: Scene) -> list[tuple[int, int]]:
    count = scene.size - scene.pattern_size + 1
    return [(row, col) for row in range(count) for col in range(count)]


@st.composite
def pooled_grids(draw: st.DrawFn, kinds: tuple[Any, ...] = KINDS, largest: int = 12) -> Scene:
    """Any grid with any pool of the page that fits it, its mark anywhere."""
    size = draw(st.sampled_from([size for size in GRID_SIZES if size <= largest]))
    base = replace(EXAMPLES[FIRST], size=size, cells=draw(any_cells(size)), position=(0, 0))
    pattern = draw(st.sampled_from(sorted(MARKS)))
    fitting = [c for c in CHOICES if c.kind in kinds and fits(base, c)]
    scene = replace(base, pattern=pattern, start=(0, 0)).with_stack(
        pool_stack(draw(st.sampled_from(fitting)))
    )
    anywhere = st.sampled_from(places(scene))
    return replace(scene, position=draw(anywhere), start=draw(anywhere))


def fits(scene: Scene, choice: PoolChoice) -> bool:
    try:
        replace(scene, start=(0, 0)).with_stack(pool_stack(choice))
    except RfcoreError:
        return False
    return True


# ---- what the frame says


@given(pooled_grids())
def test_the_winners_are_those_of_plain_loops(scene: Scene) -> None:
    planes, first = rendered(scene).planes, scene.stack.layers[0]
    if not isinstance(first, MaxPool2d):
        assert "winners" not in planes
        return
    numbers = marked(scene, scene.position)
    rows, cols = (
        oracles.windows(scene.size, first.kernel_size[axis], first.stride[axis], 0, 1)
        for axis in (0, 1)
    )
    for (i, j), winner in np.ndenumerate(planes["winners"]):
        cells = [(numbers[r, c], r, c) for r in rows[i] for c in cols[j]]
        largest = max(number for number, _, _ in cells)
        if all(number == largest for number, _, _ in cells):
            assert winner == -1
        else:
            row, col = next((r, c) for number, r, c in cells if number == largest)
            assert winner == row * scene.size + col
    assert planes["winners"].shape == (len(rows), len(cols))


@settings(max_examples=25)
@given(pooled_grids(largest=8))
def test_two_places_have_one_label_when_their_outputs_are_equal(scene: Scene) -> None:
    assert_labels_are_those_of_plain_loops(scene)


# Random numbers seldom let two outputs be equal: what a blur leaves out, and empty windows.
@pytest.mark.parametrize("stack", ["M2/1 B3/4", "A2/2", "M3/2", "M2/3", "B3/3", "M1x2"])
@pytest.mark.parametrize("pattern", MARKS)
def test_on_an_empty_grid_as_well(stack: str, pattern: str) -> None:
    scene = replace(EXAMPLES[FIRST], cells="0" * 64, pattern=pattern, position=(3, 2), start=(3, 2))
    scene = scene.with_stack(Stack.parse(stack))
    assert_labels_are_those_of_plain_loops(scene)


def assert_labels_are_those_of_plain_loops(scene: Scene) -> None:
    frame = rendered(scene)
    labels = frame.planes["orbit"]
    outputs = {place: pool(marked(scene, place), scene.stack) for place in places(scene)}
    assert labels.shape == (scene.size - scene.pattern_size + 1,) * 2

    def same(a: tuple[int, int], b: tuple[int, int]) -> bool:
        return bool(np.abs(outputs[a] - outputs[b]).max() < 1e-4)

    seen: list[tuple[int, int]] = []  # one place per output, in reading order
    for place in outputs:
        known = [label for label, first in enumerate(seen) if same(first, place)]
        if not known:
            known = [len(seen)]
            seen.append(place)
        assert labels[place] == known[0]

    here = scene.position
    steps = [(here[0] + r, here[1] + c) for r, c in AROUND if (here[0] + r, here[1] + c) in outputs]
    unchanged = sum(same(here, step) for step in steps)
    assert frame.header["steps"] == f"{unchanged} of {len(steps)} here"


@given(pooled_grids())
def test_readouts_and_sentence_count_what_plain_loops_count(scene: Scene) -> None:
    header = rendered(scene).header
    before, now = (
        pool(marked(scene, place), scene.stack) for place in (scene.start, scene.position)
    )
    difference = np.abs(now - before)
    changed = int((difference > 1e-4).sum())
    reading = header["readings"][-1]
    assert reading["changed"] == f"{changed} of {now.size}"
    assert float(reading["most"]) == pytest.approx(difference.max(), abs=6e-4)
    sentence = header["sentence"]
    if scene.moved == (0, 0):
        assert sentence.startswith("Drag the ")
    elif changed:
        assert f"{changed} of {now.size} outputs changed" in sentence
    else:
        assert "no output changed" in sentence
    if scene.moved != (0, 0) and choice_kind(scene) != "max":
        assert "window" not in sentence
    assert "px" not in header["moved"]


def choice_kind(scene: Scene) -> str:
    choice = choice_of(scene.stack)
    assert choice
    return choice.kind


@given(pooled_grids(kinds=("max",)))
def test_the_sentence_counts_the_windows_that_plain_loops_count(scene: Scene) -> None:
    def seeing(place: tuple[int, int]) -> set[tuple[int, int]]:
        empty = replace(scene, cells="0" * scene.size**2)
        return {(int(r), int(c)) for r, c in np.argwhere(pool(marked(empty, place), scene.stack))}

    before, now = seeing(scene.start), seeing(scene.position)
    sentence = rendered(scene).header["sentence"]
    assert ("still in the same" in sentence) == (before == now != set() and scene.moved != (0, 0))
    assert ("No window sees" in sentence) == (not before and not now and scene.moved != (0, 0))
    if before - now and now:
        counts = f"{len(before - now)} of its {len(before)} windows"
        whole = "its window" if len(before) == 1 else f"its {len(before)} windows"
        assert (f"left {whole}:" if before.isdisjoint(now) else f"left {counts}:") in sentence


def test_the_orbit_and_the_titles_come_with_the_fixed_parts_only() -> None:
    first = rendered(EXAMPLES[FIRST])
    assert first.header["setting"]["titles"] == ["max pool 2×2, stride 2"]
    assert first.header["setting"]["peak"] == "3/8 on average"
    moved = replace(EXAMPLES[FIRST], position=(5, 5))
    again = rendered(moved, known_scene=first.header["scene"], known_start=(2, 2))
    assert sorted(again.planes) == ["now0", "winners"]


MEADOW = Scene(lens="pool")


@pytest.mark.parametrize(
    ("other", "peak"),
    [
        (MEADOW, ""),
        (MEADOW.with_stack(Stack.parse("M2x2/2")), "3/8 on average"),
        (EXAMPLES[FIRST].with_stack(Stack.parse("C3x3/1c1 -> GA")), ""),
    ],
)
def test_other_layers_and_pictures_are_shown_without_winners_and_orbit(
    other: Scene, peak: str
) -> None:
    frame = rendered(replace(other, position=(3, 3)))
    assert not {"winners", "orbit"} & set(frame.planes)
    assert [frame.header["steps"], frame.header["setting"]["peak"]] == ["", peak]
    assert "window" not in frame.header["sentence"]


def test_a_picture_that_moves_as_a_whole_counts_no_steps() -> None:
    scene = replace(EXAMPLES[FIRST], moves="wrap", position=(2, 3))
    frame = rendered(scene)
    assert frame.header["steps"] == ""
    # It is the same setting as when the pattern moves, so what is fixed must be the same too.
    orbit = rendered(replace(scene, moves="pattern")).planes["orbit"]
    np.testing.assert_array_equal(frame.planes["orbit"], orbit)
    changed = frame.header["readings"][0]["changed"]
    assert frame.header["sentence"] == (
        f"The whole picture moved 1 cell right: {changed} outputs changed."
    )


# ---- orbits and steps


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_a_single_peaks_steps_are_those_of_plain_loops(choice: PoolChoice) -> None:
    stack, (jump, _) = pool_stack(choice), choice.stride
    found = peak_steps(stack)
    assert found
    side = 6 * jump + 12
    origin = 3 * jump

    def output(row: int, col: int) -> np.ndarray:
        image = np.zeros((side, side))
        image[row, col] = 1
        return pool(image, stack)

    outputs = {
        (row, col): output(origin + row, origin + col)
        for row in range(-1, jump + 1)
        for col in range(-1, jump + 1)
    }
    counts = [
        [
            sum(np.array_equal(outputs[row, col], outputs[row + r, col + c]) for r, c in AROUND)
            for col in range(jump)
        ]
        for row in range(jump)
    ]
    # Which place is the first does not matter, only where they are to one another.
    turned = [np.roll(counts, (r, c), (0, 1)).tolist() for r in range(jump) for c in range(jump)]
    assert found.unchanged.tolist() in turned
    assert found.share == Fraction(int(np.sum(counts)), 8 * jump * jump)


def test_the_table_of_a_3x3_window() -> None:
    peak = peak_steps(Stack.parse("M3x3/3"))
    assert peak
    assert peak.unchanged.tolist() == [[3, 5, 3], [5, 8, 5], [3, 5, 3]]
    assert (peak.share, peak.steps) == (Fraction(5, 9), 72)


def test_steps_off_the_grid_are_none() -> None:
    labels = orbit_labels(EXAMPLES[FIRST])
    assert labels is not None
    assert steps_at(labels, (0, 0)) == (3, 3)
    assert steps_at(labels, (0, 3)) == (3, 5)
    assert steps_at(labels, (7, 7)) == (3, 3)


# ---- the page's choices


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_a_choice_is_read_back_from_its_layers(choice: PoolChoice) -> None:
    assert choice_of(pool_stack(choice)) == choice
    assert choice_of(Stack.parse(str(pool_stack(choice)))) == choice


@pytest.mark.parametrize("text", ["C3", "M2 M2", "M2x2/2p1", "R", "M2/1 B5/2", "B3 M2", "GA"])
def test_other_layers_are_no_choice(text: str) -> None:
    assert choice_of(Stack.parse(text)) is None


def test_another_kind_keeps_the_stride_and_what_the_kernel_stands_for() -> None:
    two = PoolChoice("max", (2, 2), (2, 2))
    assert choice_with_kind(two, "blur") == PoolChoice("blur", (3, 3), (2, 2))
    assert choice_with_kind(choice_with_kind(two, "blur"), "average") == replace(
        two, kind="average"
    )
    assert choice_with_kind(two, "max, then blur") == replace(two, kind="max, then blur")
    assert choice_with_kind(replace(two, kind="max, then blur"), "max") == two


# ---- examples and the classic


def test_three_patches_agree_and_the_same_as_rows_do_not() -> None:
    assert message_of(EXAMPLES[PATCHES]) == (
        "The patches [1, 0, 0, 0], [0, 0, 0, 1] and [0, 1, 0, 0] give 1, 1 and 1: all alike."
    )
    assert message_of(EXAMPLES[ROWS]) == (
        "The rows [1, 0, 0, 0], [0, 0, 0, 1] and [0, 1, 0, 0] give [1, 0], [0, 1] and [1, 0]: "
        "they do not agree."
    )


@pytest.mark.parametrize(("name", "example"), EXAMPLES.items())
def test_an_example_keeps_its_name_and_its_message_wherever_the_mark_is(
    name: str, example: Scene
) -> None:
    assert example_of(example) == name
    moved = replace(example, position=(0, 0))
    assert example_of(moved) == name
    assert message_of(moved) == message_of(example)
    assert message_of(replace(example, cells="5" + example.cells[1:])) == ""


@pytest.mark.parametrize("name", [PATCHES, ROWS])
def test_the_mark_stands_where_it_does_not_disturb_an_example(name: str) -> None:
    example = EXAMPLES[name]
    (pooled,) = rendered(example).maps("now")
    bare = np.array([int(cell) for cell in example.cells]).reshape(example.size, example.size)
    shown = slice(0, 1 if name == PATCHES else 3)
    np.testing.assert_allclose(pooled[shown], pool(bare, example.stack)[shown], atol=1e-3)


def test_the_first_touch_forgives_one_step_and_then_does_not() -> None:
    row, col = EXAMPLES[FIRST].start
    first, second = (
        rendered(replace(EXAMPLES[FIRST], position=(row, col + step))).header["sentence"]
        for step in (1, 2)
    )
    assert first == "Moved 1 cell right. The 9 is still in the same window: no output changed."
    assert second == "Moved 2 cells right. The 9 left its window: 2 of 16 outputs changed."


@pytest.mark.parametrize("shift", SHIFTS)
def test_the_classic_is_that_of_plain_arithmetic(shift: int) -> None:
    signal = np.roll([0, 0, 1, 1, 0, 0, 1, 1], shift)
    dense = np.maximum(signal, np.roll(signal, -1))
    blurred = (np.roll(dense, 1) + 2 * dense + np.roll(dense, -1)) / 4
    shown = pooled_signal(shift)
    assert shown.signal == tuple(signal)
    assert shown.pooled == tuple(dense[::2])
    assert shown.blurred == tuple(blurred[::2])


def test_the_classics_sentence_says_what_changed() -> None:
    assert pooled_signal_sentence(0) == "Unmoved, max pooling gives 0 1 0 1; blurred, 0.5 1 0.5 1."
    assert pooled_signal_sentence(1) == (
        "Moved by 1. Max pooling: 0 1 0 1 becomes 1 1 1 1, a change of up to 1. Max, then blur: "
        "0.5 1 0.5 1 becomes 0.75 0.75 0.75 0.75, a change of up to 0.25."
    )


# ---- words


@pytest.mark.parametrize(
    ("mark", "windows", "changed", "said"),
    [
        ("pixel", (4, 4, 4), 0, "The 9 is still in the same 4 windows: no output changed."),
        ("pixel", (1, 1, 0), 0, "The 9 left its window: even so, no output changed."),
        ("pixel", (4, 2, 2), 2, "The 9 left 2 of its 4 windows: 2 of 9 outputs changed."),
        ("pixel", (1, 2, 1), 1, "The 9 came into 1 more window: 1 of 9 outputs changed."),
        ("pixel", (0, 1, 0), 1, "The 9 came into 1 window: 1 of 9 outputs changed."),
        ("pixel", (0, 0, 0), 0, "No window sees the 9: no output changed."),
        ("square", (2, 0, 0), 2, "The square left its 2 windows, and no window sees it now: 2 of"),
        ("square", (2, 4, 1), 4, "The square left 1 of its 2 windows: 4 of 9 outputs changed."),
    ],
)
def test_sentences(mark: str, windows: tuple[int, int, int], changed: int, said: str) -> None:
    sentence = max_sentence(mark, (0, 1), Windows(*windows), PoolReading(changed, 9, 7.0))
    assert sentence.startswith(f"Moved 1 cell right. {said}")


def test_titles_and_readouts() -> None:
    assert title(MaxPool2d((1, 2))) == "max pool 1×2, stride 1×2"
    assert title(Stack.parse("R").layers[0]) == "ReLU"
    assert readouts(PoolReading(3, 16, 2.625)) == {"changed": "3 of 16", "most": "2.625"}
