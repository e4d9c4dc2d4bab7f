"""What an amendment changes, as the protocol page shows it: spans of time and buttons in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.flows.cards import span, window_label
from bot.message import Text
from brasle_prescreen.amendment_changes import Change
from brasle_prescreen.partial_date import Span
from brasle_prescreen.question import WindowChoice

# Of these the place in the file says nothing that the words beside it do not.
_SENTENCES = ("text", "reading", "ask_site")


@dataclass(frozen=True, slots=True)
class Line:
    """One difference. `where` is its place in the trial's files, "" for a sentence; `english`: whatever the page's
    language, the words are.
    """

    kind: str
    where: str
    criteria: tuple[str, ...]
    before: str
    after: str
    english: bool


def line_of(change: Change, say: Callable[[Text], str], *, chinese: bool) -> Line:
    """The difference for a reader. `say` words a text in the reader's language."""
    where = "" if change.kind in _SENTENCES else change.where
    if chinese and (change.before_zh or change.after_zh):
        return Line(change.kind, where, change.criteria, change.before_zh, change.after_zh, english=False)
    shown = [_worded(change, value, say) for value in (change.before, change.after)]
    english = shown == [change.before, change.after]
    return Line(change.kind, where, change.criteria, shown[0], shown[1], english)


def _worded(change: Change, value: str, say: Callable[[Text], str]) -> str:
    if change.kind in _SENTENCES:
        return value
    try:
        if change.kind == "window":
            return "\n".join(say(window_label(_window(one))) for one in value.split(", "))
        return say(span(str(Span.parse(value))))
    except ValueError:  # no span of time
        return value


def _window(told: str) -> WindowChoice:
    """A button as the list of differences tells it: "before 4 weeks within 3 months"."""
    words = told.split()
    pairs = {words[at]: " ".join(words[at + 1 : at + 3]) for at in range(0, len(words), 3)}
    return WindowChoice(within=pairs.get("within"), before=pairs.get("before"))
