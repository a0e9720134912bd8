"""The error by layer, against rfcore run on pictures that the test makes itself."""

from dataclasses import replace

import pytest

from pages.ui.scene.scene import Scene
from pages.ui.sections.shift_errors import layer_offsets, offsets_sentence
from rfcore.equivariance import equivariance_errors
from rfcore.network import Network
from rfcore.pictures.backgrounds import draw_background
from rfcore.pictures.patterns import draw_pattern, place
from rfcore.stack import Stack

PADDED = Stack.parse("C3p1 -> M2 -> C3p1")
BASE = Scene(image="meadow", pattern="dog").with_stack(PADDED)


def moved(row: int, col: int, **changes: object) -> Scene:
    return replace(BASE, position=(24 + row, 12 + col), **changes)


def percent(amount: float | None, scale: float) -> float | None:
    return None if amount is None else 100 * amount / scale


@pytest.mark.parametrize(("moves", "fill"), [("zeros", "zeros"), ("wrap", "circular")])
@pytest.mark.parametrize("by", [(0, 1), (2, 4), (-3, 2)])
@pytest.mark.parametrize("mode", ["zeros", "circular"])
def test_whole_picture_errors_are_those_of_rfcore(
    moves: str, fill: str, by: tuple[int, int], mode: str
) -> None:
    scene = moved(*by, moves=moves, padding_mode=mode)
    picture = place(draw_background("meadow", 64), draw_pattern("dog", 16), 24, 12)
    network = Network.with_filters(PADDED, padding_mode=mode)
    wanted = equivariance_errors(network, picture, by, fill=fill)
    for got, want in zip(layer_offsets(scene), wanted, strict=True):
        inside = want.error if want.is_representable else want.blend_error
        assert got.inside == percent(inside, want.scale)
        assert got.border == percent(want.border_error, want.scale)
        assert got.blended == (not want.is_representable)


def test_a_pattern_alone_is_measured_on_even_gray() -> None:
    # Over the meadow the pattern's move is no shift at all; by itself it is one, to the last digit.
    first, pool, last = layer_offsets(moved(0, 2))
    assert [first.layer, pool.layer, last.layer] == ["1 C3x3/1p1", "2 M2x2/2", "3 C3x3/1p1"]
    assert [e.inside for e in (first, pool, last)] == pytest.approx([0, 0, 0], abs=1e-4)
    odd = layer_offsets(moved(0, 1))
    assert odd[0].inside == pytest.approx(0, abs=1e-4)
    assert odd[1].blended
    assert odd[1].inside is not None
    assert odd[1].inside > 10


def test_all_channels_count_not_only_the_shown_ones() -> None:
    whole = moved(0, 1, moves="zeros")
    shown = replace(whole, channels=(5, 5, 3))
    assert layer_offsets(shown) == layer_offsets(whole)


def test_the_sentence_says_of_what_it_speaks() -> None:
    def said(scene: Scene) -> str:
        return offsets_sentence(scene, layer_offsets(scene))

    gray, whole = "the dog by itself, on even gray", "the whole picture"
    assert said(BASE) == (
        f"Drag, and let go: how far is each layer off? It is measured for {gray}."
    )
    assert said(moved(0, 2)) == f"Measured for {gray}: every layer followed the move."
    first_off = "the first layer that is off is"
    assert said(moved(0, 1)) == f"Measured for {gray}: {first_off} 2 M2x2/2."
    assert said(moved(0, 2, moves="wrap")) == f"Measured for {whole}: {first_off} 1 C3x3/1p1."
    circular = moved(0, 2, moves="wrap", padding_mode="circular")
    assert said(circular) == f"Measured for {whole}: every layer followed the move."


def test_a_layer_without_any_response_is_not_off() -> None:
    stack = Stack.parse("C3c1 -> R")
    scene = replace(BASE.with_stack(stack), image="black", kernels=("own" + "_-1" * 9,))
    errors = layer_offsets(replace(scene, position=(24, 13)))
    assert (errors[1].inside, errors[1].border) == (
        0,
        None,
    )  # and no division by a largest value of 0
    assert errors[0].inside == pytest.approx(0, abs=1e-4)


def test_a_layer_of_which_nothing_is_left_is_not_said_to_have_followed() -> None:
    scene = replace(BASE.with_stack(Stack.parse("C31c1 -> C31c1")), moves="wrap")
    far = replace(scene, position=(24, 40))
    assert layer_offsets(far)[1] == ("2 C31x31/1c1", None, None, False)
    assert offsets_sentence(far, layer_offsets(far)) == (
        "Measured for the whole picture: so far a move leaves nothing of some layers to compare."
    )
