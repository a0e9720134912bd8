"""Every page for everyone: what axe finds, where Tab leads, what a small or zoomed window shows."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from benchmarks.app_server import AppServer
from pages.ui.site import HOME, SITE
from tests.stage_driver import Stage

STAGELESS = ("claim_check", "glossary", "learn", "present")
TRAINING = 90_000  # ms: on a busy machine heads and faces take their time to be trained
LESSON = "/learn?lesson=a-pool-forgives&step=1"

VIEWS = {entry.path: "/" if entry.path == HOME else f"/{entry.path}" for entry in SITE} | {
    "two roads": "/convolution_follows?lens=roads",
    "weight sharing": "/convolution_follows?lens=sharing",
    "fields of a pixel": "/how_far_a_neuron_sees?pixel=30,20&rings=box,effective,used",
    "a lesson's question": LESSON,
    "presenting": "/feature_map_shifts?present=1",
    "a slide": "/present?present=1&deck=walkthrough&slide=3",
    "the speaker's window": "/present?notes=1&deck=walkthrough&slide=3",
}

SIZES = {"200 % zoom": (720, 450, 2), "a phone": (390, 844, 3), "a small phone": (320, 568, 2)}


class Visit(Stage):
    """A tab on any page, whether it has a stage or not."""

    def wait_until_ready(self) -> None:
        """Wait until the page has run and nothing on it is still to come."""
        self.page.get_by_test_id("stMainBlockContainer").wait_for()
        self.wait_until_run()
