"""The Claim check in a real browser: slow verdicts arrive without a click, links open scenes."""

from urllib.parse import parse_qsl, urlparse

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.app_server import AppServer
from pages.ui.scene.workspaces import scene_of
from pages.ui.sections.claim_text import CLAIMS

pytestmark = pytest.mark.slow

WAIT = 90_000  # ms: on a busy machine heads and faces take their time to be trained


def test_all_verdicts_arrive_and_a_link_opens_its_scene(
    browser: Browser, server: AppServer
) -> None:
    claim = next(claim for claim in CLAIMS if claim.name == "pooling-widens")
    page = browser.new_page()
    page.goto(f"{server.url}/claim_check")
    card = page.locator(f".st-key-claim_{claim.name}")
    card.get_by_test_id("stTable").wait_for(timeout=WAIT)
    place = card.bounding_box()
    expect(page.get_by_test_id("stTable")).to_have_count(len(CLAIMS), timeout=WAIT)
    expect(page.get_by_text("Being tried out")).to_have_count(0)
    assert card.bounding_box() == place  # what arrives later moves nothing above it
    card.get_by_role("link", name="See the field grow on the stage").click()
    page.locator(".stage .panel.map canvas").first.wait_for()
    address = urlparse(page.url)
    assert address.path == "/how_far_a_neuron_sees"
    assert scene_of(dict(parse_qsl(address.query))) == scene_of(claim.query)
    expect(page.locator(".stage")).to_contain_text("box 18×18")
    page.go_back()
    expect(page.get_by_test_id("stTable")).to_have_count(len(CLAIMS))
    page.close()
