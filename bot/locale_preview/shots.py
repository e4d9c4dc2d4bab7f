"""Takes the scenes one by one, in every language side by side, and notes which texts stand in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial

from markupsafe import Markup

from bot.channels.browser_pages import Pages
from bot.locale_preview import looks
from bot.locale_preview.drafts import DraftWords
from bot.locale_preview.looks import Bubble
from bot.locale_preview.scenes_file import Group, Scene, Scenes
from bot.locale_preview.staging import CHANNELS, FIRST, SECOND, Stage, Staged
from bot.message import Channel
from bot.wording import SELF
from brasle_prescreen.family_question import load_family_questions
from brasle_prescreen.question import Card


@dataclass(frozen=True, slots=True)
class Figure:
    """One card in one language as one channel shows it; `main` is the key of what it asks or says."""

    look: str
    language: str
    main: str
    bubbles: tuple[Bubble, ...] = ()
    page: Markup | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """The same card in every language and channel. `label` says what is special about it."""

    label: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Shot:
    """One entry of the page. `registry`: what the listing says about it, each with its place there."""

    id: str
    title: str
    variants: tuple[Variant, ...]
    said: tuple[str, ...]
    registry: tuple[tuple[str, str], ...] = ()
    whole: bool = False


@dataclass
class Camera:
    """Plays scenes on the stage and takes them with the real renderers."""

    stage: Stage
    words: DraftWords
    pages: Pages = field(init=False)

    def __post_init__(self) -> None:
        self.pages = Pages(self.words, draft=False, demo=False)

    def part(self, id: str, keys: Iterable[str]) -> Iterator[Shot]:
        """Everything of one part of the page: its questions, its scenes, its groups of texts."""
        scenes = self.stage.scenes
        ids = list(self._questions(id))
        for card in ids:
            yield self._question(card)
        if id == scenes.wanted:
            for question in load_family_questions():
                yield self._wanted(question)
        if ids:
            yield self._shot(f"answers-{id}", scenes.review, list(self._reviews(ids)))
        for scene in scenes.scenes:
            if scene.part == id:
                yield self._scene(scene)
        for group in scenes.groups:
            if group.part == id:
                yield self._group(group, [key for key in keys if any(fnmatchcase(key, glob) for glob in group.keys)])

    def _questions(self, part: str) -> Iterator[str]:
        questions = self.stage.questions
        for card in questions.card:
            if f"questions-{card.part}" != part:
                continue
            yield card.id
            if card.kind == "medicines":
                yield from (f"medicine.{FIRST}.{one.id}" for one in questions.medicine.card)
            elif card.kind == "vaccines":
                yield from (f"vaccine.{SECOND}.{one.id}" for one in questions.vaccine.card)

    def _question(self, id: str) -> Shot:
        card, _ = self.stage.questions.template(id)
        labels = self.stage.scenes.variants
        variants = []
        for adult in (False, True):
            for why in (False, True):
                self.words.said.clear()
                figures = self._figures(partial(self.stage.question, id, adult, why))
                label = labels[f"{'adult' if adult else 'parent'}{'_why' if why else ''}"]
                variants.append((Variant(label, figures), tuple(self.words.said)))
        kept = [one for at, one in enumerate(variants) if at < 2 or _differs(one[1], variants[at - 2][1])]
        said = dict.fromkeys(key for _, keys in kept for key in keys)
        return Shot(id, _title(id, card), tuple(one for one, _ in kept), tuple(said), self._criteria(card))

    def _criteria(self, card: Card) -> tuple[tuple[str, str], ...]:
        """Each criterion that a question informs, with its words in the registry."""
        known = {criterion.id: criterion for criterion in self.stage.protocol.criteria}
        return tuple((id, " ".join(known[id.partition(".")[0]].text)) for id in card.why)

    def _wanted(self, question: str) -> Shot:
        """The page that answers one question of families about the study."""
        labels = self.stage.scenes.variants
        sources = tuple((labels["listing"], sentence) for sentence in load_family_questions()[question].source)
        variants, said = [], dict[str, None]()
        for adult in (False, True):
            figures = self._figures(partial(self.stage.wanted, question, adult))
            now = self._said()
            if not adult or _differs(now, tuple(said)):
                variants.append(Variant(labels["adult" if adult else "parent"], figures))
                said |= dict.fromkeys(now)
        return Shot(f"wanted-{question}", question, tuple(variants), tuple(said), sources)

    def _reviews(self, ids: list[str]) -> Iterator[Variant]:
        labels = self.stage.scenes.variants
        for adult in (False, True):
            yield Variant(
                labels["adult" if adult else "parent"],
                self._figures(partial(self.stage.review, ids, adult)),
            )

    def _scene(self, scene: Scene) -> Shot:
        if scene.page or scene.messages:
            taken = tuple(self._special(scene))
            return Shot(scene.id, scene.title, (Variant("", taken),), self._said(), whole=True)
        figures = self._figures(partial(self.stage.play, scene), only=scene.channel)
        return Shot(scene.id, scene.title, (Variant("", figures),), self._said(), whole=scene.whole)

    def _group(self, group: Group, keys: list[str]) -> Shot:
        figures = self._figures(partial(self.stage.group, group, keys), only=group.channel)
        return Shot(group.id, group.title, (Variant("", figures),), self._said())

    def _shot(self, id: str, title: str, variants: list[Variant]) -> Shot:
        return Shot(id, title, tuple(variants), self._said())

    def _said(self) -> tuple[str, ...]:
        """The texts of what was just taken; the note starts anew."""
        said = tuple(self.words.said)
        self.words.said.clear()
        return said

    def _figures(self, staged: Callable[[Channel, str], Staged], only: str | None = None) -> tuple[Figure, ...]:
        """Telegram in every language, then the browser in every language."""
        figures = []
        for channel in CHANNELS:
            if only not in (None, channel):
                continue
            for language, _ in self.words.languages():
                one = staged(channel, language)
                main = one.shown.reply.text.key
                if one.shown.self_answering and main + SELF in self.stage.keys:
                    main += SELF
                if channel == "telegram":
                    figure = Figure(channel, language, main, bubbles=tuple(looks.chat(one, self.words)))
                else:
                    figure = Figure(channel, language, main, page=looks.card(one, self.pages))
                figures.append(figure)
        return tuple(figures)

    def _special(self, scene: Scene) -> Iterator[Figure]:
        """What is no card: a browser page of its own, or what Telegram shows outside the conversation."""
        for language, _ in self.words.languages():
            if scene.page:
                kind = next(one for one in looks.NOTICES if one == scene.page)
                page = looks.notice(kind, language, self.pages)
                yield Figure("browser", language, f"browser.{kind}_title", page=page)
                continue
            say = [self.words.say_html(self.stage.text(key), language) for key in scene.messages]
            rows = [[self.words.say(self.stage.text(key), language)] for key in scene.buttons]
            *others, last = say
            bubbles = [*(Bubble("bot", Markup(one)) for one in others), Bubble("bot", Markup(last), rows)]  # noqa: S704
            yield Figure(scene.channel or "telegram", language, scene.messages[0], bubbles=tuple(bubbles))


def uncovered(scenes: Scenes, keys: Iterable[str], said: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Texts for families that stand on no card: those with a reason, and those that somebody forgot."""
    seen = set(said)
    left = [key for key in keys if key not in seen and not key.startswith(scenes.of_the_team)]
    reasons = {
        key: one.reason for key in left for one in scenes.elsewhere if any(fnmatchcase(key, glob) for glob in one.keys)
    }
    return reasons, [key for key in left if key not in reasons]


def _differs(said: tuple[str, ...], before: tuple[str, ...]) -> bool:
    return any(key.endswith(SELF) and key not in before for key in said)


def _title(id: str, card: Card) -> str:
    group, _, rest = id.partition(".")
    return f"{group}: {card.id}" if rest else card.id
