"""How one card looks: the very messages that go to Telegram, and the very page that a browser gets, as pieces of HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from markupsafe import Markup

from bot.channels.browser_pages import Notice, Pages
from bot.channels.telegram_render import CHANNEL, TelegramRenderer, tap_id
from bot.channels.web import STATIC
from bot.locale_preview.drafts import DraftWords
from bot.locale_preview.staging import Staged
from bot.message import Incoming

NOTICES: tuple[Notice, ...] = get_args(Notice)
SESSION = "preview"
# What would make a page out of a piece: addresses, tokens, and names that may stand on a page only once.
_HIDDEN = re.compile(r'<input type="hidden"[^>]*>|<button form="said" class="unseen"[^>]*>[^<]*</button>')
_NAMES = re.compile(r' (?:id|for|form|action|method|aria-describedby|autofocus|tabindex|role)(?:="[^"]*")?(?=[\s>])')
_TAGS = re.compile(r"<[a-z][^>]*>")
_LINKS = re.compile(r' href="[^"]*"')
_BODY = re.compile(r"<body>(.*)</body>", re.DOTALL)
_SKIP = re.compile(r'<a class="skip"[^>]*>([^<]*)</a>')
_MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message of a chat. `side` is "said" for the family's own words; `rows` are the buttons below it."""

    side: str
    html: Markup
    rows: Sequence[Sequence[str]] = ()


def chat(staged: Staged, words: DraftWords) -> list[Bubble]:
    """The messages of one turn on Telegram, in order, with a pop-up last."""
    id = tap_id("q", 1) if staged.pressed else "m"
    incoming = Incoming(channel=CHANNEL, address="", id=id, button=staged.pressed, text=staged.said or None)
    bubbles = [Bubble("said", Markup.escape(staged.said))] if staged.said else []
    popup = []
    for outgoing in TelegramRenderer(words).render(incoming, staged.shown):
        payload = outgoing.payload
        if outgoing.op == "answer_callback" and payload["text"]:
            popup.append(Bubble("popup", Markup.escape(payload["text"])))
        elif outgoing.op == "settle":
            bubbles.insert(0, Bubble("settled", Markup(payload["text"]), _labels(payload["keyboard"])))  # noqa: S704
        elif outgoing.op in ("card", "refresh"):
            *others, last = payload["texts"]
            bubbles += [Bubble("bot", Markup(text)) for text in others]  # noqa: S704
            bubbles.append(Bubble("bot", Markup(last), _labels(payload["keyboard"])))  # noqa: S704
    return bubbles + popup


def card(staged: Staged, pages: Pages) -> Markup:
    """The browser's page of a card, from its first to its last line, but with nothing in it to press or to send."""
    return _piece(pages.card(staged.shown, SESSION))


def notice(kind: Notice, language: str, pages: Pages) -> Markup:
    """A browser page that is no card. One of them offers the same answer again."""
    again = [("text", "")] if kind == "trouble" else []
    return _piece(pages.notice(kind, language, SESSION, again=again, link=SESSION))


def stylesheet() -> str:
    """The browser pages' own stylesheet, with every rule bound to the pieces of this page."""
    css = _MEDIA.sub("", _COMMENT.sub("", (STATIC / "browser.css").read_text(encoding="utf-8")))

    def bound(rule: re.Match[str]) -> str:
        selectors = (_bound(one.strip()) for one in rule[1].split(","))
        return f"{','.join(selectors)}{{{rule[2].strip()}}}"

    return _RULE.sub(bound, css).replace("\n", "")


def _bound(selector: str) -> str:
    if selector in (":root", "html", "body"):
        return ".web"
    return f".web {selector}"


def _piece(page: str) -> Markup:
    found = _BODY.search(page)
    body = found[1] if found else page
    body = _SKIP.sub(r'<p class="unseen">\1</p>', _HIDDEN.sub("", body))
    return Markup(_TAGS.sub(lambda tag: _LINKS.sub(' href="#"', _NAMES.sub("", tag[0])), body).strip())  # noqa: S704


def _labels(keyboard: list[list[dict[str, Any]]]) -> list[list[str]]:
    return [[key["text"] for key in row] for row in keyboard]
