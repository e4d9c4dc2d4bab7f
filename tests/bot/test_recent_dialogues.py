"""Dialogues held in memory: only the newest revision, so many at most, and not for long."""

from __future__ import annotations

from bot.flows.dialogue import Dialogue
from bot.recent_dialogues import LONGEST_SECONDS, RecentDialogues

DIALOGUE = Dialogue.model_validate({"channel": "browser", "language": "en"})


def test_one_is_found_at_its_very_revision() -> None:
    recent = RecentDialogues()
    recent.keep("a", 2, DIALOGUE)
    assert [recent.find("a", revision) for revision in (1, 2, 3)] == [None, DIALOGUE, None]
    recent.forget("a")
    assert recent.find("a", 2) is None


def test_the_longest_unused_goes_first() -> None:
    recent = RecentDialogues(most=2)
    for person in ("a", "b", "a", "c"):
        recent.keep(person, 1, DIALOGUE)
    assert [recent.find(person, 1) for person in "abc"] == [DIALOGUE, None, DIALOGUE]


def test_after_a_while_it_is_forgotten() -> None:
    now = 0.0
    recent = RecentDialogues(clock=lambda: now)
    recent.keep("a", 1, DIALOGUE)
    now = LONGEST_SECONDS + 1
    recent.keep("b", 1, DIALOGUE)
    assert [recent.find(person, 1) for person in "ab"] == [None, DIALOGUE]
