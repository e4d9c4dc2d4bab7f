"""Brings a scene about with the real flows: the dialogue it needs, the turns it takes, the card that then stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal

from bot.conversation import Shown
from bot.flows import family_questions
from bot.flows.cards import choice_label
from bot.flows.dialogue import Dialogue, Given, Medicine
from bot.flows.review import review_card, row
from bot.flows.take_turn import present, take_turn
from bot.flows.turn import SiteFacts, Surroundings, Turn
from bot.flows.understanding import Doubtful, understand
from bot.locale_preview.scenes_file import Group, Scene, Scenes
from bot.message import Channel, Day, Incoming, Joined, Reply, Text, Value
from brasle_prescreen.protocol import Protocol
from brasle_prescreen.question import Questions

CHANNELS: tuple[Literal["telegram", "browser"], ...] = ("telegram", "browser")
# What is answered at a question of which a scene says nothing, in this order.
USUAL = (
    "choose:none",
    "choose:no",
    "choose:no_report",
    "choose:not_told",
    "choose:complete",
    "nothing",
    "done",
    "unsure",
)
MOST_TURNS = 200
FIRST, SECOND = 1, 2


@dataclass(frozen=True, slots=True)
class Staged:
    """A card as it comes onto the screen, and what the family sent just before, in words if it was typed."""

    shown: Shown
    said: str = ""
    pressed: str | None = None


@dataclass(frozen=True)
class Stage:
    """The trial, the moment and the invented values with which every scene is played."""

    scenes: Scenes
    protocol: Protocol
    questions: Questions
    languages: tuple[tuple[str, str], ...]
    keys: frozenset[str]
    _walked: dict[str, Dialogue] = field(default_factory=dict)
    _given: dict[str, Given] = field(default_factory=dict)

    @cached_property
    def around(self) -> Surroundings:
        return Surroundings(
            protocol=self.protocol,
            questions=self.questions,
            now=self.scenes.now,
            languages=self.languages,
            site=SiteFacts(**self.scenes.site),
            demo=False,
        )

    def dialogue(self, channel: str, language: str, over: Mapping[str, Any]) -> Dialogue:
        """The dialogue of a family that has allowed the questions and said who answers, with `over` laid over it."""
        plain = laid_over(self.scenes.family, over)
        return Dialogue.model_validate({**plain, "channel": channel, "language": language})

    def play(self, scene: Scene, channel: Channel, language: str) -> Staged:
        """The card of a scene in one channel and language."""
        around = self._surroundings(scene)
        dialogue = self._walk(scene, around) if scene.walk else self.dialogue(channel, language, scene.dialogue)
        dialogue = dialogue.having(channel=channel, language=language)
        turn, said, pressed = Turn(dialogue), "", None
        for step in scene.steps:
            incoming = self._incoming(step, turn.dialogue)
            said, pressed = incoming.text or "", incoming.button
            turn = take_turn(turn.dialogue, incoming, around)
        if scene.notes:
            turn = turn.with_(dialogue=turn.dialogue.having(notes=tuple(map(self.text, scene.notes))))
        if scene.toast:
            turn = turn.with_(toast=self.text(scene.toast))
        shown = shown_of(turn, present(turn.dialogue, around))
        return Staged(replace(shown, demo=scene.draft, draft=scene.draft), said, pressed)

    def question(self, id: str, adult: bool, why: bool, channel: Channel, language: str) -> Staged:
        """One question, as the family first sees it or after it asked why."""
        dialogue = self._at(id, channel, language, adult)
        if not why:
            return Staged(shown_of(Turn(dialogue), present(dialogue, self.around)))
        press = Incoming(channel=channel, address="", id="", button="why", revision=dialogue.revision)
        turn = take_turn(dialogue, press, self.around)
        return Staged(shown_of(turn, present(turn.dialogue, self.around)), pressed="why")

    def review(self, ids: list[str], adult: bool, channel: Channel, language: str) -> Staged:
        """The list of answers with every one of these questions, whatever this family would have been asked."""
        dialogue = self._at("", channel, language, adult)
        rows = [row(dialogue, id, self.given(dialogue, id), self.around) for id in ids]
        dialogue = dialogue.having(state="reviewing")
        return Staged(shown_of(Turn(dialogue), replace(review_card(dialogue, self.around), rows=tuple(rows))))

    def wanted(self, question: str, adult: bool, channel: Channel, language: str) -> Staged:
        """The answer to one question of families about the study."""
        dialogue = self._at("", channel, language, adult).having(page=family_questions.PAGE)
        press = Incoming(channel=channel, address="", id="", button=f"ask:{question}", revision=dialogue.revision)
        turn = take_turn(dialogue, press, self.around)
        return Staged(shown_of(turn, present(turn.dialogue, self.around)), pressed=press.button)

    def group(self, group: Group, keys: list[str], channel: str, language: str) -> Staged:
        """Texts that stand inside others, one a line."""
        items: list[Value] = [_value(item) for item in group.items] + list(map(self.text, keys))
        inner: Value = Joined(items=tuple(items), lines=group.lines) if len(items) > 1 else items[0]
        carrier = self.text(group.inside)
        reply = Reply(text=replace(carrier, values={**carrier.values, group.name: inner}), card=group.id)
        return Staged(shown_of(Turn(self.dialogue(channel, language, {})), reply))

    def text(self, key: str) -> Text:
        """A text with every value that a scene may need; what it does not use is left aside."""
        return Text(key=key, values=self.values)

    @cached_property
    def values(self) -> dict[str, Value]:
        return {name: _value(value) for name, value in self.scenes.values.items()}

    def given(self, dialogue: Dialogue, id: str) -> Given:
        """An invented answer, the same in every language: the first choice, or what [typed] says for its kind."""
        if id not in self._given:
            card, _ = self.questions.template(id)
            typed = self.scenes.typed.get(card.kind, "")
            read = None if card.choices else understand(dialogue, card, id, typed, self.around)
            read = read.given if isinstance(read, Doubtful) else read
            if card.choices:
                choice = card.choices[0].id
                read = Given(said=choice, choices=(choice,), shown=choice_label(card, id, choice))
            self._given[id] = read if isinstance(read, Given) else Given(said=typed, shown=typed)
        return self._given[id]

    def _at(self, id: str, channel: str, language: str, adult: bool) -> Dialogue:
        medicine, vaccine = self.scenes.medicine, self.scenes.vaccine
        lists = {
            "medicines": (Medicine(number=FIRST, said="", name=medicine, entry=medicine),),
            "vaccines": (Medicine(number=SECOND, said="", name=vaccine, entry=vaccine),),
        }
        dialogue = self.dialogue(channel, language, self.answering_for_oneself if adult else {})
        # An empty list asks for names; a question about one of them comes with it.
        return dialogue.with_interview(card=id, **(lists if "." in id or not id else {}))

    @property
    def answering_for_oneself(self) -> dict[str, Any]:
        return {"interview": {"given": {"respondent": {"said": "self", "choices": ["self"]}}}}

    def _surroundings(self, scene: Scene) -> Surroundings:
        around = {**scene.around}
        site = around.pop("site", None)
        changed = replace(self.around, **around)
        return changed if site is None else replace(changed, site=SiteFacts(**site))

    def _walk(self, scene: Scene, around: Surroundings) -> Dialogue:
        """The dialogue after all questions; the same in every language and channel, so it is walked once."""
        if scene.id not in self._walked:
            dialogue = self.dialogue("browser", "en", scene.dialogue)
            answers = {**self.scenes.usual, **scene.answers}
            for _ in range(MOST_TURNS):
                if dialogue.state != "answering":
                    break
                answer = answers.get(dialogue.interview.card or "")
                for incoming in _answer(answer, dialogue, present(dialogue, around)):
                    dialogue = take_turn(dialogue, incoming, around).dialogue
            self._walked[scene.id] = dialogue
        return self._walked[scene.id]

    def _incoming(self, step: Mapping[str, Any], dialogue: Dialogue) -> Incoming:
        text = step.get("text")
        if isinstance(text, Mapping):
            text = text.get(dialogue.language) or text["en"]
        revision = {"revision": dialogue.revision} if "button" in step and "revision" not in step else {}
        return Incoming.model_validate(
            {"channel": dialogue.channel, "address": "", "id": "", **step, "text": text, **revision}
        )


def shown_of(turn: Turn, reply: Reply) -> Shown:
    dialogue = turn.dialogue
    return Shown(
        reply=reply,
        answered=turn.answered,
        toast=turn.toast,
        language=dialogue.language,
        self_answering=dialogue.self_answering,
        revision=dialogue.revision,
        refreshed=turn.refreshed,
        demo=False,
        draft=False,
    )


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Nested tables merged: what is above counts, and an empty table clears what is below."""
    merged = dict(below)
    for name, value in above.items():
        inner = merged.get(name)
        merged[name] = (
            laid_over(inner, value) if value and isinstance(inner, Mapping) and isinstance(value, Mapping) else value
        )
    return merged


def _answer(answer: str | None, dialogue: Dialogue, reply: Reply) -> Iterator[Incoming]:
    here: dict[str, Any] = {"channel": "browser", "address": "", "id": "", "revision": dialogue.revision}
    if dialogue.interview.confirming is not None:
        yield Incoming(**here, button="confirm:yes")
        return
    if answer is not None and answer.startswith("'"):
        yield Incoming(**{**here, "revision": None}, text=answer[1:])
        return
    offered = [button.id for button in (*reply.choices, *reply.navigation)]
    *ticks, last = (answer or next((one for one in USUAL if one in offered), offered[0])).split("+")
    yield Incoming(**here, button=last, choices=tuple(ticks) if reply.multiple else None)


def _value(value: str | int | date | Mapping[str, Any]) -> Value:
    if isinstance(value, date):
        return Day(earliest=value, latest=value)
    if isinstance(value, Mapping) and "earliest" in value:
        return Day(earliest=value["earliest"], latest=value["latest"])
    if isinstance(value, Mapping):
        inner = {name: _value(one) for name, one in value.items() if name != "key"}
        return Text(key=value["key"], values=inner)
    return value
