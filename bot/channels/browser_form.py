"""A posted form becomes `Incoming`. The form's random id makes pressing twice harmless."""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import FormData

from bot.channels.browser_session import keyed
from bot.message import Incoming, Text

FORM_ID = re.compile(r"[A-Za-z0-9_-]{8,40}")
BUTTON = re.compile(r"[!-~]{1,40}")
COMMAND = re.compile(r"[a-z_]{1,32}")
# Chinese keyboards write a wide slash.
TYPED_COMMAND = re.compile("[/\uff0f]([a-z_]{1,32})(?:\\s+(\\S{1,40}))?\\s*")
REVISION = re.compile(r"[0-9]{1,15}")
MOST_CHOICES = 200
NO_CARD = -1


def new_form_id() -> str:
    return secrets.token_urlsafe(12)


def field(form: FormData, name: str) -> str | None:
    """A field's text; an uploaded file counts as nothing."""
    value = form.get(name)
    return value if isinstance(value, str) else None


def matching(form: FormData, name: str, pattern: re.Pattern[str]) -> str | None:
    value = field(form, name)
    return value if value and pattern.fullmatch(value) else None


def read_form(form: FormData, session: str, language: str | None, source: str | None) -> Incoming:
    """What a family pressed, ticked or typed.

    What was typed goes along with a choice, so that it is not lost. A press beside the question (`aside`:
    Back, Why, Change) or a command sends neither text nor boxes: half a sentence is not an answer.

    `Incoming.id` is the form's id with a keyed digest of what was sent: the same press twice is one message,
    while another button of the same page (brought back by the browser) is another message, and a stale one.
    """
    aside = matching(form, "aside", BUTTON)
    button = aside or matching(form, "button", BUTTON)
    command = matching(form, "command", COMMAND)
    argument = matching(form, "language", BUTTON)
    if argument is not None:
        command = "language"
    text = field(form, "text") or ""
    if not is_aside(form) and button is None and (typed := TYPED_COMMAND.fullmatch(text.strip())):
        command, argument = typed[1], typed[2]
    quiet = is_aside(form) or command is not None
    text = "" if quiet else text
    choices = None if quiet else ticked(form)
    form_id = matching(form, "id", FORM_ID) or new_form_id()
    said = keyed(session, button or "", command or "", argument or "", text, *(choices or ()))
    revision = matching(form, "revision", REVISION)
    # Every form of ours names its card: an answer to none is an answer to a card long gone.
    stale = None if command is not None else NO_CARD
    return Incoming(
        channel="browser",
        address=session,
        id=f"{form_id}.{said}",
        text=text if text.strip() else None,
        button=button,
        choices=choices,
        command=command,
        argument=argument,
        revision=int(revision) if revision else stale,
        language_hint=language,
        source=source,
    )


def is_aside(form: FormData) -> bool:
    """Whether a press was beside the question and answers nothing."""
    return any(name in form for name in ("aside", "command", "language"))


def ticked(form: FormData) -> tuple[str, ...] | None:
    """The boxes that are ticked; None where the card has no boxes."""
    if "many" not in form:
        return None
    values = (value for value in form.getlist("choice") if isinstance(value, str) and BUTTON.fullmatch(value))
    return tuple(dict.fromkeys(values))[:MOST_CHOICES]


def nothing_said(said: Incoming) -> Text | None:
    """Why a form sent as it was answers nothing: the sentence to show at its field."""
    if said.button or said.command or said.text or said.choices:
        return None
    return Text(key="browser.empty" if said.choices is None else "browser.nothing_ticked")
