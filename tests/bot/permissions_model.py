"""Every state of the pure dialogue, breadth first, with whatever can be sent there; and what must hold after each turn.

Two dialogues are alike when they have the same permissions, state, pause, page, card and progress: of those only the
first is gone on from. Answers differ without end, and no permission depends on them but through the card that follows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.flows import asked_first
from bot.flows.anytime import COMMANDS
from bot.flows.dialogue import Dialogue
from bot.flows.table import HEALTH, PAUSES
from bot.flows.take_turn import present, take_turn
from bot.flows.turn import Surroundings, Turn
from bot.message import Incoming, Reply
from tests.bot.walk import _permitted, buttons

# At each card: something that is an answer there, words that are not, and signs of danger.
TYPED = (
    "11",
    "3 years old",
    "2016-03-05",
    "prednisone 10 mg",
    "13800138000",
    "is there a placebo?",
    "she wants to die",
    "fever 39",
)
# Presses of cards that do not stand on the screen, as a forger would send them with the right revision.
FORGED = (
    "agree", "send", "confirm", "call_me", "want_contact", "choose:yes", "choose:parent", "done", "change:sex", "take_back:handover",
    "look", "look:end", "adult_here", "resume", "restart:yes", "withdraw", "open:1:mood", "go_on", "another_child", "keep",
)  # fmt: skip
# The cards that decide who answers; without `whole` the later ones are alike.
FIRST = ("respondent", "adult", "guardian", "birth_date", None)
USUAL = (
    "agree",
    "choose:parent",
    "choose:none",
    "choose:no",
    "choose:no_report",
    "choose:not_told",
    "choose:complete",
    "done",
    "unsure",
)


@dataclass
class Count:
    """What a walk has seen."""

    states: int = 0
    turns: int = 0
    taken_back: int = 0
    reached: set[str] = field(default_factory=set)
    cards: set[str] = field(default_factory=set)


def alike(dialogue: Dialogue, *, whole: bool) -> tuple[Any, ...]:
    """What tells two dialogues apart. `whole`: every page and every pause over every single question; and each refusal."""
    interview = dialogue.interview
    page = dialogue.page or ""
    here = not page and dialogue.state not in PAUSES
    if not page.startswith("take_back"):
        page = page.partition(":")[0]
        page = page if whole or page in ("", "mydata", "questions") else "a page"
    if not whole and dialogue.state in PAUSES:
        page = "a page" if page else ""
    # A page over a pause over a question, and a page over each refusal, hold nothing that their parts do not.
    each = whole and here
    beneath = dialogue.back_to if dialogue.state in PAUSES else dialogue.state
    over = whole and beneath == "answering" and (not page or dialogue.state not in PAUSES)
    allowed = sorted((name, one.state) for name, one in dialogue.permissions.items() if each or one.state == "given")
    return (
        dialogue.state,
        None if here else dialogue.back_to if whole else _kind(dialogue.back_to),
        page,
        tuple(allowed),
        _card(interview.card, over=over) if whole else _card(interview.card, over=False) if here else None,
        (bool(interview.doubts), interview.confirming is not None, interview.changing, bool(interview.ends))
        if here
        else None,
        (interview.wants_call, bool(interview.given), dialogue.self_answering and here),
        tuple((one.wants_call, bool(one.lead_code)) for one in dialogue.earlier),
        dialogue.contact_step
        if dialogue.state == "giving_contact" and here
        else dialogue.state == "stopped" and dialogue.asking_delete,
        dialogue.leaves_nothing,
        min(dialogue.looking_at, 2) if here else 0,
        (bool(dialogue.contact.name), bool(interview.lead_code), dialogue.looked) if each else None,
    )


def _card(card: str | None, *, over: bool) -> str | None:
    """Every question where one stands, the first ones elsewhere."""
    return card if over or card in FIRST else "a later card"


def _kind(back_to: str | None) -> str | None:
    if back_to in HEALTH:
        return "health"
    if back_to in ("asking_handover", "giving_contact"):
        return "contact"
    return back_to if back_to in (None, "fetching_adult") else "elsewhere"


def things_to_send(dialogue: Dialogue, shown: Reply, *, forging: bool) -> Iterator[Incoming]:
    """Each button on the card, forged ones if wanted, each command, typed words, and what is neither."""
    here: dict[str, Any] = {"channel": dialogue.channel, "address": "a", "id": "m"}
    offered = {one.id for one in buttons(shown)}
    for button in sorted(offered.union(FORGED if forging else ())):
        yield Incoming(**here, button=button, revision=dialogue.revision)
    for command in COMMANDS:
        yield Incoming(**here, command=command)
    for text in TYPED:
        yield Incoming(**here, text=text)
    yield Incoming(**here, phone="+8613800138000")
    yield Incoming(**here, button="agree", revision=dialogue.revision - 1)
    if shown.multiple:
        yield Incoming(**here, button="done", choices=tuple(sorted(offered))[:2], revision=dialogue.revision)


def faults(before: Dialogue, turn: Turn, after: Dialogue, shown: Reply, around: Surroundings) -> Iterator[str]:
    """What may never be so, whatever was sent."""
    telegram, door = after.channel == "telegram", around.is_door(after.channel)
    asks = after.state in HEALTH and after.page is None and shown.card not in ("permission", "abroad", "door")
    if asks and not after.permitted("health"):
        yield "a health question without the permission for health"
    if telegram and asks and (door or not after.permitted("abroad")):
        yield "a health question through Telegram without the permission for abroad"
    closed = telegram and (door or not after.permitted("abroad"))
    if closed and any(_is_private(row.label.key) for row in shown.rows):
        yield "what is kept was shown through Telegram without the permission for abroad"
    if closed and shown.card.startswith("contact_"):
        yield "contact details asked for through Telegram without the permission for abroad"
    if closed and turn.toast is not None and turn.toast.key == "answer":
        yield "an answer opened through Telegram without the permission for abroad"
    might = before.may_be_asked and not around.is_door(before.channel)
    if _grown(before, after) and not might:
        yield "something about health was kept without its permissions"
    reachable = before.permitted("handover") and not (telegram and (door or not before.permitted("abroad")))
    if after.contact != before.contact and after.contact.name and not reachable:
        yield "a contact detail was kept without its permissions"
    if turn.hand_over and not after.permitted("handover"):
        yield "a hand-over without its permission"
    if turn.asked and not after.permitted("handover"):
        yield "a notice to the site without the permission to hand over"
    if any(one.kind == "handed_over" for one in turn.happened) and not before.permitted("handover"):
        yield "a hand-over in the turn of its permission"
    if not after.permitted("handover") and after.standing:
        yield "a lead stands without its permission"
    yield from _child_alone(after)
    seen = after.interview
    if after.state == "looking" and (not after.leaves_nothing or seen.given or seen.remarks or seen.asked):
        yield "a look at the questions leaves something"
    gone = {one.child for one in before.standing} - {one.child for one in after.standing}
    told = {turn.withdraw, *turn.withdraw_also} - {None}
    if after.state != "erased" and gone != told:
        yield f"leads {gone} no longer stand, and the site is told of {told}"


def _child_alone(after: Dialogue) -> Iterator[str]:
    here = after.back_to if after.state in PAUSES else after.state
    if here != "fetching_adult":
        return
    if not after.earlier:
        if after.permissions:
            yield "a child's own permission counts"
        if not after.leaves_nothing and not after.interview.lead_code and not after.contact.name:
            yield "a child alone leaves something"
    if after.interview.given:
        yield "a child's answers were kept"


def _grown(before: Dialogue, after: Dialogue) -> bool:
    old, new = before.interview, after.interview
    if old.child != new.child:
        return bool(new.given or new.remarks or new.asked)
    more = set(new.given) - set(old.given) or any(old.given[id] != new.given[id] for id in new.given if id in old.given)
    listed = len(new.medicines) > len(old.medicines) or len(new.vaccines) > len(old.vaccines)
    return bool(more) or listed or len(new.remarks) > len(old.remarks) or len(new.asked) > len(old.asked)


def _is_private(key: str) -> bool:
    return not key.startswith(("permission.", "list."))


def one_turn(dialogue: Dialogue, said: Incoming, around: Surroundings) -> tuple[Turn, Dialogue, Reply]:
    """A turn, and the dialogue with its permissions as the conversation keeps them."""
    if said.revision is not None:
        said = said.model_copy(update={"revision": dialogue.revision})
    turn = take_turn(dialogue, said, around)
    after = _permitted(turn)
    return turn, after, present(after, around)


def explore(
    channel: str,
    language: str,
    around: Surroundings,
    count: Count,
    *,
    whole: bool = False,
    forging: bool = True,
    begin: Iterable[Dialogue] = (),
) -> Iterator[str]:
    """Every state that can be reached on this channel; gives each fault with how it came about."""
    first = Dialogue.model_validate({"channel": channel, "language": language})
    waiting = deque([first, *begin])
    if not around.is_door(channel):
        waiting.append(answered(channel, language, around))
    known = {alike(one, whole=whole) for one in waiting}
    while waiting:
        dialogue = waiting.popleft()
        count.states += 1
        shown = present(dialogue, around)
        count.cards.add(shown.card)
        count.reached.add(dialogue.state)
        yield from _can_be_taken_back(dialogue, around, count)
        for said in things_to_send(dialogue, shown, forging=forging):
            turn = take_turn(dialogue, said, around)
            after = _permitted(turn)
            count.turns += 1
            for fault in faults(dialogue, turn, after, present(after, around), around):
                sent = said.button or said.command or said.text or "contact"
                yield f"{channel}/{language}: {fault}: {sent!r} at {dialogue.state}/{dialogue.page}/{dialogue.interview.card}"
            if len(after.earlier) > 1 or after.state == "erased":
                continue  # a third child is asked as the second was; who is erased comes as somebody new
            mark = alike(after, whole=whole)
            if mark not in known:
                known.add(mark)
                waiting.append(after)


def _can_be_taken_back(dialogue: Dialogue, around: Surroundings, count: Count) -> Iterator[str]:
    """Wherever a permission is live, three steps end it: my data, take back, yes."""
    if around.is_door(dialogue.channel):
        return
    for name in ("health", "abroad", "handover"):
        if not dialogue.permitted(name):
            continue
        here: dict[str, Any] = {"channel": dialogue.channel, "address": "a", "id": "m"}
        before = dialogue
        told: set[int | None] = set()
        for step in (
            Incoming(**here, command="mydata"),
            Incoming(**here, button=f"take_back:{name}", revision=0),
            Incoming(**here, button=f"take_back:{name}", revision=0),
        ):
            turn, before, _ = one_turn(before, step, around)
            told |= {turn.withdraw, *turn.withdraw_also}
        count.taken_back += 1
        where = f"{name} at {dialogue.state}/{dialogue.page}"
        if before.permitted(name):
            yield f"cannot be taken back: {where}"
        if name in ("health", "handover") and (before.standing or before.permitted("handover")):
            yield f"taken back, and the lead stands: {where}"
        if name in ("health", "handover") and {one.child for one in dialogue.standing} - told:
            yield f"taken back, and the site is not told: {where}"
        waits = asked_first.missing(before) == "health"
        if name == "health" and before.state in HEALTH and not waits:
            yield f"taken back, and the questions go on: {where}"
        if (
            name == "abroad"
            and dialogue.channel == "telegram"
            and not (asked_first.missing(before) or before.state not in HEALTH)
        ):
            yield f"taken back, and Telegram goes on: {where}"


def answered(channel: str, language: str, around: Surroundings) -> Dialogue:
    """A family that has answered every question and looks at its answers."""
    dialogue = Dialogue.model_validate({"channel": channel, "language": language})
    here: dict[str, Any] = {"channel": channel, "address": "a", "id": "m"}
    for _ in range(200):
        offered = [one.id for one in buttons(present(dialogue, around))]
        if dialogue.state == "reviewing":
            return dialogue
        press = next((one for one in USUAL if one in offered), f"language:{language}")
        dialogue = one_turn(dialogue, Incoming(**here, button=press, revision=0), around)[1]
    raise AssertionError("the questions do not end")


def from_another_channel(dialogues: Iterable[Dialogue], channel: str) -> list[Dialogue]:
    """The same families, come over by their private link."""
    return [one.model_copy(update={"channel": channel}) for one in dialogues]
