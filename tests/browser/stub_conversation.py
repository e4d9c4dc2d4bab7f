"""Shows one card of every kind, with words for them: to test pages, not the dialogue."""

from __future__ import annotations

import html
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from bot.message import Answered, Button, Entry, Incoming, Reply, Row, Text
from bot.wording import Wording
from bot.wording_guess import nearest

HERE = Path(__file__).parent
WORDS: dict[str, dict[str, str]] = tomllib.loads((HERE / "stub_words.toml").read_text(encoding="utf-8"))


@cache
def real_wording() -> Wording:
    return Wording.load(strict=True)


class StubWording:
    """Words of the example cards; the browser's own sentences are those of `locales/`."""

    def __init__(self) -> None:
        self.real = real_wording()

    def languages(self) -> Sequence[tuple[str, str]]:
        return (("zh_Hans", "简体中文"), ("en", "English"))

    def say(self, text: Text, language: str, *, self_answering: bool = False) -> str:
        if text.key.startswith("browser."):
            return self.real.say(text, language)
        values = {
            name: self.say(value, language) if isinstance(value, Text) else value for name, value in text.values.items()
        }
        return WORDS[language.partition("_")[0]][text.key].format(**values)

    def say_html(self, text: Text, language: str, *, self_answering: bool = False) -> str:
        return html.escape(self.say(text, language), quote=False)

    def guess(self, hint: str | None) -> str:
        return nearest(hint or "", ("zh_Hans", "en")) or "en"


@dataclass(frozen=True)
class StubShown:
    reply: Reply
    answered: Answered | None = None
    toast: Text | None = None
    language: str = "zh_Hans"
    self_answering: bool = False
    revision: int = 0
    demo: bool = False
    draft: bool = True


def text(key: str) -> Text:
    return Text(key=key)


def choice(id: str, key: str, **more: object) -> Button:
    return Button(id=id, label=text(key), **more)  # type: ignore[arg-type]


NAVIGATION = tuple(choice(id, f"nav.{id}", style="navigation") for id in ("unsure", "skip", "back", "why", "person"))
TYPE_HERE = Entry(kind="text", label=text("entry.type_here"))

CARDS: dict[str, Reply] = {
    "permission": Reply(
        text=text("permission.ask"),
        choices=(choice("yes", "permission.yes", style="primary"), choice("no", "permission.no")),
        navigation=NAVIGATION[3:],
        card="permission",
    ),
    "choice": Reply(
        text=text("sex.ask"),
        choices=(
            choice("choose:girl", "sex.girl"),
            choice("choose:boy", "sex.boy"),
            choice("choose:unsaid", "sex.unsaid"),
        ),
        entry=TYPE_HERE,
        navigation=NAVIGATION,
        part=(1, 5),
        card="sex",
    ),
    "multiple": Reply(
        text=text("heart.ask"),
        choices=(
            choice("tick:disease", "heart.disease"),
            choice("tick:oxygen", "heart.oxygen"),
            choice("tick:clot", "heart.clot", chosen=True),
            choice("choose:none", "heart.none"),
        ),
        multiple=True,
        entry=TYPE_HERE,
        navigation=NAVIGATION,
        part=(3, 5),
        card="heart",
    ),
    "date": Reply(
        text=text("vaccine.ask"),
        choices=(
            choice("window:w4weeks", "vaccine.within"),
            choice("window:b4weeks_w3months", "vaccine.between"),
            choice("window:b3months", "vaccine.before"),
        ),
        entry=Entry(kind="date", label=text("entry.type_here"), hint=text("vaccine.hint")),
        navigation=NAVIGATION,
        part=(3, 5),
        card="vaccine_date",
    ),
    "medicines": Reply(
        text=text("medicines.ask"),
        rows=(
            Row(
                label=text("medicines.mmf"),
                answer=text("medicines.known"),
                change=choice("remove:1", "medicines.remove"),
            ),
        ),
        choices=(
            choice("pick:hcq", "medicines.hcq"),
            choice("pick:mmf", "medicines.mmf", chosen=True),
            choice("done", "medicines.done", style="primary"),
        ),
        multiple=True,
        entry=Entry(kind="long", label=text("entry.type_here"), hint=text("medicines.hint")),
        navigation=NAVIGATION,
        part=(2, 5),
        card="medicines",
    ),
    "number": Reply(
        text=text("weight.ask"),
        notes=(text("misread"),),
        entry=Entry(kind="number", label=text("entry.answer"), hint=text("weight.hint")),
        navigation=NAVIGATION,
        part=(4, 5),
        card="platelets",
    ),
    "private": Reply(
        text=text("virus.ask"),
        details=(text("private.preface"),),
        choices=(choice("choose:yes", "virus.yes"), choice("choose:no", "virus.no")),
        entry=TYPE_HERE,
        navigation=NAVIGATION,
        part=(5, 5),
        private=True,
        card="virus",
    ),
    "review": Reply(
        text=text("review.ask"),
        notes=(text("dropped"),),
        rows=(
            Row(label=text("review.sex"), answer=text("sex.girl"), change=choice("change:sex", "change")),
            Row(
                label=text("review.medicines"),
                answer=text("review.hcq"),
                change=choice("change:medicines", "change"),
            ),
            Row(
                label=text("review.virus"),
                answer=text("answered.private"),
                change=choice("reveal:virus", "open"),
                private=True,
            ),
        ),
        choices=(choice("confirm", "review.right", style="primary"),),
        navigation=NAVIGATION[2:],
        card="review",
    ),
    "result": Reply(
        text=text("result.text"),
        details=(text("result.papers"),),
        choices=(
            choice("call", "result.call", style="primary"),
            choice("no", "result.no"),
            choice("registry", "site.link", url="https://clinicaltrials.gov/study/NCT06789107"),
        ),
        card="result",
    ),
    "urgent": Reply(text=text("urgent.text"), choices=(choice("resume", "urgent.on"),), kind="urgent", card="urgent"),
    "phone": Reply(
        text=text("phone.ask"),
        entry=Entry(kind="phone", label=text("entry.answer"), hint=text("phone.hint")),
        navigation=NAVIGATION[2:3],
        card="contact.phone",
    ),
    "email": Reply(
        text=text("email.ask"),
        entry=Entry(kind="email", label=text("entry.answer")),
        navigation=NAVIGATION[2:3],
        card="contact.email",
    ),
    "remark": Reply(
        text=text("remark.ask"),
        entry=Entry(kind="long", label=text("entry.answer")),
        navigation=NAVIGATION[1:2],
        card="remark",
    ),
    "delete": Reply(
        text=text("delete.ask"),
        choices=(choice("delete", "delete.yes", style="danger"), choice("keep", "delete.no")),
        card="delete",
    ),
    "done": Reply(text=text("done.text"), details=(text("done.next"),), card="done"),
    "quiet": Reply(text=text("quiet.text"), choices=(choice("again", "again"),), card="quiet"),
}


@dataclass
class StubConversation:
    """Goes through CARDS in order, whatever is answered; `said` is everything that reached it, once each."""

    demo: bool = False
    draft: bool = True
    at: dict[str, int] = field(default_factory=dict)
    languages: dict[str, str] = field(default_factory=dict)
    said: list[Incoming] = field(default_factory=list)
    broken: bool = False

    def shown(self, address: str, hint: str | None, **more: object) -> StubShown:
        revision = self.at.get(address, 0)
        shown = StubShown(
            reply=list(CARDS.values())[revision % len(CARDS)],
            language=self.languages.get(address) or nearest(hint or "", ("zh_Hans", "en")) or "en",
            revision=revision,
            demo=self.demo,
            draft=self.draft,
        )
        return replace(shown, **more)  # type: ignore[arg-type]

    def go_to(self, address: str, card: str) -> None:
        self.at[address] = list(CARDS).index(card)

    async def show(self, channel: str, address: str, language_hint: str | None) -> StubShown:
        if self.broken:
            raise OSError("secret-canary: the disk is gone")
        return self.shown(address, language_hint)

    async def handle(self, incoming: Incoming) -> StubShown:
        if self.broken:
            raise OSError(f"secret-canary: cannot store {incoming.text}")
        address, hint = incoming.address, incoming.language_hint
        if incoming.id in {said.id for said in self.said}:
            return self.shown(address, hint)
        self.said.append(incoming)
        if incoming.command == "language" and incoming.argument in ("zh_Hans", "en"):
            self.languages[address] = incoming.argument
            return self.shown(address, hint)
        if incoming.revision != self.at.get(address, 0):
            return self.shown(address, hint, toast=text("stale"))
        if incoming.text == "unreadable" or incoming.button == "why":
            return self.shown(address, hint, toast=text("misread"))
        before = self.shown(address, hint).reply
        pressed = next((button for button in before.choices if button.id == incoming.button), None)
        self.at[address] = self.at.get(address, 0) + 1
        answer = Text(key="answered.as", values={"answer": pressed.label if pressed else incoming.text or "–"})
        return self.shown(address, hint, answered=Answered(text=before.text, answer=answer, private=before.private))
