"""The page on fields as a learner uses it: a pasted model, files taken home, a layer added."""

import csv
import io
from pathlib import Path

import torch
from playwright.sync_api import Browser
from torch import nn

from benchmarks.app_server import AppServer
from rfcore.interop import read_model
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack
from tests.support.stage_driver import Stage

PATH = "/how_far_a_neuron_sees"
MODEL = nn.Sequential(
    nn.Conv2d(1, 4, 5, padding=2), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(3, stride=2)
)


def taken_home(stage: Stage, label: str) -> str:
    """Press a download button and return what is in the file."""
    with stage.page.expect_download() as download:
        stage.page.get_by_role("button", name=label).click()
    return Path(download.value.path()).read_text(encoding="utf-8")


def test_a_pasted_model_comes_on_the_stage(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, path=PATH) as stage:
        field = stage.page.get_by_role("textbox", name="A printed PyTorch or Keras model")
        field.fill(str(MODEL))
        field.press("Tab")
        stage.page.get_by_role("button", name="Read it").click()
        stage.page.get_by_text("3 layers that a stack can hold").wait_for()
        stage.page.get_by_text("BatchNorm2d").last.wait_for()
        stage.page.get_by_role("button", name="Put it on the stage").click()
        stage.find(".map .name", has_text="C5x5/1p2c4").wait_for()
        stage.wait_for_link(stack="C5x5/1p2c4,R,M3x3/2")

        field.fill("what is a neuron")
        field.press("Tab")
        stage.page.get_by_role("button", name="Read it").click()
        stage.page.get_by_text("This is not a PyTorch or Keras model").wait_for()
        assert stage.link_query["stack"] == "C5x5/1p2c4,R,M3x3/2"  # nothing is lost


def test_what_is_taken_home_is_the_stack_on_the_stage(browser: Browser, server: AppServer) -> None:
    stack = Stack.parse("C3x3/2p1c6 -> R -> A2x2/2")
    query = {"stack": "C3x3/2p1c6,R,A2x2/2", "size": "48"}
    with Stage(browser, server, query, path=PATH) as stage:
        names: dict[str, object] = {}
        exec(taken_home(stage, "PyTorch code"), names)
        (model,) = (value for value in names.values() if isinstance(value, nn.Module))
        assert model(torch.zeros(1, 1, 48, 48)).shape[1:] == stack.output_shape((1, 48, 48))

        keras = taken_home(stage, "Keras code")
        assert read_model(keras).stack == stack

        rows = list(csv.DictReader(io.StringIO(taken_home(stage, "Layers as CSV"))))
        fields = receptive_fields(stack)
        assert [row["receptive field"] for row in rows] == [str(f.size[0]) for f in fields]
        assert [row["jump"] for row in rows] == [str(f.jump[0]) for f in fields]
        assert [row["start"] for row in rows] == [str(f.start[0]) for f in fields]


def test_a_layer_added_here_does_what_was_said(browser: Browser, server: AppServer) -> None:
    with Stage(browser, server, path=PATH) as stage:
        said = stage.page.get_by_text("The last neurons would see 14×14 pixels instead of 8×8")
        said.wait_for()
        stage.page.get_by_role("button", name="Add M2x2/2").click()
        stage.wait_for_link(stack="C3x3/1,M2x2/2,M2x2/2,C3x3/1")
        stage.page.get_by_text("C3x3/1: 14 pixels").wait_for()
        assert receptive_fields(Stack.parse("C3 M2 M2 C3"))[-1].size == (14, 14)
