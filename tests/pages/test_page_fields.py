"""The page "How far does one neuron see?" as Streamlit runs it: every part, and bad input."""

import csv
import io
import json
import re
from typing import Any

import pytest
import torch

from pages.ui.scene.limits import MAX_LAYERS
from pages.ui.scene.link import from_query
from pages.ui.scene.scene import Scene
from pages.ui.sections import export
from pages.ui.sections.growth import Colors, growth_figure
from pages.ui.sections.open_stack import with_fewer_channels, with_imported_stack
from pages.ui.sections.zoo import agreement
from rfcore import ZOO, LayerError, Stack, read_model, receptive_fields
from rfcore.zoo import RECEPTIVE_FIELD_TABLE, Architecture
from tests.support.page_driver import (
    Page,
    as_read,
    errors,
    open_page,
    press,
    run_clean,
    table,
)

TEXTBOOK = "C3x3/1 -> M2x2/2 -> C3x3/1"
TITLE = r"How far does one neuron see\?"
ARITHMETIC_ALONE = "The scene stays as it was. So here is the arithmetic alone."

MODEL = """Sequential(
  (0): Conv2d(3, 16, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2), padding_mode=circular)
  (1): BatchNorm2d(16, eps=1e-05)
  (2): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
  (3): Linear(in_features=10, out_features=2)
)"""


def open_fields(**query: str) -> Page:
    return open_page("how_far_a_neuron_sees.py", query, title=TITLE, with_charts=True)


def stack_of(page: Page) -> Stack:
    """The stack of the page's link, which must be the one in the text field too."""
    scene, problems = from_query(page.query_params)
    assert problems == []
    assert page.text_input(key="notation").value == str(scene.stack)
    return scene.stack


def paragraphs(page: Page) -> list[str]:
    return [as_read(markdown.value) for markdown in page.markdown]


def steps(page: Page) -> list[list[tuple[int, str]]]:
    """Each derivation of the page: the number of every item, and its bold part."""
    lists = [text for text in paragraphs(page) if text.startswith("1. ")]
    return [
        [(int(n), bold) for n, bold in re.findall(r"^(\d+)\. \*\*(.*?)\*\*", text, re.MULTILINE)]
        for text in lists
    ]


def expected_steps(stack: Stack, size: int) -> list[tuple[int, str]]:
    fields = receptive_fields(stack, (size, size))
    assert all(f.size[0] == f.size[1] for f in fields)
    return [
        (n, f"{layer}: {f.size[0]} pixel{'s' if f.size[0] > 1 else ''}, jump {f.jump[0]}.")
        for n, (layer, f) in enumerate(zip(stack, fields, strict=True), 1)
    ]


def charts(page: Page) -> list[dict[str, list[Any]]]:
    """The lines of every chart, by their names."""
    found = []
    for chart in page.get("plotly_chart"):
        figure = json.loads(chart.proto.spec)
        found.append({line["name"]: line["y"] for line in figure["data"]})
    return found


# ---- the derivation and the chart


@pytest.mark.parametrize("text", [TEXTBOOK, "C3p1, R, M2, C3p1d2, B3", "C7/2p3, M3/2p1, GA"])
def test_derivation_and_chart_are_those_of_the_stack(text: str) -> None:
    stack, page = Stack.parse(text), open_fields(stack=text, size="48")
    fields = receptive_fields(stack, (48, 48))
    assert steps(page) == [expected_steps(stack, 48)]
    assert charts(page) == [
        {
            "field": [field.size[0] for field in fields],
            "jump": [field.jump[0] for field in fields],
            "picture": [48] * len(stack),
        }
    ]


@pytest.mark.parametrize(
    ("text", "size", "sentence"),
    [
        (
            "C3,M2,M2,M2,C3",
            32,
            "No neuron of this stack can see the whole picture: the last sees {} of 32 pixels a "
            "side.",
        ),
        ("C3p1,M2,M2,M2,C3p1,C3p1", 32, "From layer 6 on, one neuron can see the whole picture."),
        (
            "C3p1,M2,M2,M2,C3p1,C3p1",
            48,
            "No neuron of this stack can see the whole picture: the last sees {} of 48 pixels a "
            "side.",
        ),
    ],
)
def test_the_sentence_on_the_whole_picture_follows_the_picture(
    text: str, size: int, sentence: str
) -> None:
    page = open_fields(stack=text, size=str(size))
    assert sentence.format(receptive_fields(Stack.parse(text))[-1].size[0]) in paragraphs(page)


def test_chart_names_its_layers_and_the_picture() -> None:
    figure = growth_figure(Stack.parse(TEXTBOOK), (64, 64), Colors("#b3135f", "#22252b"))
    assert list(figure.layout.xaxis.ticktext) == ["1 C3x3/1", "2 M2x2/2", "3 C3x3/1"]
    assert list(figure.layout.xaxis.tickvals) == [1, 2, 3]
    assert figure.layout.yaxis.type is None
    assert figure.layout.yaxis.range[1] > 64  # the picture's line lies inside
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert [line.line.color for line in figure.data] == ["#b3135f", "#22252b", "#22252b"]


def test_a_deep_stacks_chart_doubles_and_names_some_layers() -> None:
    stack = next(a.stack for a in ZOO if a.name == "ResNet-200")
    figure = growth_figure(stack, (321, 321))
    field, jump, picture = figure.data
    fields = receptive_fields(stack)
    assert (list(field.y), list(jump.y)) == (
        [f.size[0] for f in fields],
        [f.jump[0] for f in fields],
    )
    assert set(picture.y) == {321}
    assert figure.layout.yaxis.type == "log"
    assert max(figure.layout.yaxis.tickvals) >= 1763
    assert len(figure.layout.xaxis.ticktext) <= 12
    for at, label in zip(figure.layout.xaxis.tickvals, figure.layout.xaxis.ticktext, strict=True):
        assert label == f"{at} {stack.layers[at - 1]}"


def test_chart_draws_rows_and_columns_where_they_differ() -> None:
    stack = Stack.parse("C3x5, C1x3, M2")
    lines = {line.name: list(line.y) for line in growth_figure(stack, (40, 50)).data}
    assert lines == {
        "field, rows": [3, 3, 4],
        "field, columns": [5, 7, 8],
        "jump": [1, 1, 2],
        "picture, rows": [40, 40, 40],
        "picture, columns": [50, 50, 50],
    }


# ---- one more layer


def choose_place(page: Page, place: int) -> Page:
    page.selectbox(key="place").set_value(place)
    return run_clean(page)


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize(("symbol", "notation"), [("M", "M2x2/2"), ("C", "C3x3/1")])
def test_what_an_added_layer_would_do_is_what_it_does(
    place: int, symbol: str, notation: str
) -> None:
    page = choose_place(open_fields(), place)
    layers = list(map(str, Stack.parse(TEXTBOOK)))
    changed = Stack.parse(", ".join([*layers[:place], notation, *layers[place:]]))
    field = receptive_fields(changed)[-1]
    jump = "2 as before" if field.jump == (2, 2) else f"{field.jump[0]} instead of 2"
    size = f"{field.size[0]}×{field.size[1]}"
    assert f"The last neurons would see {size} pixels instead of 8×8, jump {jump}." in paragraphs(
        page
    )
    page.button(key=f"add_{symbol}").click()
    assert stack_of(run_clean(page)) == changed
    assert steps(page) == [expected_steps(changed, 64)]


def test_a_full_stage_says_so_beside_disabled_buttons() -> None:
    page = open_fields(stack=",".join(["C1"] * MAX_LAYERS))
    for symbol in "MC":
        assert page.button(key=f"add_{symbol}").disabled
    said = [text for text in paragraphs(page) if text.startswith("It cannot stand here: the stage")]
    assert len(said) == 2
    assert all(f"at most {MAX_LAYERS} layers" in text for text in said)


def test_a_layer_that_does_not_fit_says_why_and_the_other_can_be_added() -> None:
    page = choose_place(open_fields(stack="C3,GA"), 2)
    said = [text for text in paragraphs(page) if text.startswith("It cannot stand here")]
    assert said == [
        "It cannot stand here: layer 3, M2x2/2 does not fit: its window covers 2x2 cells and the "
        "map before it has 1x1; take a smaller kernel, or put it earlier.",
        "It cannot stand here: layer 3, C3x3/1 does not fit: its window covers 3x3 cells and the "
        "map before it has 1x1; take a smaller kernel, or put it earlier.",
    ]
    page = choose_place(page, 1)
    assert not page.button(key="add_M").disabled


def test_a_place_that_is_gone_becomes_the_last() -> None:
    page = choose_place(open_fields(), 3)
    page.text_input(key="notation").set_value("C3x3/1")
    page = run_clean(page)
    assert page.selectbox(key="place").value == 1
    assert page.selectbox(key="place").options == ["before layer 1", "after layer 1, C3x3/1"]


# ---- the zoo


def test_the_zoo_shows_our_figures_beside_the_published_ones() -> None:
    rows = open_fields().dataframe[0].value.to_dict("records")
    assert len(rows) == len(ZOO)
    for row, architecture in zip(rows, ZOO, strict=True):
        field = receptive_fields(Stack.parse(architecture.text))[-1]
        assert row == {
            "name": architecture.name,
            "layers": len(Stack.parse(architecture.text)),
            "agreement": "all agree",
            "our field": field.size[1],
            "published field": architecture.published_size,
            "our jump": field.jump[1],
            "published stride": architecture.published_stride,
            "our padding": -field.start[1],
            "published padding": architecture.published_padding,
            "source": RECEPTIVE_FIELD_TABLE,
            "note": architecture.note,
        }


def test_a_published_figure_that_is_not_ours_is_named() -> None:
    assert agreement(Architecture("none", "C3, M2, C3", 8, 2, 0)) == "all agree"
    assert agreement(Architecture("none", "C3, M2, C3", 7, 2, 0)) == "size differs"
    assert agreement(Architecture("none", "C3, M2, C3", 8, 4, 1)) == "jump, padding differ"
    assert agreement(Architecture("none", "C3x1, M2", 4, 2, 0)) == "size differs"


def test_a_deep_architecture_is_shown_by_its_arithmetic_alone() -> None:
    page = open_fields(zoo="ResNet-200", stack="C3,C5")
    assert page.selectbox(key="zoo").value == "ResNet-200"
    page = press(page, "Open as a stack")
    assert [info.value for info in page.info] == [
        f"The stage holds at most {MAX_LAYERS} layers, this stack has 200; take some away. "
        + ARITHMETIC_ALONE
    ]
    stack = next(a.stack for a in ZOO if a.name == "ResNet-200")
    assert stack_of(page) == Stack.parse("C3,C5")
    assert steps(page) == [
        expected_steps(Stack.parse("C3,C5"), 64),
        expected_steps(stack, 321),
    ]
    assert charts(page)[1]["field"] == [field.size[0] for field in receptive_fields(stack)]
    assert set(charts(page)[1]["picture"]) == {321}
    page.selectbox(key="zoo").set_value("VGG-11")
    page = run_clean(page)
    assert page.query_params["zoo"] == "VGG-11"
    assert len(charts(page)) == 1
    assert len(page.info) == 0


def test_an_architecture_that_fits_opens_with_fewer_channels_on_a_larger_picture() -> None:
    page = press(open_fields(zoo="AlexNet v2"), "Open as a stack")
    alexnet = ZOO[0].stack
    stack = stack_of(page)
    assert [f.size for f in receptive_fields(stack)] == [f.size for f in receptive_fields(alexnet)]
    assert stack.output_shape((1, 96, 96))[0] == 8
    assert page.query_params["size"] == "96"
    assert page.query_params["zoo"] == "AlexNet v2"
    assert (
        "It is on the stage, on a picture of 96×96 pixels and with at most 8 channels a layer. "
        "Channels do not change what a neuron sees."
    ) in [caption.value for caption in page.caption]
    assert [len(page.error), len(page.info)] == [0, 0]


def test_a_link_to_an_unknown_architecture_is_told() -> None:
    page = open_fields(zoo="Zebra*Net")
    assert page.selectbox(key="zoo").value == ZOO[0].name
    assert [warning.value for warning in page.warning] == [
        "The link asks for an architecture that is not in this zoo; choose one here."
    ]


def test_opening_keeps_the_stack_as_it_is_where_that_is_possible() -> None:
    stack = Stack.parse("C3c20, M2")
    scene = with_imported_stack(Scene(pattern="disc"), stack, "reflect")
    assert (scene.stack, scene.size, scene.padding_mode) == (stack, 64, "reflect")
    assert scene.pattern == "disc"
    assert with_imported_stack(Scene(padding_mode="circular"), stack).padding_mode == "circular"


def test_opening_takes_a_larger_picture_before_it_takes_channels() -> None:
    scene = with_imported_stack(
        Scene(size=32, position=(0, 0), start=(0, 0)), Stack.parse("C40/9c20, M2")
    )
    assert (scene.stack, scene.size) == (Stack.parse("C40/9c20, M2"), 64)


def test_slimming_changes_channels_only() -> None:
    stack = Stack.parse("C3x5/2p1d2c64, R, M2, C1c4")
    assert with_fewer_channels(stack) == Stack.parse("C3x5/2p1d2c8, R, M2, C1c4")


# ---- the learner's own model


def read(page: Page, text: str) -> Page:
    page.text_area(key="model_text").set_value(text)
    return press(page, "Read it")


def test_a_pasted_model_is_read_shown_and_put_on_the_stage() -> None:
    page = read(open_fields(), MODEL)
    reading = read_model(MODEL)
    assert page.code[0].value == str(reading.stack) == "C5x5/1p2c16 -> M2x2/2"
    assert page.text[0].value.split("\n") == [str(note) for note in reading.notes]
    assert [note.split(":")[0] for note in page.text[0].value.split("\n")] == [
        "line 3, BatchNorm2d(16, eps=1e-05)",
        "line 5, Linear(in_features=10, out_features=2)",
    ]
    first, second = table(page, 0)
    assert (first["output"], first["receptive field"], first["start"]) == (
        "16 × 64 × 64",
        "5",
        "-2",
    )
    assert (second["output"], second["receptive field"], second["jump"]) == (
        "16 × 32 × 32",
        "6",
        "2",
    )
    page = press(page, "Put it on the stage")
    assert stack_of(page) == reading.stack
    assert page.query_params["padding"] == "circular"
    assert "It is on the stage, on a picture of 64×64 pixels." in [c.value for c in page.caption]


def test_the_models_table_is_for_the_picture_that_is_chosen() -> None:
    page = read(open_fields(), MODEL)
    page.number_input(key="model_size").set_value(100)
    page = run_clean(page)
    assert [row["output"] for row in table(page, 0)] == ["16 × 100 × 100", "16 × 50 × 50"]
    assert [row["output"] for row in table(page, -1)][-1] == "8 × 29 × 29"  # the stage's own


def test_a_model_that_is_too_deep_is_shown_by_its_arithmetic_alone() -> None:
    text = "\n".join(["nn.Conv2d(8, 8, 3, padding=1)"] * 20)
    page = press(read(open_fields(), text), "Put it on the stage")
    assert [info.value for info in page.info] == [
        f"The stage holds at most {MAX_LAYERS} layers, this stack has 20; take some away. "
        + ARITHMETIC_ALONE
    ]
    assert stack_of(page) == Stack.parse(TEXTBOOK)
    assert steps(page)[1] == expected_steps(read_model(text).stack, 64)
    assert steps(page)[1][-1] == (20, "C3x3/1p1: 41 pixels, jump 1.")


def test_a_model_that_needs_another_picture_says_so() -> None:
    page = read(open_fields(), "nn.Conv2d(1, 8, 70)")
    assert "The model has 1 layer that a stack can hold:" in paragraphs(page)
    assert [warning.value for warning in page.warning] == [
        "The model needs another picture: layer 1, C70x70/1 does not fit: its window covers 70x70 "
        "cells and the map before it has 64x64; take a smaller kernel, or put it earlier."
    ]
    page.number_input(key="model_size").set_value(70)
    assert [row["output"] for row in table(run_clean(page), 0)] == ["8 × 1 × 1"]


def test_a_broken_text_says_what_is_wrong_and_the_last_model_stays() -> None:
    page = read(open_fields(), MODEL)
    for text, sentence in [
        ("", "This is not a PyTorch or Keras model; paste what print(model) shows of a PyTorch"),
        ("![x](http://a.b)", "This is not a PyTorch or Keras model; paste"),
        ("nn.Conv2d(1, 8)", "No layer of this model has a counterpart here: line 1"),
    ]:
        page = read(page, text)
        (error,) = errors(page)
        assert error.startswith(sentence)
        assert error.endswith(".")
        assert page.code[0].value == "C5x5/1p2c16 -> M2x2/2"
        assert stack_of(page) == Stack.parse(TEXTBOOK)
    assert errors(read(page, MODEL)) == []


def test_a_model_whose_fields_may_differ_is_told_to() -> None:
    page = read(open_fields(), "nn.Conv2d(1, 8, 3)\nnn.Upsample(2)")
    assert not read_model("nn.Conv2d(1, 8, 3)\nnn.Upsample(2)").has_same_fields
    assert "The fields of the model may differ from those of these layers." in [
        warning.value for warning in page.warning
    ]


# ---- to take home


def test_three_files_are_offered() -> None:
    page = open_fields()
    assert [(b.label, b.key) for b in page.download_button] == [
        ("PyTorch code", "shift_lab_stack.py"),
        ("Keras code", "shift_lab_stack_keras.py"),
        ("Layers as CSV", "shift_lab_layers.csv"),
    ]


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        (TEXTBOOK, "zeros"),
        ("C3x5/2p1x2d2c3, R, A3/2p1, B3x4, C3p1", "circular"),
        ("C5p2, M3/2p1, GA", "reflect"),
    ],
)
def test_the_pytorch_code_runs_and_gives_the_stacks_shape(text: str, mode: str) -> None:
    scene = with_imported_stack(Scene(), Stack.parse(text), mode)
    names: dict[str, Any] = {}
    exec(export.pytorch_code(scene), names)
    out = names["model"](torch.zeros(1, 1, 64, 64))
    assert tuple(out.shape[1:]) == scene.stack.output_shape((1, 64, 64))
    convolutions = [m for m in names["model"] if isinstance(m, torch.nn.Conv2d)]
    padded = [m.padding_mode for m in convolutions if m.padding != (0, 0)]
    assert set(padded) <= {mode}
    assert read_model(export.pytorch_code(scene)).stack == scene.stack


def test_the_keras_code_reads_back_as_the_stack() -> None:
    scene = with_imported_stack(Scene(), Stack.parse("C3p1c4, R, M2, C5c2"))
    code = export.keras_code(scene)
    assert read_model(code).stack == scene.stack
    assert "keras.Input(shape=(64, 64, 1))" in code
    circular = with_imported_stack(Scene(), Stack.parse("C3p1"), "circular")
    assert "the stack has circular padding" in export.keras_code(circular)


def test_the_csv_has_the_tables_figures() -> None:
    page = open_fields(stack="C3x5/2x1p1x0,M2,GA")
    scene, _ = from_query(page.query_params)
    rows = list(csv.DictReader(io.StringIO(export.layer_csv(scene))))
    assert rows == [
        {name: text.replace(" × ", "x") for name, text in row.items()} for row in table(page, -1)
    ]
    fields = receptive_fields(scene.stack, (64, 64))
    assert [row["receptive field"] for row in rows] == [f"{f.size[0]}x{f.size[1]}" for f in fields]


def test_what_keras_refuses_is_said_in_the_buttons_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise LayerError("C3x3/1 has no Keras code")

    monkeypatch.setattr(export, "to_keras", refuse)
    page = open_fields()
    assert [button.label for button in page.download_button] == ["PyTorch code", "Layers as CSV"]
    assert [info.value for info in page.info] == ["Keras code: C3x3/1 has no Keras code."]


# ---- the link


def test_a_link_opens_its_stack_and_bad_parts_are_told() -> None:
    page = open_fields(stack="C3,M2", pattern="zebra")
    assert page.text_input(key="notation").value == "C3x3/1 -> M2x2/2"
    assert len(page.warning) == 1
    assert "zebra" in page.warning[0].value
    assert charts(page)[0]["field"] == [3, 4]
