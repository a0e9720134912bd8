"""The published architectures: our figures beside those that others worked out."""

import pytest

from rfcore import NotationError, Stack, receptive_fields
from rfcore.stack import MAX_TEXT
from rfcore.zoo import ZOO, Architecture

BY_NAME = {architecture.name: architecture for architecture in ZOO}
IDS = list(BY_NAME)

# (size, stride, padding) at the end points of the published table, on 321x321 where it matters.
# Wrong layers can cancel out at the end of a network; they can't at every end point.
END_POINTS = {
    "AlexNet v2": [
        (11, 4, 0),
        (19, 8, 0),
        (51, 8, 16),
        (99, 16, 32),
        (131, 16, 48),
        (163, 16, 64),
        (195, 32, 64),
    ],
    "VGG-11": [(4, 2, 1), (10, 4, 3), (30, 8, 11), (70, 16, 27), (150, 32, 59)],
    "VGG-16": [(6, 2, 2), (16, 4, 6), (44, 8, 18), (100, 16, 42), (164, 16, 74), (212, 32, 90)],
    "ResNet-50": [(35, 8, 17), (99, 16, 49), (291, 32, 145), (483, 32, 241)],
    "ResNet-101": [(35, 8, 17), (99, 16, 49), (835, 32, 417), (1027, 32, 513)],
    "ResNet-152": [(35, 8, 17), (163, 16, 81), (1315, 32, 657), (1507, 32, 753)],
    "ResNet-200": [(35, 8, 17), (419, 16, 209), (1571, 32, 785), (1763, 32, 881)],
    "MobileNet v1": [
        (3, 2, 1),
        (11, 4, 5),
        (27, 8, 13),
        (59, 16, 29),
        (219, 16, 109),
        (251, 32, 125),
        (315, 32, 157),
    ],
    "Inception v2": [
        (7, 2, 3),
        (27, 8, 13),
        (91, 8, 45),
        (123, 16, 61),
        (379, 16, 189),
        (443, 32, 221),
        (699, 32, 349),
    ],
    "Inception v3": [
        (31, 8, 2),
        (127, 8, 50),
        (159, 16, 58),
        (927, 16, 442),
        (1055, 32, 490),
        (1311, 32, 618),
    ],
    "Inception v4": [
        (15, 4, 2),
        (47, 4, 14),
        (55, 8, 14),
        (183, 8, 78),
        (215, 16, 86),
        (1559, 16, 758),
        (1687, 32, 806),
        (2071, 32, 998),
    ],
    "Inception-ResNet v2": [
        (63, 8, 18),
        (415, 16, 186),
        (2335, 16, 1146),
        (2399, 32, 1162),
        (3039, 32, 1482),
    ],
}

PADDING_AT_224 = {
    "ResNet-50": 239,
    "ResNet-101": 511,
    "ResNet-152": 751,
    "ResNet-200": 879,
    "MobileNet v1": 126,
    "Inception v2": 318,
}


def differences(text: str, published: Architecture) -> list[str]:
    """What the field of a text has that the published one has not."""
    field = receptive_fields(Stack.parse(text))[-1]
    found = {
        "size": (field.size, published.published_size),
        "stride": (field.jump, published.published_stride),
        "padding": ((-field.start[0], -field.start[1]), published.published_padding),
    }
    return [name for name, (ours, theirs) in found.items() if ours != (theirs, theirs)]


@pytest.mark.parametrize("architecture", ZOO, ids=IDS)
def test_our_figures_equal_the_published_ones(architecture: Architecture) -> None:
    assert differences(architecture.text, architecture) == []


@pytest.mark.parametrize("architecture", ZOO, ids=IDS)
def test_every_published_end_point_lies_on_the_way(architecture: Architecture) -> None:
    fields = receptive_fields(architecture.stack)
    ours = {(f.size[0], f.jump[0], -f.start[0]) for f in fields if f.size[0] == f.size[1]}
    assert [point for point in END_POINTS[architecture.name] if point not in ours] == []
    assert END_POINTS[architecture.name][-1] == (
        architecture.published_size,
        architecture.published_stride,
        architecture.published_padding,
    )


@pytest.mark.parametrize(
    ("name", "right", "wrong", "differs"),
    [
        ("ResNet-50", "C3/2p1c64", "C3/1p1c64", ["size", "stride", "padding"]),
        ("ResNet-50", "M3/2p1", "M3/2p0", ["padding"]),
        ("VGG-16", "M2, C3p1c512, C3p1c512, C3p1c512, M2", "M2, C3p1c512, C3p1c512, M2", ["size"]),
        ("AlexNet v2", "C11/4", "C7/4", ["size"]),
        ("Inception v3", "C7x1p3x0", "C7p3", ["size", "padding"]),
        ("Inception v4", "C3x1p1x0c448", "C1x3p0x1c448", ["size", "padding"]),
    ],
)
def test_a_planted_mistake_is_seen(name: str, right: str, wrong: str, differs: list[str]) -> None:
    architecture = BY_NAME[name]
    assert right in architecture.text
    assert set(differs) <= set(differences(architecture.text.replace(right, wrong), architecture))


@pytest.mark.parametrize("name", list(PADDING_AT_224))
def test_the_padding_at_224_pixels_is_what_the_note_says(name: str) -> None:
    """TensorFlow then pads strided windows of 3 after the map only, and 7 by 2 and 3."""
    architecture = BY_NAME[name]
    text = architecture.text.replace("M3/2p1", "M3/2")
    if not name.startswith("ResNet"):  # whose strided convolutions have a padding of their own
        text = text.replace("C3/2p1", "C3/2").replace("C7/2p3", "C7/2p2")
    padding = -receptive_fields(Stack.parse(text))[-1].start[0]
    assert padding == PADDING_AT_224[name]
    assert f"published for it is {padding}." in architecture.note
    assert architecture.published_at == 321


@pytest.mark.parametrize("architecture", ZOO, ids=IDS)
def test_a_padding_that_holds_for_one_image_size_says_so(architecture: Architecture) -> None:
    assert (architecture.published_at is not None) == (architecture.name in PADDING_AT_224)


@pytest.mark.parametrize(
    ("name", "billions"), [("AlexNet v2", 1.380), ("VGG-11", 14.984), ("VGG-16", 30.713)]
)
def test_channels_give_the_published_cost_where_no_layer_branches(
    name: str, billions: float
) -> None:
    """The table counts a multiply-add as two operations, and some more that we do not count."""
    assert 2e-9 * BY_NAME[name].stack.cost((3, 224, 224)) == pytest.approx(billions, rel=1e-3)


@pytest.mark.parametrize("architecture", ZOO, ids=IDS)
def test_a_text_can_be_pasted(architecture: Architecture) -> None:
    text = str(architecture.stack)
    assert len(text) < MAX_TEXT
    assert Stack.parse(text) == architecture.stack
    assert architecture.source.startswith("https://")
    assert not architecture.field.has_holes


def test_names_are_unique_and_a_bad_text_is_named() -> None:
    assert len(BY_NAME) == len(ZOO)
    with pytest.raises(NotationError, match=r'"X3" at character 1 is not a layer'):
        _ = Architecture("mistyped", "X3", 3, 1, 0).stack
