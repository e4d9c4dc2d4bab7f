"""A console of its own for each test; a real Chromium for those that need one."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from bot.store.store import Store
from tests.browser.conftest import ARGUMENTS, CHROMIUM, NO_CHROMIUM
from tests.browser.serving import serve
from tests.coordinator.site import ConsoleSite, open_site


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is not None:
        return
    for item in items:
        if item.get_closest_marker("browser"):
            if os.environ.get("CI") == "true":
                raise pytest.UsageError("the browser tests need Chromium, and CI=true forbids skipping them")
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


@pytest.fixture
def open_console(tmp_path: Path) -> Iterator[Callable[..., ConsoleSite]]:
    """Consoles with settings of the test's own."""
    stores: list[Store] = []
    number = 0

    def open_it(**settings: Any) -> ConsoleSite:
        nonlocal number
        number += 1
        return open_site(tmp_path / f"data{number}", stores.append, **settings)

    yield open_it
    for store in stores:
        store.close_now()


@pytest.fixture
def site(open_console: Callable[..., ConsoleSite]) -> ConsoleSite:
    return open_console()


@pytest_asyncio.fixture(loop_scope="session")
async def served(tmp_path: Path) -> AsyncIterator[ConsoleSite]:
    """A console on a real loopback port; `base` is its address."""
    stores: list[Store] = []
    site = open_site(tmp_path / "data", stores.append)
    server, task, site.base = await serve(site.app)
    yield site
    server.should_exit = True
    await task
    for store in stores:
        store.close_now()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()
