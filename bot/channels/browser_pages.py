"""What a family sees in a browser: a `Reply` as a page for a small phone, at night, without JavaScript."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.channels.browser_form import new_form_id
from bot.channels.browser_session import form_token, html_language
from bot.channels.web import STATIC
from bot.message import Answered, Button, Reply, Text

TEMPLATES = Path(__file__).parent / "templates"
# A question, or a short first line, is the page's heading; a Chinese character counts two.
WIDEST_QUESTION = 240
WIDEST_HEADING = 72
QUESTION_MARKS = ("?", "\uff1f")
# Buttons that can be ticked together; any other of a card of several choices, "none of these", stands alone.
TICKED_IDS = ("tick:", "pick:")
HAN = re.compile("[\u3400-\u9fff]")
LATIN_WORD = re.compile("[A-Za-z]{2}")
FIRST_SENTENCE = re.compile("[^?\uff1f\u3002]{6,}?(?:[?\uff1f\u3002]|[.!](?= ))")
LEAD_CODE = re.compile(r"(?<![0-9A-Za-z-])BR-[0-9A-Z]{6}(?![0-9A-Za-z])")
SENTENCE_END = re.compile("(?<=[\u3002\uff01\uff1f])|(?<=[.!?]) (?=[A-Z])")
# Fields about the person who answers, by card: browsers can fill them in (WCAG 1.3.5).
AUTOCOMPLETE = {"contact_name": "name", "contact_city": "address-level2"}
SAFE_LINKS = ("https://", "tel:", "mailto:", "/my-data.json")

Notice = Literal[
    "not_found", "trouble", "too_large", "no_cookies", "expired", "link_used", "resume", "too_fast", "busy"
]


class Shown(Protocol):
    """What the conversation wants on the screen."""

    @property
    def reply(self) -> Reply: ...
    @property
    def answered(self) -> Answered | None: ...
    @property
    def toast(self) -> Text | None: ...
    @property
    def language(self) -> str: ...
    @property
    def self_answering(self) -> bool: ...
    @property
    def revision(self) -> int: ...
    @property
    def demo(self) -> bool: ...
    @property
    def draft(self) -> bool: ...


class Words(Protocol):
    """The part of `bot.wording.Wording` that a browser needs."""

    def say(self, text: Text, language: str, *, self_answering: bool = False) -> str: ...
    def say_html(self, text: Text, language: str, *, self_answering: bool = False) -> str: ...
    def languages(self) -> Sequence[tuple[str, str]]: ...
    def guess(self, hint: str | None) -> str: ...


@dataclass(frozen=True, slots=True)
class Look:
    """What one page adds to the card: what was typed and ticked before, and what is wrong with it."""

    moved_on: bool = False
    typed: str = ""
    ticked: tuple[str, ...] = ()
    problem: Text | None = None


class Voice:
    """Words in one language, as templates use them."""

    def __init__(self, wording: Words, language: str, self_answering: bool = False) -> None:
        self.wording = wording
        self.language = language
        self.self_answering = self_answering

    def say(self, text: Text) -> str:
        return self.wording.say(text, self.language, self_answering=self.self_answering)

    def word(self, key: str, **values: str | int) -> str:
        return self.say(Text(key=f"browser.{key}", values=dict(values)))

    def paragraphs(self, text: Text) -> list[Markup]:
        """A text cut at its empty lines. All but a few tags of `locales/` is escaped by the wording."""
        said = self.wording.say_html(text, self.language, self_answering=self.self_answering)
        parts = re.split(r"\n\s*\n", said)
        return [Markup(part.strip("\n")) for part in parts if part.strip()]  # noqa: S704

    def other(self, text: str) -> Markup:
        """A lang attribute for a run in the other script: a Chinese answer on an English page, or the reverse."""
        page_is_han = html_language(self.language).startswith("zh")
        if not page_is_han and HAN.search(text):
            return Markup(' lang="zh-Hans"')
        if page_is_han and not HAN.search(text) and LATIN_WORD.search(text):
            return Markup(' lang="en"')
        return Markup("")

    def first_line(self, text: Text) -> str:
        return self.say(text).partition("\n")[0]

    def sentences(self, part: Markup) -> list[Markup]:
        """A long text cut after each sentence, for somebody who reads in fear; words with tags stay in one piece."""
        said = str(part)
        if "<" in said:
            return [part]
        return [Markup(one) for one in SENTENCE_END.split(said) if one.strip()]  # noqa: S704 (escaped by the wording)

    def with_calls(self, part: Markup) -> Markup:
        """Make each emergency number in a text a link that dials it."""
        numbers = "|".join(map(re.escape, self.call_numbers(part)))
        if not numbers:
            return part
        # str(), because the pieces of a Markup escape what is put between them.
        linked = re.sub(rf"(?<![0-9])({numbers})(?![0-9])", r'<a href="tel:\1">\1</a>', str(part))
        return Markup(linked)  # noqa: S704 (escaped by the wording)

    def whole_codes(self, part: str) -> Markup:
        """A reference number is read to somebody on the telephone: it never stands on two lines."""
        return Markup(LEAD_CODE.sub(r'<span class="code">\g<0></span>', str(escape(part))))  # noqa: S704

    def call_numbers(self, text: str) -> list[str]:
        """The emergency numbers of this language's list that stand in a text."""
        known = self.word("call_numbers").split()
        return [number for number in known if re.search(rf"(?<![0-9]){re.escape(number)}(?![0-9])", text)]


class Pages:
    """Renders every page. `draft` and `demo` are said at the top of those without a card."""

    def __init__(self, wording: Words, *, draft: bool, demo: bool) -> None:
        self.wording = wording
        self.draft = draft
        self.demo = demo
        self.environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals.update(static=static_address, html_language=html_language)
        self.environment.tests["safe_link"] = lambda url: str(url).startswith(SAFE_LINKS)

    def card(self, shown: Shown, session: str, look: Look | None = None) -> str:
        """The page of one card, with everything that can be done from it."""
        look = look or Look()
        reply = shown.reply
        voice = Voice(self.wording, shown.language, shown.self_answering)
        heading, body = split_heading(voice.paragraphs(reply.text))
        if reply.kind == "urgent":
            heading, body = None, voice.paragraphs(reply.text)
        boxes, presses = split_choices(reply)
        return self.render(
            "card.html",
            voice,
            session=session,
            demo=shown.demo,
            draft=shown.draft,
            notes=[shown.toast, *reply.notes] if shown.toast and shown.toast not in reply.notes else reply.notes,
            shown=shown,
            reply=reply,
            look=look,
            heading=heading,
            body=body,
            boxes=boxes,
            presses=presses,
            answered=shown.answered if not any(note.key.startswith("understood") for note in reply.notes) else None,
            autocomplete=AUTOCOMPLETE.get(reply.card, "off"),
            calls=voice.call_numbers("\n".join(body)) if reply.kind == "urgent" else [],
        )

    def notice(
        self, kind: Notice, language: str, session: str | None, *, again: list[tuple[str, str]], link: str
    ) -> str:
        """A page that is not a card: something went wrong, or a resume link waits for one press."""
        return self.render(
            "notice.html",
            Voice(self.wording, language),
            session=session,
            demo=self.demo,
            draft=self.draft,
            kind=kind,
            again=again,
            link=link,
        )

    def render(self, template: str, voice: Voice, *, session: str | None, **values: Any) -> str:
        return self.environment.get_template(template).render(
            voice=voice,
            say=voice.say,
            word=voice.word,
            language=voice.language,
            languages=tuple(self.wording.languages()),
            form_token=form_token(session) if session else None,
            form_id=new_form_id(),
            **values,
        )


def split_heading(paragraphs: list[Markup]) -> tuple[Markup | None, list[Markup]]:
    """The first line, or its first sentence, as the page's heading, if it can be one; and the rest."""
    if not paragraphs:
        return None, []
    line, _, below = paragraphs[0].partition("\n")
    sentence = FIRST_SENTENCE.match(line)
    if can_head(line):
        heading, after = line, ""
    elif sentence and "<" not in line and can_head(sentence[0]):
        heading, after = Markup(sentence[0]), line[sentence.end() :]  # noqa: S704
    else:
        return None, paragraphs
    rest = Markup("\n").join(part for part in (Markup(after).strip(), below) if part)  # noqa: S704
    return heading, [*([rest] if rest else []), *paragraphs[1:]]


def can_head(line: Markup | str) -> bool:
    text = Markup(line).striptags()  # noqa: S704
    return width(text) <= (WIDEST_QUESTION if text.endswith(QUESTION_MARKS) else WIDEST_HEADING)


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def split_choices(reply: Reply) -> tuple[list[Button], list[Button]]:
    """Boxes to tick and buttons to press. Only a card of several choices has boxes."""
    if not reply.multiple:
        return [], list(reply.choices)
    boxes = [button for button in reply.choices if button.id.startswith(TICKED_IDS)]
    return boxes, [button for button in reply.choices if button not in boxes]


@cache
def static_address(name: str) -> str:
    """A static file's address with its hash, so that a browser may keep it for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
