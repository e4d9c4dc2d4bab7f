"""A real Chromium, and the browser chat on loopback. Without Chromium: one visible line, in CI a failure."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.serving import Site, build, serve

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb"]
NO_CHROMIUM = "browser tests SKIPPED: no Chromium found (install chromium, or set CHROMIUM to its path)"
SKIPPED: pytest.StashKey[bool] = pytest.StashKey()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    needing = [item for item in items if item.get_closest_marker("browser")]
    if CHROMIUM is not None or not needing or os.environ.get("CI") == "true":
        return
    for item in needing:
        item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))
    config.stash[SKIPPED] = True


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if config.stash.get(SKIPPED, False):
        terminalreporter.write_line(NO_CHROMIUM, yellow=True)


@pytest.fixture
def site() -> Site:
    """The application alone, for Starlette's test client."""
    return build()


@pytest_asyncio.fixture(loop_scope="session")
async def served() -> AsyncIterator[Site]:
    """The application on a real loopback port."""
    site = build()
    server, task, site.url = await serve(site.app)
    yield site
    server.should_exit = True
    await task


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("the browser tests need Chromium, and CI=true forbids skipping them", pytrace=False)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()
