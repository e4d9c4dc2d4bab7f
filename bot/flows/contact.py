"""Contact details, asked only from those who want to be called, after a permission of their own."""

from __future__ import annotations

from bot.flows.buttons import navigation_button
from bot.flows.dialogue import Contact, Dialogue, remarked
from bot.flows.papers import all_papers
from bot.flows.turn import Happened, PermissionChange, Surroundings, Turn, go, stay
from bot.flows.understanding import AskBack, read_reach
from bot.message import Button, Entry, EntryKind, Incoming, Reply, Row, Text

HANDOVER_TEXT = "permission.handover.ask"
STEPS = ("name", "way", "value", "time", "city", "child", "papers", "check")
CHILD = ("yes", "not_asked", "no")
WAYS = ("phone", "wechat", "email")
TIMES = ("morning", "noon", "afternoon", "evening", "any")
LONGEST = 200


def handover_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    return Reply(
        text=Text(key=HANDOVER_TEXT, values={"site": around.site.name or Text(key="site.unnamed")}),
        notes=dialogue.notes,
        details=(Text(key="permission.handover.what"), Text(key="permission.handover.withdraw")),
        choices=(
            Button(id="agree", label=Text(key="permission.handover.agree"), style="primary"),
            Button(id="refuse", label=Text(key="permission.handover.refuse")),
        ),
        navigation=(navigation_button("privacy"), navigation_button("person")),
        card="handover",
    )


def take_handover(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    if said.button == "agree":
        return Turn(
            go(dialogue, "agree", contact_step=_first(dialogue), contact_whole=False),
            permissions=(PermissionChange("handover", "given", HANDOVER_TEXT),),
        )
    if said.button == "refuse":
        refused = (PermissionChange("handover", "refused", HANDOVER_TEXT),)
        return Turn(
            go(dialogue, "refuse"),
            permissions=() if dialogue.standing else refused,  # not of a sister's or brother's lead
            happened=(Happened("handover_refused"),),
        )
    return stay(dialogue, Text(key="please_tap"))


def _first(dialogue: Dialogue) -> str:
    """Whoever told before how to be reached is not asked again: it stands on the last card, each line with Change."""
    return "city" if dialogue.contact.name and dialogue.contact.value and dialogue.contact.best_time else STEPS[0]


def contact_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    step = dialogue.contact_step or STEPS[0]
    return Reply(
        text=Text(key=f"contact.{step}.ask" if step != "value" else f"contact.value.{dialogue.contact.way}.ask"),
        notes=(*dialogue.notes, Text(key="contact.city.missing"))
        if step == "check" and not dialogue.contact.city
        else dialogue.notes,
        rows=check_rows(dialogue) if step == "check" else (),
        choices=_choices(dialogue, step),
        multiple=step == "papers",
        entry=_entry(dialogue, step),
        navigation=(
            *((navigation_button("back"),) if _has_before(dialogue, step) else ()),
            navigation_button("drop_contact"),
            navigation_button("person"),
        ),
        private=step in ("name", "value", "check"),
        card=f"contact_{step}",
    )


def _entry(dialogue: Dialogue, step: str) -> Entry | None:
    if step in ("name", "city", "time", "child"):
        return Entry(kind="text", label=Text(key=f"contact.{step}.field"), before_choices=step == "city")
    if step == "value":
        kinds: dict[str, EntryKind] = {"phone": "phone", "wechat": "text", "email": "email"}
        return Entry(kind=kinds[dialogue.contact.way], label=Text(key=f"contact.value.{dialogue.contact.way}.field"))
    return None


def _choices(dialogue: Dialogue, step: str) -> tuple[Button, ...]:
    if step == "way":
        return tuple(Button(id=f"way:{way}", label=Text(key=f"contact.way.{way}")) for way in WAYS)
    if step == "time":
        return tuple(Button(id=f"time:{time}", label=Text(key=f"contact.time.{time}")) for time in TIMES)
    if step == "city":
        return tuple(
            Button(id=f"travel:{can}", label=Text(key=f"contact.travel.{can}")) for can in ("yes", "no", "unsure")
        )
    if step == "child":
        return tuple(Button(id=f"child:{wish}", label=Text(key=f"contact.child.{wish}")) for wish in CHILD)
    if step == "papers":
        had = dialogue.interview.papers
        ticks = tuple(
            Button(id=f"tick:{paper.id}", label=Text(key=f"paper.{paper.id}.short"), chosen=paper.id in had)
            for paper in all_papers()
        )
        return (*ticks, Button(id="done", label=Text(key="multiple.done"), style="primary"))
    if step == "check":
        return (Button(id="send", label=Text(key="contact.send"), style="primary"),)
    return ()


def check_rows(dialogue: Dialogue) -> tuple[Row, ...]:
    """How to reach the family, a line each, with its Change."""
    contact = dialogue.contact
    time = contact.best_time
    lines = (
        ("name", "contact.name.short", _said(contact.name)),
        ("way", f"contact.way.{contact.way}", _said(contact.value)),
        ("time", "contact.time.short", Text(key=f"contact.time.{time}") if time in TIMES else _said(time)),
        ("city", "contact.city.short", _said(contact.city)),
    )
    return tuple(
        Row(label=Text(key=label), answer=answer, change=Button(id=f"step:{step}", label=Text(key="review.change")))
        for step, label, answer in lines
        if step != "way" or contact.way  # seen half-way, on the page of what is kept
    )


def _said(words: str) -> Text:
    return Text(key="answer", values={"answer": words}) if words else Text(key="contact.not_given")


def take_contact(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    step = dialogue.contact_step or STEPS[0]
    word, _, rest = (said.button or "").partition(":")
    if word == "drop_contact":
        return _drop(dialogue)
    if word == "back" and _has_before(dialogue, step):
        return _to(dialogue, step_before(dialogue, step))
    if word == "step" and rest in STEPS and step == "check":
        return _to(dialogue, rest)
    text = (said.text or said.phone or "").strip()
    if len(text) > LONGEST:
        return stay(dialogue, Text(key="contact.too_long"))
    if word in ("time", "child") and word == step and text:  # the press answers, the words are kept for the call
        remarks = remarked(dialogue.interview.remarks, f"contact_{step}", text)
        dialogue = dialogue.with_interview(remarks=remarks)
    if step == "name" and text:
        return _keep(dialogue, "way", name=text)
    if step == "way" and word == "way" and rest in WAYS:
        same = rest == dialogue.contact.way
        return _keep(dialogue, "value", way=rest, value=dialogue.contact.value if same else "")
    if step == "value" and text:
        return _value(dialogue, text)
    if step == "time" and ((word == "time" and rest in TIMES) or text):
        return _keep(dialogue, "city", best_time=rest or text)
    if step == "city":
        return _city(dialogue, word, rest, text)
    if step == "child" and ((word == "child" and rest in CHILD) or text):
        return _on(dialogue.with_interview(child_wishes=rest or text), "papers")
    if step == "papers":
        return _papers(dialogue, word, rest, said.choices)
    if step == "check" and word == "send":
        return _send(dialogue, around)
    return stay(dialogue, Text(key="please_tap" if step in ("way", "papers", "check") else "contact.please_type"))


def _drop(dialogue: Dialogue) -> Turn:
    """Not passed on after all; a sister's or brother's lead keeps its permission."""
    taken_back = PermissionChange("handover", "withdrawn", HANDOVER_TEXT)
    dropped = go(dialogue.having(contact_step=None), "drop_contact")
    return Turn(dropped, permissions=() if dialogue.standing else (taken_back,))


def _has_before(dialogue: Dialogue, step: str) -> bool:
    return step != STEPS[0] or dialogue.contact_whole


def step_before(dialogue: Dialogue, step: str) -> str:
    """The step that stood before this one; an adult who answers for himself is not asked what the child wishes."""
    if dialogue.contact_whole and step != "check":
        return "check"
    steps = [one for one in STEPS if not (one == "child" and dialogue.self_answering)]
    return steps[max(steps.index(step) - 1, 0)]


def _on(dialogue: Dialogue, step: str) -> Turn:
    """To the next step; a line changed from the last card goes back there."""
    if step == "check" or (dialogue.contact_whole and step != "value"):
        return _to(dialogue.having(contact_whole=True), "check")
    return _to(dialogue, step)


def _to(dialogue: Dialogue, step: str) -> Turn:
    return Turn(dialogue.having(contact_step=step, notes=()))


def _keep(dialogue: Dialogue, following: str, **fields: str) -> Turn:
    kept: Contact = dialogue.contact.model_copy(update=fields)
    return _on(dialogue.having(contact=kept), following)


def _value(dialogue: Dialogue, text: str) -> Turn:
    read = read_reach(dialogue.contact.way, text)
    if isinstance(read, AskBack):
        return stay(dialogue, Text(key=read.why, values=read.values))
    return _keep(dialogue, "time", value=read)


def _city(dialogue: Dialogue, word: str, rest: str, text: str) -> Turn:
    """City typed and travel tapped, in either order; one of the two is enough to go on."""
    if word == "travel" and rest in ("yes", "no", "unsure"):
        if text:
            dialogue = _keep(dialogue, "city", city=text).dialogue
        can = dialogue.with_interview(can_travel={"yes": True, "no": False}.get(rest))
        return _on(can, "papers" if dialogue.self_answering else "child")
    if text:
        kept = _keep(dialogue, "city", city=text)
        if dialogue.contact_whole:
            return kept
        return stay(kept.dialogue, Text(key="contact.city.kept", values={"city": text}))
    return stay(dialogue, Text(key="contact.please_type"))


def _papers(dialogue: Dialogue, word: str, rest: str, choices: tuple[str, ...] | None) -> Turn:
    known = [paper.id for paper in all_papers()]
    had = set(dialogue.interview.papers)
    if choices is not None:
        had = {one.partition(":")[2] for one in choices}
    if word == "tick" and rest in known:
        had ^= {rest}
    ticked = dialogue.with_interview(papers=tuple(paper for paper in known if paper in had))
    if word == "tick":
        return Turn(ticked.having(notes=()), refreshed=True)
    if word == "done":
        return _on(ticked, "check")
    return stay(dialogue, Text(key="please_tap"))


def _send(dialogue: Dialogue, around: Surroundings) -> Turn:
    """The hand-over itself: the lead and its notices are rows of the same transaction as this dialogue."""
    if not dialogue.permitted("handover"):  # taken back meanwhile
        return Turn(go(dialogue.having(contact_step=None), "ask_handover_again"))
    if not (dialogue.contact.name and dialogue.contact.value):
        return _to(dialogue, "way" if dialogue.contact.name else "name")
    code = dialogue.interview.lead_code or around.new_code
    handed = dialogue.with_interview(wants_call=True, lead_code=code)
    return Turn(
        go(handed.having(contact_step=None), "contact_given"),
        happened=(Happened("handed_over"),),
        hand_over=True,
    )
