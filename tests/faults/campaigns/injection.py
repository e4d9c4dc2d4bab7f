"""Payloads in everything that a family or a colleague can type, in every place where it is shown: nothing of it acts."""

from __future__ import annotations

import csv
import io
import itertools
import re
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl

from bot.channels.browser_pages import Look, Pages
from bot.channels.browser_session import new_session
from bot.channels.telegram_render import TelegramRenderer
from bot.conversation import Shown
from bot.coordinator.group_card import Face, Shows, words
from bot.coordinator.spreadsheet import as_csv, as_xlsx
from bot.flows.dialogue import Remark
from bot.message import Answered, Button, Entry, Incoming, Reply, Row, Text
from bot.store.store import Store
from bot.wording import Wording
from bot.wording_template import parse
from tests.coordinator.site import WORDING, open_site, wait_for
from tests.coordinator.work.families import girl, hands_over
from tests.fake_telegram.errors import Refusal
from tests.fake_telegram.formatting import parse_html
from tests.faults.campaigns import _notice_bodies
from tests.faults.campaigns.outcome import Outcome

OURS = ("bold", "italic", "underline", "blockquote", "expandable_blockquote")
A_LEAD = 10  # payloads that one lead of the console holds
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f]")
MARK = "pwned"

_ACTS = (
    "<script>{m}()</script>", "<img src=x onerror={m}()>", "<svg onload={m}()>", "\"><b onmouseover={m}()>", "' onfocus={m}() autofocus '",
    "javascript:{m}()", "<a href=javascript:{m}()>x</a>", "</textarea><script>{m}()</script>", "<iframe srcdoc='<script>{m}()</script>'>",
    "<math><mi xlink:href=javascript:{m}()>", "{{{{{m}}}}}", "{{% {m} %}}", "${{{m}}}", "<style>@import '{m}'</style>", "<!--{m}-->", "<![CDATA[{m}]]>",
    "<b>{m}", "</b>{m}", "<a href='tg://user?id=1'>{m}</a>", "<tg-spoiler>{m}", "&lt;script&gt;{m}", "&#60;script&#62;{m}", "<{m}", "&{m};", "{m}>",
    "[{m}](http://example.org)", "*{m}*", "_{m}_", "`{m}`", "```{m}", "![{m}](http://example.org/x.png)", "@all {m}", "<@everyone> {m}", "# {m}",
    "=cmd|' /C {m}'!A0", "=HYPERLINK(\"http://example.org\",\"{m}\")", "+{m}", "-{m}", "@SUM({m})", "\t={m}", "\r={m}", "\n={m}", "  ={m}", "\uff1d{m}",
    "{m}\x00", "\u202e{m}\u202c", "\u2066{m}", "\u200b{m}\u200f", "{m}\ud83d", "\ufeff{m}", "\u0007{m}", "\uff1cscript\uff1e{m}", "%3Cscript%3E{m}",
    "{m}\r\nSet-Cookie: a=b", "../../{m}", "{m}' OR '1'='1", "\"; DROP TABLE person; --{m}", "\U0001f468\u200d\U0001f469\u200d\U0001f467 {m}",
)  # fmt: skip
_AROUND = ("{}", " {}", "a {} b", "{}{}", "x\n{}", "\u5988\u5988{}", '"{}"', "\u00a0{}", "{}" + "\u554a" * 40)


def payloads(count: int) -> list[str]:
    """So many different ones: every kind, then every kind in every surrounding."""
    made = (
        around.replace("{}", act.format(m=f"{MARK}{number}"))
        for number, (around, act) in enumerate(itertools.product(_AROUND, _ACTS))
    )
    return list(itertools.islice(made, count))


async def run(folder: Path, *, long: bool) -> Outcome:
    tried = payloads(500 if long else 120)
    outcome = Outcome(f"{len(tried)} payloads in every place where they are shown")
    began = time.monotonic()
    wording = Wording({"en": {**WORDING._texts["en"], "own": parse("{words}")}})
    _telegram(outcome, wording, tried)
    _group(outcome, wording, tried)
    _browser(outcome, wording, tried)
    _console(outcome, folder, tried)
    _tables(outcome, tried)
    await _notice_bodies.look(outcome, folder / "notices", tried if long else tried[:: len(tried) // 12], MARK)
    outcome.worst = time.monotonic() - began
    return outcome


def own(payload: str) -> Text:
    return Text(key="own", values={"words": payload})


def _card(payload: str) -> Reply:
    change = Button(id="change:1", label=own(payload), style="navigation")
    return Reply(
        text=own(payload),
        card="x",
        notes=(own(payload),),
        details=(own(payload),),
        rows=(Row(label=own(payload), answer=own(payload), change=change),),
        choices=(Button(id="choose:x", label=own(payload)),),
        entry=Entry(kind="text", label=own(payload), hint=own(payload)),
    )


def _telegram(outcome: Outcome, wording: Wording, tried: list[str]) -> None:
    renderer = TelegramRenderer(wording)
    refused = acting = 0
    for payload in tried:
        clean = payload.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        shown = Shown(_card(clean), Answered(text=own(clean), answer=own(clean)), own(clean), "en", False, 2)
        rows = renderer.render(Incoming(channel="telegram", address="7", id="tap:1:1", button="x", revision=1), shown)
        html = [row.payload for row in rows if row.op != "answer_callback"]  # a toast is plain text
        for text in (text for one in html for text in (*one.get("texts", ()), one.get("text", ""))):
            outcome.count += 1
            try:
                _, entities = parse_html(text)
            except Refusal:
                refused += 1
                continue
            acting += any(one["type"] not in OURS for one in entities)
    outcome.figures["refused by Telegram's parser"] = refused
    outcome.check(refused == 0, "Telegram can read every message")
    outcome.check(acting == 0, "a message holds no markup but ours")


def _group(outcome: Outcome, wording: Wording, tried: list[str]) -> None:
    def say(text: Text) -> str:
        return wording.say_html(text, "en")

    acting = 0
    for payload, shows in itertools.product(tried, (Shows.CLAIMED, Shows.CALLED)):
        text = words(
            Face("BR-AAAAA", shows, holder="a"), say, {"a": payload.replace("\ud83d", "")}, "https://example.org"
        )
        _, entities = parse_html(text)
        acting += any(
            one["type"] not in OURS
            for one in entities
            if one.get("url", "").startswith("https://example.org/") is False
        )
        outcome.count += 1
    outcome.check(acting == 0, "a card of the coordinators' group holds no markup but ours")


class Active(HTMLParser):
    """Everything of a page that acts: scripts in it, handlers, addresses that run, elements nobody of us writes."""

    NEVER = ("iframe", "object", "embed", "math", "base", "style", "img", "b" + MARK)

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.words = ""
        self._in_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_script = tag == "script"
        if tag in self.NEVER:
            self.found.append(tag)
        for name, value in attrs:
            plain = re.sub(r"\s", "", (value or "").casefold())
            if name.startswith("on") or name == "srcdoc":
                self.found.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction", "xlink:href") and plain.startswith(
                ("javascript:", "data:")
            ):
                self.found.append(f"{tag} {name}={plain[:30]}")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_comment(self, data: str) -> None:
        if MARK in data:
            self.found.append("a comment")

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._in_script and MARK in data:
            self.found.append("a script")


def _look_at(outcome: Outcome, page: str, where: str, *, odd: bool) -> None:
    outcome.count += 1
    seen = Active(page)
    outcome.check(not seen.found, f"{where} holds nothing that acts: {seen.found[:3]}")
    outcome.check(MARK in page, f"{where} shows what was typed")
    if odd:
        outcome.check(ODD.search(page) is None, f"{where} shows control and bidi characters by their numbers")


def _browser(outcome: Outcome, wording: Wording, tried: list[str]) -> None:
    pages = Pages(wording, draft=True, demo=True)
    for payload in tried:
        said = payload.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        shown = Shown(_card(said), None, own(said), "en", False, 2)
        page = pages.card(shown, new_session(), Look(moved_on=True, typed=said, ticked=(), problem=own(said)))
        _look_at(outcome, page, "the families' page", odd=False)


def _console(outcome: Outcome, folder: Path, tried: list[str]) -> None:
    stores: list[Store] = []
    site = open_site(folder, stores.append)
    try:
        colleague = site.sign_in()
        for some in _chunks([one.replace("\ud83d", "") for one in tried], A_LEAD):
            code = wait_for(hands_over(site.store, _told(some[3:]), contact=_contact(some)))
            # The screen, the printed sheet and the picture of the medicines are one page.
            answer = colleague.get(f"/coordinator/leads/{code}", follow=True)
            outcome.check(answer.status_code == 200, f"a lead can be read: {answer.status_code}")
            _look_at(outcome, answer.text, "the console's page", odd=True)
        queue = colleague.get("/coordinator", follow=True).text
        outcome.check(not Active(queue).found, "the queue holds nothing that acts")
        named = colleague.post("/coordinator/exports/queue-named", form="csv")
        outcome.count += 2
        outcome.check(MARK in named.text, "the export has the names")
        _guarded(outcome, named.content)
    finally:
        for store in stores:
            store.close_now()


def _told(some: list[str]) -> Any:
    family = girl("en")
    for payload in some[:3]:
        family.takes(payload, None, "inadequate", current=True)
    family.given["diagnosis"] = family.given["diagnosis"].model_copy(update={"said": (some[3:] or ["x"])[0]})
    family.more["remarks"] = tuple(Remark(card="diagnosis", said=one) for one in some[4:])
    return family


def _contact(some: list[str]) -> dict[str, str]:
    return {
        "name": some[0],
        "city": some[1 % len(some)],
        "way": "wechat",
        "value": some[2 % len(some)],
        "best_time": "evenings",
    }


def _tables(outcome: Outcome, tried: list[str]) -> None:
    content = as_csv([[payload, "plain"] for payload in tried])
    _guarded(outcome, content)
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([["head"], *([payload] for payload in tried)], "x")))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    outcome.count += len(tried) + len(cells)
    outcome.check(
        all(cell.data_type in ("s", "n") and cell.hyperlink is None for cell in cells),
        "no cell of Excel is a formula or a link",
    )
    outcome.check(
        not any(ODD.search(str(cell.value)) for cell in cells), "Excel shows bidi characters by their numbers"
    )


def _guarded(outcome: Outcome, content: bytes) -> None:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    cells = [cell for row in rows for cell in row]
    bare = [cell for cell in cells if cell.lstrip(" ").startswith(FORMULA)]
    outcome.figures["CSV cells guarded"] = "100 %" if not bare else f"not {len(bare)} of {len(cells)}"
    outcome.check(not bare, f"no cell of CSV begins as a formula: {bare[:2]}")
    outcome.check(not any(ODD.search(cell) for cell in cells), "CSV shows bidi characters by their numbers")


def _chunks(every: list[str], size: int) -> Iterator[list[str]]:
    return (every[at : at + size] for at in range(0, len(every), size))
