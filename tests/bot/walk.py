"""Random walks through the pure dialogue: whatever is tapped, typed or commanded, in whatever order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

from bot.flows.anytime import COMMANDS
from bot.flows.dialogue import Dialogue, Permission, dump, load
from bot.flows.take_turn import present, take_turn
from bot.flows.turn import SiteFacts, Surroundings, Turn
from bot.message import Button, Incoming, Reply
from brasle_prescreen import load_protocol
from brasle_prescreen.question import load_questions

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LANGUAGES = (("zh_Hans", "简体中文"), ("en", "English"))
TEXTS = (
    "", "hello", "2015-03", "11岁", "去年三月", "不清楚", "yes", "没有", "强的松，骁悉", "1:320", "5mg 2 tablets", "13800138000", "妈妈",
    "PLT 15 10^9/L", "不想活了", "喘不上气", "发烧39度", "可以停药吗", "\x00", "\ud83d", "‮abc", "１２", "x" * 5000, "/help", "9999-99-99",
)  # fmt: skip
OTHERS = ("photo", "voice", "sticker", "edited", "video", "document", "location", "unknown")


def surroundings(**changes: object) -> Surroundings:
    site = SiteFacts(
        name="Children's Hospital", phone="+86 571 0000 0000", hours="9-17", public_url="https://example.org"
    )
    around = Surroundings(
        protocol=load_protocol(),
        questions=load_questions(),
        now=NOW,
        languages=LANGUAGES,
        site=site,
        demo=False,
        new_code="BR-AAAAA",
    )
    return replace(around, **changes)  # type: ignore[arg-type]


@dataclass
class Step:
    said: Incoming
    turn: Turn
    shown: Reply


def walk(
    seed: int,
    steps: int,
    channel: str,
    around: Surroundings,
    now_around: Callable[[Dialogue, int], Surroundings] | None = None,
) -> list[Step]:
    """`steps` turns of one family that does anything. The dialogue is stored and loaded between turns, as in life.

    `now_around` gives the surroundings of each turn, by its number, where they change.
    """
    random = Random(seed)
    dialogue = Dialogue.model_validate({"channel": channel, "language": random.choice(LANGUAGES)[0]})
    done: list[Step] = []
    for number in range(steps):
        here = now_around(dialogue, number) if now_around else around
        said = _anything(random, present(dialogue, here), dialogue, number)
        turn = take_turn(dialogue, said, here)
        dialogue = load(dump(_permitted(turn)))
        here = now_around(dialogue, number) if now_around else around
        done.append(Step(said, turn, present(dialogue, here)))
    return done


def _permitted(turn: Turn) -> Dialogue:
    """What the conversation does with a permission: it is kept with the dialogue."""
    permissions = dict(turn.dialogue.permissions)
    for change in turn.permissions:
        permissions[change.name] = Permission.model_validate(
            {"state": change.state, "at": NOW, "language": "en", "text_hash": ""}
        )
    return turn.dialogue.having(permissions=permissions)


def buttons(reply: Reply) -> list[Button]:
    return [*reply.choices, *(row.change for row in reply.rows if row.change), *reply.navigation]


def _anything(random: Random, shown: Reply, dialogue: Dialogue, number: int) -> Incoming:
    here = {"channel": dialogue.channel, "address": "a", "id": str(number)}
    offered = buttons(shown)
    kind = random.random()
    if offered and kind < 0.72:
        # Going on is tapped more often than leaving, so that walks come far.
        weights = [
            1 if one.style == "danger" or one.id in ("stop", "refuse", "person", "drop_contact", "back") else 6
            for one in offered
        ]
        return Incoming.model_validate(
            {**here, "button": random.choices(offered, weights)[0].id, "revision": dialogue.revision}
        )
    if kind < 0.86:
        return Incoming.model_validate({**here, "text": random.choice(TEXTS)})
    if kind < 0.93:
        return Incoming.model_validate({**here, "command": random.choice([*COMMANDS, "nonsense"])})
    if kind < 0.96:
        return Incoming.model_validate({**here, "other": random.choice(OTHERS)})
    return Incoming.model_validate(
        {
            **here,
            "button": random.choice(["choose:none", "done", "agree", "is:x", "xx", "confirm:yes"]),
            "revision": random.choice([0, dialogue.revision]),
        }
    )
