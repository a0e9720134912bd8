"""What the stage sends back: taken when it is what the stage sends, else refused in a sentence."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.ui.scene.limits import SceneError
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from pages.ui.scene.stage_message import StageMessage, parse_message
from pages.ui.scene.workspaces import CONVOLUTION_WORKSPACE, POOL_WORKSPACE
from tests.support.random_scenes import CALM
from tests.support.scenes import busy_scene, differing

MESSAGE = {
    "mount": "k3x9",
    "token": 7,
    "revision": 2,
    "knownScene": "0123456789abcdef01",
    "knownStart": [24, 12],
    "position": [25, 13],
    "start": [24, 12],
    "unit": [2, 14, 15],
    "channels": [0, 0, 4],
    "view": "difference",
    "committed": True,
}
PLACE = "the pattern's position is a row and a column, got {}"
NOT_WHOLE = [
    (float("nan"), "nan"),
    (float("inf"), "inf"),
    (-float("inf"), "-inf"),
    (1.5, "1.5"),
    (1e9, "1000000000.0"),
    (1e300, "1e+300"),
    (2**53 + 1, "9007199254740993"),
    (-(2**64), "-18446744073709551616"),
    (True, "True"),
    (None, "None"),
    ("5", "'5'"),
    ([5], "[5]"),
    ({}, "{}"),
]


def message(**changes: object) -> dict[str, object]:
    return {**MESSAGE, **changes}


def refused(value: object) -> str:
    with pytest.raises(SceneError) as caught:
        parse_message(value)
    return str(caught.value)


def test_message_of_the_stage_is_read() -> None:
    assert parse_message(MESSAGE) == StageMessage(
        mount="k3x9",
        token=7,
        revision=2,
        known_scene="0123456789abcdef01",
        known_start=(24, 12),
        position=(25, 13),
        start=(24, 12),
        unit=Unit(2, 14, 15),
        channels=(0, 0, 4),
        view="difference",
        committed=True,
    )


def test_what_may_be_missing_is_taken_as_nothing() -> None:
    needed = ("token", "revision", "position", "start", "channels")
    parsed = parse_message({name: MESSAGE[name] for name in needed})
    assert (parsed.mount, parsed.known_scene, parsed.known_start, parsed.unit) == (
        "",
        "",
        None,
        None,
    )
    assert (parsed.view, parsed.committed) == ("now", False)
    assert parse_message(message(knownStart=None, unit=None)).unit is None
    assert parse_message(message(committed="yes")).committed is False


@pytest.mark.parametrize("nothing", [None, "hand", 5, float("nan"), True, [], [MESSAGE]])
def test_message_must_have_named_parts(nothing: object) -> None:
    assert refused(nothing).startswith("the stage sends a message with named parts, got ")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("token", "the message's number is a whole number, got None"),
        ("revision", "the scene's number is a whole number, got None"),
        ("position", PLACE.format("None")),
        ("start", "the start of the drag is a row and a column, got None"),
        ("channels", "the shown channels are a list of numbers, got None"),
    ],
)
def test_missing_part_is_named(name: str, sentence: str) -> None:
    assert refused({key: value for key, value in MESSAGE.items() if key != name}) == sentence


@pytest.mark.parametrize(("number", "shown"), NOT_WHOLE)
def test_every_number_must_be_whole(number: object, shown: str) -> None:
    whole = f"is a whole number, got {shown}"
    assert refused(message(token=number)) == f"the message's number {whole}"
    assert refused(message(revision=number)) == f"the scene's number {whole}"
    assert refused(message(position=[number, 0])) == f"the pattern's position (row) {whole}"
    assert refused(message(position=[0, number])) == f"the pattern's position (column) {whole}"
    assert refused(message(start=[number, 0])) == f"the start of the drag (row) {whole}"
    assert refused(message(start=[0, number])) == f"the start of the drag (column) {whole}"
    assert refused(message(knownStart=[number, 0])) == f"the known start (row) {whole}"
    assert refused(message(knownStart=[0, number])) == f"the known start (column) {whole}"
    assert refused(message(channels=[0, number])) == f"a channel {whole}"
    for place in ([number, 0, 0], [0, number, 0], [0, 0, number]):
        assert refused(message(unit=place)) == f"a unit’s place {whole}"


@pytest.mark.parametrize("place", [5, "24,12", [], [1], [1, 2, 3], {"row": 1}, True, "ab", (1, 2)])
def test_place_is_two_numbers(place: object) -> None:
    assert refused(message(position=place)) == PLACE.format(repr(place))
    assert refused(message(start=place)).startswith("the start of the drag is a row and a column")
    assert refused(message(knownStart=place)).startswith("the known start is a row and a column")


@pytest.mark.parametrize("unit", [0, False, "", [], [1, 2], [1, 2, 3, 4], {}, "abc"])
def test_unit_is_three_numbers(unit: object) -> None:
    assert refused(message(unit=unit)) == f"a unit is a layer, a row and a column, got {unit!r}"


@pytest.mark.parametrize("channels", [0, "0,0,0", {}, (0, 0, 0), True])
def test_channels_are_a_list(channels: object) -> None:
    assert refused(message(channels=channels)) == (
        f"the shown channels are a list of numbers, got {channels!r}"
    )


@pytest.mark.parametrize("name", ["mount", "knownScene"])
@pytest.mark.parametrize("text", [5, None, [], {}, float("nan"), "x" * 65])
def test_names_are_short_texts(name: str, text: object) -> None:
    assert refused(message(**{name: text})).startswith(f"{name} is a short text, got ")
    assert parse_message(message(**{name: "x" * 64}))


@pytest.mark.parametrize("view", ["", "NOW", 0, None, [], ["now"], {}, float("nan")])
def test_view_is_one_of_three(view: object) -> None:
    assert refused(message(view=view)) == f"a map shows now, start, difference, got {view!r}"


def nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "huge",
    [[0] * 1_000_000, "x" * 1_000_000, {str(i): i for i in range(100_000)}, nested(100_000)],
    ids=["list", "text", "names", "nested"],
)
def test_sentence_stays_short_whatever_came(huge: object) -> None:
    for broken in (huge, message(position=huge), message(view=huge), message(token=huge)):
        assert len(refused(broken)) < 120
    assert re.search(r"got .{3,41}$", refused(message(unit=huge)))


def test_only_so_many_channels_are_read() -> None:
    assert parse_message(message(channels=[1] * 1_000_000)).channels == (1,) * 100


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(0, 60)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["now", "start", "difference", 1e9, 10**9, -1]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*MESSAGE]) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(CALM, max_examples=200)
@given(
    json_values
    | st.dictionaries(st.sampled_from([*MESSAGE]), json_values).map(lambda odd: message(**odd))
    | st.dictionaries(st.sampled_from([*MESSAGE]), st.lists(st.integers(-2, 60))).map(
        lambda odd: message(**odd)
    )
)
def test_anything_is_a_scene_or_a_sentence(value: object) -> None:
    sent = json.loads(json.dumps(value))  # as it comes through the socket, NaN and all
    before = Scene()
    try:
        scene = parse_message(sent).applied_to(before)
    except SceneError as error:
        assert re.fullmatch(r".{10,250}", str(error), re.DOTALL)  # noqa: PT017
    else:
        assert isinstance(scene, Scene)
        assert differing(before, scene) <= {"position", "start", "unit", "view", "channels"}


# ---- applying a message to a scene


def test_hand_moves_the_pattern_and_nothing_else() -> None:
    before = busy_scene()
    parsed = parse_message(
        message(position=[0, 72], start=[72, 0], unit=None, channels=[0, 2, 2, 4, 4], view="start")
    )
    after = parsed.applied_to(before)
    assert after == replace(before, position=(0, 72), start=(72, 0), unit=None, view="start")


@pytest.mark.parametrize("place", [[49, 0], [0, 49], [-1, 0], [0, -1], [10**9, 10**9]])
@pytest.mark.parametrize("name", ["position", "start"])
def test_pattern_cannot_leave_the_picture(name: str, place: list[int]) -> None:
    sentence = (
        f"the cat must stay inside the picture: its {name} is a row and a column from 0 to 48, "
        f"got {place[0]}, {place[1]}"
    )
    parsed = parse_message(message(**{name: place}))
    with pytest.raises(SceneError, match=f"^{re.escape(sentence)}$"):
        parsed.applied_to(Scene())


@pytest.mark.parametrize(
    ("unit", "sentence"),
    [
        ([3, 0, 0], "the stack has layers 1 to 3, got layer 4"),
        ([-1, 0, 0], "the stack has layers 1 to 3, got layer 0"),
        ([2, 29, 0], "layer 3 has rows 0 to 28 and columns 0 to 28, got unit 29, 0"),
        ([2, 0, -5], "layer 3 has rows 0 to 28 and columns 0 to 28, got unit 0, -5"),
    ],
)
def test_unit_must_exist(unit: list[int], sentence: str) -> None:
    with pytest.raises(SceneError, match=f"^{re.escape(sentence)}$"):
        parse_message(message(unit=unit)).applied_to(Scene())


@pytest.mark.parametrize(
    ("channels", "shown"),
    [
        ([0, 0, 0], (0, 0, 0)),
        ([5, 5, 3], (5, 5, 3)),  # two choices before an answer came
        ([5, 0, 0], (5, 5, 0)),  # the pool carries on the convolution before it
        ([0, 6, 0], (6, 6, 0)),
        ([0, 0, 7], (0, 0, 7)),
        ([3], (3, 3, 0)),
        ([], (0, 0, 0)),
        ([0, 0, 0, 9, 9], (0, 0, 0)),  # layers that the stack does not have
    ],
)
def test_channel_is_shown_in_every_map_that_it_runs_through(
    channels: list[int], shown: tuple[int, ...]
) -> None:
    parsed = parse_message(message(channels=channels))
    after = parsed.applied_to(Scene())
    assert after.channels == shown
    assert (after.position, after.unit, after.view) == ((25, 13), Unit(2, 14, 15), "difference")


@pytest.mark.parametrize("channel", [-1, 8, 10**9])
def test_channel_must_exist(channel: int) -> None:
    parsed = parse_message(message(channels=[0, 0, channel]))
    with pytest.raises(SceneError, match=f"^layer 3 has channels 1 to 8, got {channel + 1}$"):
        parsed.applied_to(Scene())


# ---- what only some lenses send


def test_what_only_some_lenses_send_is_read() -> None:
    parsed = parse_message(
        message(probe=[0, 1, 2], pixel=[3, 4], rings=["used", "box"], cells="012", weights=["1"])
    )
    assert parsed.probe == Unit(0, 1, 2)
    assert parsed.pinned_pixel == ((3, 4),)
    assert parsed.rings == ("box", "used")
    assert (parsed.cells, parsed.weights) == ("012", ("1",))


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ({"probe": "x"}, "a unit is a layer, a row and a column, got 'x'"),
        ({"pixel": [1]}, "the pinned pixel is a row and a column, got [1]"),
        ({"rings": "box"}, "the rings are a list of names, got 'box'"),
        ({"rings": ["box"] * 4}, "the rings are a list of names, got ['box', 'box', 'box', 'box']"),
        ({"rings": [["box"]]}, "a ring is one of box, effective, used, got ['box']"),
        ({"cells": 5}, "the cells of a grid are digits, got 5"),
        (
            {"cells": "1" * 145},
            "the cells of a grid are digits, got '111111111111...1111111111111'",
        ),
        ({"weights": "1"}, "the weights of a kernel are a list of texts, got '1'"),
        ({"weights": [1]}, "the weights of a kernel are a list of texts, got [1]"),
    ],
)
def test_wrong_parts_of_a_lens_are_refused(part: dict[str, object], sentence: str) -> None:
    assert refused(message(**part)) == sentence


def test_what_a_lens_does_not_send_stays_as_it_was() -> None:
    scene = busy_scene()
    after = parse_message(message(channels=[0] * 5, unit=None)).applied_to(scene)
    assert (after.pixel, after.rings, after.kernels) == (scene.pixel, scene.rings, scene.kernels)
    free = parse_message(message(channels=[0] * 5, unit=None, pixel=None)).applied_to(scene)
    assert free.pixel is None


def test_a_hand_writes_cells_and_weights() -> None:
    grid, wide = POOL_WORKSPACE.scene, CONVOLUTION_WORKSPACE.scene
    start = {"position": [0, 0], "start": [0, 0], "unit": None, "channels": [0]}
    cells = "7" + grid.cells[1:]
    assert parse_message(message(**start, cells=cells)).applied_to(grid).cells == cells
    weights = ["0"] * 8 + ["2"]
    written = parse_message(message(**start, weights=weights)).applied_to(wide)
    assert written.kernels == ("own_0_0_0_0_0_0_0_0_2",)
    for forged in ({"cells": "7"}, {"cells": "x" * 64}, {"weights": ["x"] * 9}):
        with pytest.raises(SceneError):
            parse_message(message(**start, **forged)).applied_to(
                grid if "cells" in forged else wide
            )
