"""Takes the README's pictures: the real application with invented answers, on a phone, in Chromium. `make pictures`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from bot.app import App
from bot.locale_preview.page import build, relative
from bot.locale_preview.taking import look
from bot.settings import Settings
from bot.wording import FOLDER as LOCALES
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.parent import Answer, Parent
from tests.browser.serving import serve
from tests.browser.small_png import small

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1340, "height": 820}
LARGEST = 80_000
# Noon in Shanghai, on a day that the dates below fit.
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)

ABOUT_THE_CHILD: dict[str, Answer] = {
    "permission": "agree",
    "respondent": "choose:parent",
    "birth_date": ("=2014-05",),
    "sex": "choose:female",
    "diagnosis": "choose:lupus_nephritis",
    "antibodies": ("tick:ana", "tick:anti_dsdna", "done"),
}
TREATMENTS: dict[str, Answer] = {
    "medicines": ("pick:prednisone", "pick:hydroxychloroquine", "pick:mycophenolate_mofetil", "pick:rituximab", "done"),
    "medicines_complete": "choose:complete",
    "response": "choose:inadequate",
    "use": "choose:stable",
    "having": "choose:finished",
    "dose": ("=5 mg, 2 tablets a day",),
    "last": ("=2026-10-20",),
    "first_period": "choose:no",
}
ZH = {"language": "language:zh_Hans", **ABOUT_THE_CHILD}
EN = {"language": "language:en", **ABOUT_THE_CHILD}


async def question_zh(parent: Parent) -> None:
    await parent.go_on("infection", {**ZH, **TREATMENTS})


async def question_en(parent: Parent) -> None:
    await parent.go_on("diagnosis", EN)


async def medicines_zh(parent: Parent) -> None:
    await parent.go_on("medicines", ZH)
    await parent.type("纷乐、骁悉")


async def result_zh(parent: Parent) -> None:
    await parent.go_on("review", {**ZH, **TREATMENTS})
    await parent.press("confirm")


PICTURES: dict[str, tuple[str, Callable[[Parent], Awaitable[None]]]] = {
    "question-zh": ("zh-CN", question_zh),
    "question-en": ("en", question_en),
    "medicines-zh": ("zh-CN", medicines_zh),
    "result-zh": ("zh-CN", result_zh),
}


async def take(browser: Browser, url: str, name: str) -> int:
    language, walk = PICTURES[name]
    context = await browser.new_context(viewport=PHONE, locale=language, java_script_enabled=False)  # type: ignore[arg-type]
    parent = Parent(await context.new_page())
    await parent.page.goto(url)
    await walk(parent)
    picture = small(await parent.page.screenshot())
    await context.close()
    return (FOLDER / f"{name}.png").write_bytes(picture)


async def take_preview(browser: Browser, folder: Path) -> int:
    """The translators' page, at one question and its registry sentence."""
    file = folder / "preview.html"
    file.write_text(build(*look(LOCALES), relative(LOCALES, file), only=("questions-1",)).html, encoding="utf-8")
    context = await browser.new_context(viewport=DESK)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(file.as_uri())
    await page.locator("#card-diagnosis").evaluate("one => one.scrollIntoView()")
    picture = small(await page.screenshot())
    await context.close()
    return (FOLDER / "preview.png").write_bytes(picture)


async def main() -> int:
    if CHROMIUM is None:
        print("No Chromium found: install chromium, or set CHROMIUM to its path.", file=sys.stderr)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        settings = Settings(_env_file=None, data=Path(data), public_url="")
        app = App(settings, clock=lambda: NOW)
        server, task, url = await serve(app.web())
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            sizes = {name: await take(browser, url, name) for name in PICTURES}
            sizes["preview"] = await take_preview(browser, Path(data))
            await browser.close()
        server.should_exit = True
        await task
        await app.store.close()
    for name, size in sizes.items():
        print(f"docs/pictures/{name}.png  {size:,} bytes")
    return 1 if max(sizes.values()) > LARGEST else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
