"""A browser that is used again must not know what somebody else did in it."""

from playwright.sync_api import Browser

from benchmarks.app_server import AppServer
from tests.support.browser_contexts import visitor

KEEP = "localStorage.own = 'mine'; sessionStorage.own = 'mine'; document.cookie = 'own=mine'"
KEPT = "[localStorage.own, sessionStorage.own, document.cookie].join(' ').trim()"


def test_the_next_visitor_finds_nothing_of_the_last(browser: Browser, server: AppServer) -> None:
    address = f"{server.url}/assets/icon.png"
    for _ in range(2):
        with visitor(browser, server.url, {"locale": "en-GB"}) as context:
            tab = context.new_page()
            tab.goto(address)
            assert tab.evaluate(KEPT) == ""
            tab.evaluate(KEEP)
            tab.reload()
            assert tab.evaluate(KEPT) == "mine mine own=mine"
            with visitor(browser, server.url, {"locale": "en-GB"}) as other:
                assert other is not context
            tab.context.new_page()
    with visitor(browser, server.url, {"locale": "en-GB"}) as again:
        assert again in (context, other)
        assert len(again.pages) == 1
