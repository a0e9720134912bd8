"""Whose browser a tab is in: browser contexts that the next visitor uses again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext

_away: dict[tuple[Browser, str], list[BrowserContext]] = {}


@contextmanager
def visitor(
    browser: Browser, url: str, options: Mapping[str, Any], *, is_new: bool = False
) -> Iterator[BrowserContext]:
    """Be somebody of whom the app's site knows nothing, in a browser context of their own.

    The browser may have the app's files from before, unless the visitor is new. The context's first
    tab stays on the site and keeps its process, with the app's scripts compiled: a page then opens
    in less than half the time. One in which something failed is never used again.

    Parameters
    ----------
    url: of the app. options: of the browser context.
    """
    away = _away.setdefault((browser, repr(sorted(options.items()))), [])
    context = browser.new_context(**options) if is_new or not away else away.pop()
    try:
        if not context.pages:
            context.new_page().goto(f"{url}/assets/icon.png")
        yield context
        _forget(context, url)
    except BaseException:
        context.close()
        raise
    away.append(context)


def _forget(context: BrowserContext, url: str) -> None:
    first, *others = context.pages
    for tab in others:
        tab.close()
    context.clear_cookies()
    address = urlsplit(url)
    session = context.new_cdp_session(first)
    session.send(
        "Storage.clearDataForOrigin",
        {"origin": f"{address.scheme}://{address.netloc}", "storageTypes": "all"},
    )
    session.detach()
