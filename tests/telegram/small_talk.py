"""The smallest conversation to try a channel with: counts answers, ticks boxes, turns pages, makes leads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.channels.telegram_render import TelegramRenderer
from bot.message import Answered, Button, Incoming, Reply, Row, Text
from bot.store.records import Commit, LeadRecord
from bot.store.store import Store
from bot.wording import Wording
from bot.wording_template import parse

WORDS = {
    "q": "Question {n}",
    "a": "{answer}",
    "said": "{words}",
    "yes": "Yes",
    "no": "No",
    "tick": "Box {name}",
    "page": "Page",
    "back": "Back",
    "list": "List",
    "stale": "That question is done.",
    "other.photo": "Pictures cannot be read.",
    "card.part": "Part {part} of {parts}",
    "banner.draft": "Draft",
    "banner.demo": "Demo",
    "telegram.group": "Write in private, please.",
    "telegram.group_button": "Write",
    "language.name": "English",
}


def small_wording(**more: str) -> Wording:
    return Wording({"en": {key: parse(words) for key, words in {**WORDS, **more}.items()}})


def text(key: str, **values: Any) -> Text:
    return Text(key=key, values=values)


@dataclass(frozen=True)
class Shown:
    """As `bot.conversation.Shown`."""

    reply: Reply
    answered: Answered | None = None
    toast: Text | None = None
    language: str = "en"
    self_answering: bool = False
    revision: int = 1
    refreshed: bool = False
    demo: bool = False
    draft: bool = False
    silent: bool = False


@dataclass
class SmallTalk:
    """Counts what is said. "boom" raises; a press on "lead" makes the person's one lead."""

    store: Store
    wording: Wording = field(default_factory=small_wording)
    committed: Callable[[], None] = lambda: None
    seen: list[Incoming] = field(default_factory=list)
    locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.renderer = TelegramRenderer(self.wording)

    async def handle(self, incoming: Incoming, inbox_id: int | None = None) -> Shown:
        self.seen.append(incoming)
        if incoming.text == "boom":
            raise ValueError("what the family wrote must not be told")
        async with self.locks.setdefault(incoming.address, asyncio.Lock()):
            person = await self.store.load("telegram", incoming.address)
            state = (
                json.loads(person.dialogue) if person else {"answers": [], "ticks": [], "page": False, "revision": 0}
            )
            shown = self.turn(state, incoming)
            if incoming.button == "lead":
                state["code"] = state.get("code") or self.store.new_lead_code()
            await self.store.commit(
                Commit(
                    person=person.id if person else None,
                    channel="telegram",
                    address=incoming.address,
                    revision=person.revision if person else 0,
                    dialogue=json.dumps(state),
                    incoming=("telegram", incoming.id),
                    inbox_id=inbox_id,
                    outgoing=tuple(self.renderer.render(incoming, shown)),  # type: ignore[arg-type]
                    lead=_lead(state) if incoming.button == "lead" else None,
                )
            )
            self.committed()
            return shown

    def turn(self, state: dict[str, Any], incoming: Incoming) -> Shown:
        button, answered, refreshed = incoming.button, None, False
        notes: tuple[Text, ...] = ()
        if incoming.other:
            refreshed, notes = True, (text(f"other.{incoming.other}"),)
        elif incoming.revision is not None and incoming.revision != state["revision"]:
            refreshed, notes = True, (text("stale"),)
        elif button and button.startswith("tick:"):
            state["ticks"] = sorted({button[5:]} ^ set(state["ticks"]))
            refreshed = True
        elif button in ("page", "close"):
            state["page"] = button == "page"
        elif incoming.command is None:
            words = button or incoming.text or incoming.phone or ""
            answered = Answered(text=text("q", n=len(state["answers"])), answer=text("a", answer=words))
            state["answers"].append(words)
            state["page"] = False
        state["revision"] += not refreshed
        toast = notes[0] if notes and button else None
        return Shown(self.card(state, notes), answered, toast, revision=state["revision"], refreshed=refreshed)

    def card(self, state: dict[str, Any], notes: tuple[Text, ...]) -> Reply:
        if state["page"]:
            close = Button(id="close", label=text("back"), style="navigation")
            return Reply(text=text("list"), notes=notes, rows=rows(2) if state["answers"] else (), navigation=(close,))
        page = Button(id="page", label=text("page"), style="navigation")
        ticks = tuple(
            Button(id=f"tick:{name}", label=text("tick", name=name), chosen=name in state["ticks"]) for name in "ab"
        )
        return Reply(
            text=text("q", n=len(state["answers"])),
            notes=notes,
            choices=(Button(id="yes", label=text("yes")), Button(id="no", label=text("no")), *ticks),
            multiple=True,
            navigation=(page,),
            part=(1, 5),
        )


def _lead(state: dict[str, Any]) -> LeadRecord:
    return LeadRecord(
        code=state["code"],
        child=1,
        language="en",
        asked_for_call=True,
        safety=False,
        tier=None,
        score=None,
        earliest_date=None,
        packet={"answers": state["answers"]},
        contact={"name": "X"},
    )


def rows(count: int) -> tuple[Row, ...]:
    change = [Button(id=f"change:{n}", label=text("said", words="Change")) for n in range(count)]
    return tuple(
        Row(label=text("said", words=f"Row {n}"), answer=text("a", answer=str(n)), change=change[n])
        for n in range(count)
    )
