"""Pages in a real Chromium, driven by Playwright.

A machine without either skips these tests and says why; where REQUIRE_BROWSER is set, as in
continuous integration, that is a failure.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",  # it needs rights that containers do not have
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

OpenPage = Callable[..., "Page"]


def unavailable(reason: str) -> None:
    if os.environ.get("REQUIRE_BROWSER"):
        pytest.fail(f"REQUIRE_BROWSER is set, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A browser without a window, for the tests of one file."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        unavailable("Playwright is missing: pip install playwright")
    with sync_playwright() as playwright:
        found = [path for name in NAMES if (path := shutil.which(name))]
        found += [path for path in [playwright.chromium.executable_path] if Path(path).is_file()]
        if not found:
            unavailable("there is no Chromium: apt-get install chromium")
        browser = playwright.chromium.launch(executable_path=found[0], args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: "Browser") -> Iterator[OpenPage]:
    """A function: address, how the browser is set up -> the page, open.

    Whatever the page complains of, and whatever it asks for beside itself, fails the test.
    """
    pages: list[Page] = []
    complaints: list[str] = []
    requests: list[str] = []

    def open_page(url: str, **options: Any) -> "Page":
        page = browser.new_context(**options).new_page()
        page.set_default_timeout(5000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda entry: entry.type == "error" and complaints.append(entry.text))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(url)
        pages.append(page)
        return page

    yield open_page
    addresses = {page.url for page in pages}
    for page in pages:
        page.context.close()
    assert not complaints
    assert [url for url in requests if not url.startswith("data:") and url not in addresses] == []
