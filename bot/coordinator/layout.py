"""How the console's pages are made of their templates."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import FormData

from bot.channels.browser_session import form_token, html_language
from bot.coordinator.odd_characters import AsTyped, visible
from bot.coordinator.rights import RIGHTS
from bot.coordinator.visit import HOME, Visit
from bot.message import Text
from bot.wording import Wording

HERE = Path(__file__).parent
STATIC = HERE / "static"
STATIC_PATH = "/coordinator/static"
_OF_THE_QUEUE = tuple(f"{HOME}/{one}" for one in ("leads", "page", "search", "view"))
# The site's clock. China keeps one time all year; a browser's own zone would be a guess.
SITE_ZONE = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A page of the menu, shown to those who have the right; `key` is its name, console.menu.<key>."""

    right: str
    path: str
    key: str

    def __post_init__(self) -> None:
        if self.right not in RIGHTS:
            raise ValueError(f"the menu item {self.path} names a right that rights.toml does not know: {self.right}")


class Layout:
    """Renders the templates. `banners` are texts shown on every page, such as that this is a demo."""

    def __init__(self, wording: Wording, menu: Sequence[MenuItem], *, banners: Sequence[str] = ()) -> None:
        self.wording = wording
        self.menu = tuple(menu)
        self.banners = tuple(banners)
        self.environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            finalize=visible,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters["as_typed"] = AsTyped
        self.environment.globals.update(static=static_address, html_language=html_language, moment=moment)

    def render(self, template: str, visit: Visit, *, said: Text | None, **values: Any) -> str:
        who = visit.who if visit.who.account_id else None
        menu = [item for item in self.menu if who and visit.may(item.right)]
        defaults = {"problems": {}, "typed": FormData()}
        return self.environment.get_template(template).render(
            defaults
            | {
                "visit": visit,
                "who": who,
                "may": visit.may,
                "say": visit.say,
                "word": visit.word,
                # What joins two things on a line; a language has its own.
                "comma": visit.word("layout.and", a="", b=""),
                "colon": visit.word("why.of", answer="", rest=""),
                "language": visit.language,
                "languages": self.wording.languages_of_the_team(),
                "here": visit.here,
                "form_token": form_token(visit.secret),
                "menu": menu,
                "current": _current(menu, visit.request.url.path),
                "banners": self.banners,
                "said": said,
            }
            | values
        )


def _current(menu: Sequence[MenuItem], path: str) -> str:
    """The menu's page that this address belongs to, if it belongs to one."""
    for item in menu:
        # Every address begins like the queue's: only some are.
        below = _OF_THE_QUEUE if item.path == HOME else (item.path,)
        if path == item.path or any(f"{path}/".startswith(f"{one}/") for one in below):
            return item.path
    return ""


def moment(at: datetime) -> Markup:
    """A moment by the site's clock, to the minute."""
    local = at.astimezone(SITE_ZONE)
    return Markup('<time datetime="{}">{}</time>').format(
        local.isoformat(timespec="seconds"), local.strftime("%Y-%m-%d %H:%M")
    )


@cache
def static_address(name: str) -> str:
    """A static file's address with its hash, so that a browser may keep it for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"{STATIC_PATH}/{name}?v={digest}"
