"""The lists of medicines and vaccines: picked or typed, every typed name read back, nothing corrected unasked."""

from __future__ import annotations

from bot.flows.as_given import left_open, one_choice
from bot.flows.cards import joined, name_of, term
from bot.flows.dialogue import Dialogue, Doubt, Given, Interview, remarked
from bot.flows.giving import give
from bot.flows.name_list import added, has_name, items_of, with_items
from bot.flows.turn import Surroundings, Turn, stay
from bot.flows.understanding_lists import Mention, list_answer, mentioned
from bot.message import Incoming, Text
from brasle_prescreen.medicines import normalise
from brasle_prescreen.question import Card
from brasle_prescreen.reading.medicines_beside import is_of


def pressed(
    dialogue: Dialogue, word: str, rest: str, said: Incoming, asked: Card, id: str, around: Surroundings
) -> Turn:
    sent = _sent_along(dialogue, said, asked, id, around)
    if isinstance(sent, Turn):
        return sent
    dialogue = sent
    if word == "pick" and rest in asked.picks:
        listed = {one.entry for one in items_of(dialogue.interview, asked) if one.entry}
        wanted = (listed & set(asked.picks)) ^ {rest}
        return _doubting_routes(_repicked(dialogue, asked, wanted, around), asked, around)
    if word == "remove" and rest.isdecimal():
        kept = tuple(one for one in items_of(dialogue.interview, asked) if one.number != int(rest))
        return Turn(with_items(dialogue, asked, kept).having(notes=()), refreshed=True)
    items = items_of(dialogue.interview, asked)
    if word == "nothing" and asked.kind == "medicines":
        return stay(dialogue) if items else _done(dialogue, asked, id, around)
    if word == "done":
        # A page finishes with this button alone; elsewhere it says "none" while the list is empty.
        if not items and (said.choices is not None or asked.kind == "vaccines"):
            return stay(dialogue, Text(key="multiple.nothing_ticked"))
        return _done(dialogue, asked, id, around)
    return stay(dialogue, Text(key="stale"))


def _sent_along(dialogue: Dialogue, said: Incoming, asked: Card, id: str, around: Surroundings) -> Dialogue | Turn:
    """The list with the boxes and the words that a page sent with a press; a turn of their own if the words need one."""
    dialogue = picked(dialogue, said.choices, asked, around)
    if not said.text:
        return dialogue
    read = typed(dialogue, said.text, asked, around)
    answered = read.dialogue.state != dialogue.state or read.dialogue.interview.card != id
    return read if answered or read.dialogue.interview.doubts else read.dialogue


def not_sure(dialogue: Dialogue, said: Incoming, asked: Card, id: str, around: Surroundings) -> Turn:
    """Not sure: of the rest, where something is listed; else of everything."""
    sent = _sent_along(dialogue, said, asked, id, around)
    if isinstance(sent, Turn):
        return sent
    if items_of(sent.interview, asked):
        return _done(sent, asked, id, around)
    return give(sent, left_open(asked, "unsure"), asked, id, around)


def picked(dialogue: Dialogue, choices: tuple[str, ...] | None, asked: Card, around: Surroundings) -> Dialogue:
    """The list with the boxes as a page sent them; None: the card was not sent as a page."""
    if choices is None:
        return dialogue
    return _repicked(dialogue, asked, {one.removeprefix("pick:") for one in choices}, around)


def typed(dialogue: Dialogue, said: str, asked: Card, around: Surroundings) -> Turn:
    """Names typed in one message: sure ones are listed and read back, doubtful ones are asked one by one."""
    found = mentioned(said, asked, around)
    if found is None:
        return _no_name(dialogue, said, asked, around)
    interview = dialogue.interview
    if found.says_more:
        interview = interview.model_copy(update={"remarks": remarked(interview.remarks, asked.id, said)})
    doubts: list[Doubt] = list(interview.doubts)
    sure: list[Text] = []
    for mention in found.names:
        if mention.group and _holds(interview, mention.group, around):
            continue
        if mention.entry is None or mention.doubtful:
            doubts.append(Doubt(said=mention.said, candidates=mention.candidates, group=bool(mention.group)))
            continue
        interview = added(
            interview,
            mention.entry,
            said=mention.said,
            entry=mention.entry,
            route=mention.route,
            vaccine=asked.kind == "vaccines",
        )
        if not has_name(items_of(interview, asked), mention.entry):
            interview = interview.model_copy(update={"remarks": remarked(interview.remarks, asked.id, said)})
            continue
        sure.append(_read_as(mention, around))
    interview = interview.model_copy(update={"doubts": tuple(doubts)})
    after = dialogue.having(
        interview=interview, notes=(Text(key="medicine.read", values={"list": joined(sure)}),) if sure else ()
    )
    return _doubting_routes(after, asked, around)


def _holds(interview: Interview, group: str, around: Surroundings) -> bool:
    """Whether a medicine of the group stands on the list."""
    lexicon = around.protocol.medicines
    return any(one.entry is not None and is_of(lexicon.entry(one.entry), group) for one in interview.medicines)


def _no_name(dialogue: Dialogue, said: str, asked: Card, around: Surroundings) -> Turn:
    """Words without a name: none at all, not sure, that is all; or something that is kept as typed if it is a name."""
    id = dialogue.interview.card or asked.id
    meant = list_answer(said, asked, around)
    listed = bool(items_of(dialogue.interview, asked))
    if meant == "unsure" and listed:
        return _done(dialogue.with_interview(remarks=remarked(dialogue.interview.remarks, id, said)), asked, id, around)
    if meant == "unsure":
        return give(dialogue, left_open(asked, "unsure").model_copy(update={"said": said}), asked, id, around)
    if meant == "all" and listed:
        return _done(dialogue, asked, id, around)
    none = asked.choice("none")
    if meant == "none" and not listed:
        if none is None:
            return _done(dialogue, asked, id, around)
        return give(dialogue, one_choice(none, asked, id, around).model_copy(update={"said": said}), asked, id, around)
    kept = dialogue.with_interview(
        remarks=remarked(dialogue.interview.remarks, asked.id, said),
        doubts=(Doubt(said=said[:200], candidates=()),),
    )
    return Turn(kept.having(notes=()), refreshed=True)


def typed_at_doubt(dialogue: Dialogue, said: str, around: Surroundings) -> Turn:
    """Something typed while a name is being asked back: read it in place of the doubtful name."""
    asked, _ = around.questions.template(dialogue.interview.card or "")
    first, *others = dialogue.interview.doubts
    if first.ask_route:
        return stay(dialogue, Text(key="confirm.please_tap"))
    return typed(dialogue.with_interview(doubts=tuple(others)), said, asked, around)


def settle_doubt(dialogue: Dialogue, word: str, rest: str, around: Surroundings) -> Turn:
    asked, _ = around.questions.template(dialogue.interview.card or "")
    doubt, *others = dialogue.interview.doubts
    interview = dialogue.interview.model_copy(update={"doubts": tuple(others)})
    vaccine = asked.kind == "vaccines"
    if word == "route" and doubt.ask_route and rest in ("oral", "injection", "unsure"):
        items = tuple(
            one.model_copy(update={"route": rest}) if one.said == doubt.said and one.route is None else one
            for one in interview.medicines
        )
        return Turn(
            dialogue.having(interview=interview.model_copy(update={"medicines": items}), notes=()),
            refreshed=True,
        )
    if word != "is" or doubt.ask_route or (rest not in ("", "none") and rest not in doubt.candidates):
        return stay(dialogue, Text(key="stale"))
    if rest == "":
        interview = added(interview, doubt.said, said=doubt.said, entry=None, vaccine=vaccine)
    elif rest != "none":
        # "Steroids" names nothing: from now on it is called by the name that was tapped.
        said = "" if doubt.group else doubt.said
        interview = added(interview, rest, said=said, entry=rest, vaccine=vaccine, unnamed=doubt.group)
    if rest != "none" and not has_name(items_of(interview, asked), rest or doubt.said):
        interview = interview.model_copy(update={"remarks": remarked(interview.remarks, asked.id, doubt.said)})
    return _doubting_routes(dialogue.having(interview=interview, notes=()), asked, around)


def _done(dialogue: Dialogue, asked: Card, id: str, around: Surroundings) -> Turn:
    items = items_of(dialogue.interview, asked)
    shown = (
        joined(Text(key="list.item", values={"name": name_of(one, around)}) for one in items)
        if items
        else Text(key="medicines.none")
    )
    given = Given(
        said="; ".join(one.said or one.name for one in items),
        choices=("listed",) if items else ("none",),
        shown=shown,
    )
    return give(dialogue, given, asked, id, around)


def _repicked(dialogue: Dialogue, asked: Card, picks: set[str], around: Surroundings) -> Dialogue:
    """The list with exactly these of the card's picks, and everything that was typed."""
    interview = dialogue.interview
    kept = tuple(one for one in items_of(interview, asked) if one.entry not in asked.picks or one.entry in picks)
    interview = with_items(dialogue, asked, kept).interview
    for pick in asked.picks:
        if pick in picks:
            interview = added(interview, pick, said="", entry=pick, vaccine=asked.kind == "vaccines", unnamed=True)
    return dialogue.having(interview=interview)


def _doubting_routes(dialogue: Dialogue, asked: Card, around: Surroundings) -> Turn:
    """Ask tablets or drip for each listed name that stands for both."""
    interview = dialogue.interview
    waiting = {doubt.said for doubt in interview.doubts if doubt.ask_route}
    doubts = [
        Doubt(said=one.said, candidates=(), ask_route=True)
        for one in interview.medicines
        if asked.kind == "medicines"
        and one.said
        and one.entry in asked.ask_route
        and one.route is None
        and one.said not in waiting
    ]
    if doubts:
        dialogue = dialogue.with_interview(doubts=(*interview.doubts, *doubts))
    return Turn(dialogue, refreshed=True)


def _read_as(mention: Mention, around: Surroundings) -> Text:
    name = term(mention.entry or "", around)
    if normalise(mention.said) in map(normalise, around.protocol.medicines.names(mention.entry or "").values()):
        return Text(key="list.item", values={"name": name})
    return Text(key="medicine.read_as", values={"said": mention.said, "name": name})
