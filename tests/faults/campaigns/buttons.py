"""Presses that are not the family's own: of every state's buttons by everybody else, with changed bytes, of old cards,
and forms that a page of ours never sent. None may change anything.
"""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

from aiogram import Bot
from starlette.testclient import TestClient

from bot.app import App
from bot.channels.browser_session import form_token, new_session
from bot.channels.telegram_keyboard import callback_data, read_callback_data
from bot.channels.telegram_router import Families, Feed
from bot.channels.telegram_text import clean
from bot.flows.dialogue import Dialogue, dump
from bot.flows.take_turn import take_turn
from bot.flows.turn import Surroundings, Turn
from bot.message import Incoming
from bot.settings import Settings
from bot.store.records import InboxItem
from tests.bot.walk import buttons, surroundings, walk
from tests.faults.campaigns.outcome import Outcome

WALKS, STEPS = 40, 150
# What a folded answer shows when it is pressed.
ANYWHERE = ("open:",)


async def run(folder: Path, *, long: bool) -> Outcome:
    outcome = Outcome("presses that are not one's own")
    chance = random.Random(17)
    _in_every_state(outcome, chance, walks=WALKS if long else WALKS // 10, most=60_000 if long else 800)
    await _in_somebody_elses_chat(outcome)
    await _forms(outcome, folder)
    return outcome


# ------------------------------------------------------------------ the conversation


def _in_every_state(outcome: Outcome, chance: random.Random, walks: int, most: int) -> None:
    around = surroundings()
    met = _every_card(around, walks)
    every = sorted({data for _, offered in met for data in offered})
    presses = [
        (dialogue, offered, data)
        for dialogue, offered in met
        for data in [*every, *_mutated(offered, chance), *_old(dialogue, offered)]
        if data not in offered
    ]
    chance.shuffle(presses)
    changed: dict[str, int] = {}
    for dialogue, _, data in presses[:most]:
        read = read_callback_data(clean(data)) or (-1, "unknown")
        if read[1].startswith(ANYWHERE):
            continue
        said = Incoming(channel="telegram", address="a", id="x", button=read[1], revision=read[0])
        began = time.perf_counter()
        turn = take_turn(dialogue, said, around)
        outcome.worst = max(outcome.worst, time.perf_counter() - began)
        outcome.count += 1
        if _does_something(dialogue, turn):
            changed[f"{dialogue.state} {data}"] = changed.get(f"{dialogue.state} {data}", 0) + 1
    outcome.figures["states and cards"] = len(met)
    outcome.figures["buttons"] = len(every)
    outcome.figures["state changes"] = sum(changed.values())
    for example in sorted(changed)[:8]:
        outcome.check(False, f"a press that no card offered changes nothing: {example}")


def _every_card(around: Surroundings, walks: int) -> list[tuple[Dialogue, frozenset[str]]]:
    """A dialogue for every card of every state that the walks met, with the callback data it offers."""
    met: dict[tuple[str, str, str | None], tuple[Dialogue, frozenset[str]]] = {}
    for seed in range(walks):
        for step in walk(seed, STEPS, "telegram", around):
            dialogue = step.turn.dialogue
            offered = frozenset(callback_data(dialogue.revision, one.id) for one in buttons(step.shown))
            if dialogue.state == "erased":
                continue  # such a dialogue is never stored: the next press is a newcomer's
            met.setdefault((dialogue.state, step.shown.card, dialogue.page), (dialogue, offered))
    return list(met.values())


def _mutated(offered: frozenset[str], chance: random.Random) -> list[str]:
    """Each button's data with one byte changed, one lost, one more, and its halves exchanged."""
    found = []
    for data in sorted(offered):
        raw = bytearray(data.encode())
        at = chance.randrange(len(raw))
        raw[at] ^= 1 << chance.randrange(8)
        revision, _, id = data.partition(":")
        found += [
            raw.decode("utf-8", "surrogateescape"),
            data[:-1],
            data + chance.choice("x:\x00\u202e"),
            f"{id}:{revision}",
        ]
        found += [f"{revision}:{id.upper()}", f" {data}", f"{revision}::{id}", f"-{data}", data * 2]
    return found


def _old(dialogue: Dialogue, offered: frozenset[str]) -> list[str]:
    others = {0, 1, dialogue.revision - 1, dialogue.revision + 1, 10**17} - {dialogue.revision}
    return [f"{number}:{data.partition(':')[2]}" for data in sorted(offered) for number in sorted(others)]


def _does_something(before: Dialogue, turn: Turn) -> bool:
    return (
        _substance(before) != _substance(turn.dialogue)
        or turn.hand_over
        or bool(turn.permissions or turn.erase or turn.withdraw or turn.answered)
    )


def _substance(dialogue: Dialogue) -> dict[str, Any]:
    """The dialogue without what is only said and counted: the notes above the card, and its number."""
    kept: dict[str, Any] = json.loads(dump(dialogue))
    return {name: value for name, value in kept.items() if name not in ("notes", "revision")}


# ------------------------------------------------------------------ Telegram's side


class _Ears:
    """A conversation that must not be reached."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []

    async def handle(self, incoming: Incoming, inbox_id: int | None = None) -> object:
        self.heard.append(incoming)
        return None


async def _in_somebody_elses_chat(outcome: Outcome) -> None:
    """A press whose presser is not the person of the chat, as only a forger could send it."""
    ears = _Ears()

    async def nobody(*_: Any) -> None:
        return None

    bot = Bot("4321:" + "A" * 35)
    feed = Feed(bot, Families(ears, left=nobody, in_group=nobody).router())
    for number, (chat, kind) in enumerate(
        [(7, "private"), (-5, "group"), (-100_5, "supergroup"), (-9, "channel")] * 25
    ):
        press = {
            "id": str(number),
            "from": {"id": 8, "is_bot": False, "first_name": "B"},
            "chat_instance": "1",
            "data": f"{number % 9}:agree",
            "message": {
                "message_id": number,
                "date": 1,
                "chat": {"id": chat, "type": kind, "title": "x", "first_name": "A"},
            },
        }
        outcome.count += 1
        await feed.handle(
            InboxItem(number, number, str(chat), json.dumps({"update_id": number, "callback_query": press}))
        )
    await bot.session.close()
    outcome.figures["presses in another's chat that were heard"] = len(ears.heard)
    outcome.check(not ears.heard, "a press in somebody else's chat is not heard")


# ------------------------------------------------------------------ the browser's side


async def _forms(outcome: Outcome, folder: Path) -> None:
    app = App(
        Settings(_env_file=None, data=folder, newcomers_per_minute=0, messages_per_minute=0, all_messages_per_minute=0)
    )
    with TestClient(app.web(), raise_server_exceptions=False, follow_redirects=False) as client:
        mine, other = new_session(), new_session()
        for session in (mine, other):
            _post(client, session, button="language:en", revision="0")
        before = {session: await app.store.load("browser", session) for session in (mine, other)}
        statuses = []
        known = before[mine]
        revision = str(json.loads(known.dialogue)["revision"]) if known else "1"
        for forged in _forged_forms(mine, other, revision):
            cookie, fields = forged
            answer = client.post("/answer", data=fields, headers={"cookie": f"talk={cookie}"} if cookie else {})
            statuses.append(answer.status_code)
            outcome.count += 1
        after = {session: await app.store.load("browser", session) for session in (mine, other)}
        outcome.figures["forged forms"] = len(statuses)
        outcome.figures["taken"] = sum(_moved(before[one], after[one]) for one in (mine, other))
        outcome.check(max(statuses) < 500, "no form is answered 5xx")
        outcome.check(all(before.values()), "the families have begun")
        outcome.check(
            outcome.figures["taken"] == 0, "no form of another session, and no press of another card, is taken"
        )
    await app.store.close()


def _moved(before: Any, after: Any) -> bool:
    known, now = (_substance_of(one.dialogue) for one in (before, after))
    return known != now


def _substance_of(dialogue: str) -> dict[str, Any]:
    return {name: value for name, value in json.loads(dialogue).items() if name not in ("notes", "page", "revision")}


def _post(client: TestClient, session: str, **fields: str) -> None:
    whole = {"token": form_token(session), "id": "form-id-1", "card": "language", **fields}
    client.post("/answer", data=whole, headers={"cookie": f"talk={session}"})


def _forged_forms(mine: str, other: str, revision: str) -> list[tuple[str, dict[str, str]]]:
    whole = {
        "token": form_token(mine),
        "id": "form-id-2",
        "card": "permission",
        "button": "agree",
        "revision": revision,
    }
    wrong = ["", "x", form_token(other), form_token(mine)[:-1], form_token(mine).upper(), "\u79d8", "0" * 10_000]
    forms = [(mine, {**whole, "token": token}) for token in wrong]
    forms += [(other, whole), ("", whole), ("short", whole), (mine + "x", whole), (mine, _without(whole, "token"))]
    stale = ["", "-1", "0", str(int(revision) - 1), str(int(revision) + 1), "9" * 15, "9" * 400, "1e3", "\uff11", "x"]
    forms += [
        (mine, {**whole, "id": f"form-old-{at}", "revision": one}) for at, one in enumerate(stale) if one != revision
    ]
    forms.append((mine, _without({**whole, "id": "form-none"}, "revision")))
    strange = ["choose:no", "send", "erase", "x" * 39, "x" * 5000, "agree\x00", "\u202eagree", "agree agree", "<b>"]
    forms += [(mine, {**whole, "id": f"form-odd-{at}", "button": one}) for at, one in enumerate(strange)]
    forms += [
        (mine, {**whole, "id": f"form-huge-{name}", "revision": "0", name: "y" * 200_000})
        for name in ("text", "choice", "card", "id")
    ]
    return forms


def _without(fields: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in fields.items() if key != name}
