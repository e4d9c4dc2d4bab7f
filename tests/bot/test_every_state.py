"""What holds in every state, on every channel, whatever a family does: thousands of random turns."""

from __future__ import annotations

import itertools

import pytest

from bot.flows.cards import FIELDS
from bot.flows.plan import answers_of
from bot.flows.table import HEALTH, PAUSABLE, PAUSES, STATES, TRANSITIONS
from bot.message import Joined, Reply, Text, Value
from bot.wording import Wording
from brasle_prescreen import check_answers
from tests.bot.walk import buttons, surroundings, walk

WALKS = 8
STEPS = 120
CHANNELS = ("telegram", "browser", "terminal")


def texts(reply: Reply) -> list[Text]:
    found = [reply.text, *reply.notes, *reply.details, *(b.label for b in buttons(reply))]
    found += [text for row in reply.rows for text in (row.label, row.answer)]
    if reply.entry:
        found += [reply.entry.label, *([reply.entry.hint] if reply.entry.hint else [])]
    return [inner for text in found for inner in inside(text)]


def inside(value: Value) -> list[Text]:
    if isinstance(value, Text):
        return [value, *itertools.chain.from_iterable(inside(one) for one in value.values.values())]
    if isinstance(value, Joined):
        return list(itertools.chain.from_iterable(inside(one) for one in value.items))
    return []


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("recruiting", ["open", "waitlist", "paused", "closed"])
def test_every_turn_is_whole(channel: str, recruiting: str) -> None:
    """No exception, a text for everything shown, buttons that fit, no health question without its permission."""
    wording = Wording.load(strict=True)
    around = surroundings(recruiting=recruiting)
    seen: set[str] = set()
    for seed in range(WALKS):
        for step in walk(seed, STEPS, channel, around):
            state = step.turn.dialogue.state
            seen.add(state)
            permitted = step.turn.dialogue.permitted("health") or any(
                change.name == "health" and change.state == "given" for change in step.turn.permissions
            )
            assert permitted or state not in HEALTH, f"{state} without permission after {step.said}"
            if channel == "telegram" and state in HEALTH:
                assert step.turn.dialogue.permitted("abroad") or any(c.name == "abroad" for c in step.turn.permissions)
            for text in texts(step.shown):
                assert wording.has(text.key), f"no text {text.key!r} (state {state})"
                wording.say(text, "zh_Hans")
            for button in buttons(step.shown):
                assert len(button.id) <= 40, button.id
                assert button.id.isascii()
            assert len({b.id for b in buttons(step.shown)}) == len(buttons(step.shown)), step.shown.card
            interview = step.turn.dialogue.interview
            answers = answers_of(interview, around.questions, around.protocol.medicines, around.today)
            check_answers(around.protocol, answers, around.today)
            if step.turn.hand_over:
                given = step.turn.dialogue.permitted("handover") or step.turn.dialogue.interview.lead_code
                assert given
    assert {"answering", "urgent", "stopped"} <= seen


def test_a_lead_is_never_begun_without_its_permission_nor_while_closed() -> None:
    for seed, recruiting in itertools.product(range(WALKS), ("open", "closed")):
        around = surroundings(recruiting=recruiting)
        for step in walk(seed, STEPS, "browser", around):
            if step.turn.hand_over:
                assert step.turn.dialogue.permitted("handover")
                assert recruiting == "open"


def test_the_site_that_is_not_set_hands_nobody_over() -> None:
    from bot.flows.turn import SiteFacts

    around = surroundings(site=SiteFacts())
    assert not any(step.turn.hand_over for seed in range(WALKS) for step in walk(seed, STEPS, "browser", around))


def test_health_states_are_reached_only_through_permission() -> None:
    """Over the whole table: every move into a health state starts where the permission has been given."""
    for trigger, sources, target in TRANSITIONS:
        if target not in HEALTH:
            continue
        for source in [sources] if isinstance(sources, str) else sources:
            asked = source in ("asking_permission", "asking_abroad") and trigger in ("agree", "agree_again")
            had = source in (*HEALTH, "asking_handover", "giving_contact", "done", "fetching_adult")
            kept = trigger in ("start_over_permitted",) or trigger.startswith("resume_")
            assert asked or had or kept, f"{trigger}: {source} -> {target}"


def test_every_state_has_a_flow_and_every_pause_returns() -> None:
    from bot.flows.take_turn import FLOWS

    assert set(FLOWS) == set(STATES)
    moves = {(trigger, target) for trigger, _, target in TRANSITIONS}
    assert all(("resume_" + state, state) in moves for state in PAUSABLE)
    assert set(PAUSES) & set(PAUSABLE) == set()


def test_every_kind_of_card_has_a_field() -> None:
    around = surroundings()
    assert {card.kind for card in around.questions.card} <= set(FIELDS)
