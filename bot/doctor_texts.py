"""What `doctor` and a starting server tell about the texts: which are served, which wait, which real families lack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.wording_error import WordingError

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.wording import State, Wording

MOST_LISTED = 20
MOST_NAMED = 5


def read_texts(settings: Settings) -> Wording:
    """The texts as a server with these settings serves them."""
    from bot.wording import Wording
    from bot.wording_pairs import SERVED

    return Wording.load(settings.locales, memory=settings.data / SERVED, families=not settings.demo)


def text_lines(settings: Settings) -> list[str]:
    """One line a finding; those that begin with STOP keep the server from starting."""
    try:
        wording = read_texts(settings)
    except WordingError as error:
        return [f"STOP  texts: {error}"]
    lines = [f"ok    texts: {', '.join(name for _, name in wording.languages())}"]
    state = wording.state
    lines += [f"note  texts: {fault}" for fault in state.faults]
    lines += [f"note  texts: {language}.po is a draft, {left} texts to look through" for language, left in state.drafts]
    waiting = [f"{key} {why}" for key, why in state.held if key not in state.unapproved]
    lines += _listed("note  texts: the last whole wording is served, because", waiting)
    if state.unapproved:
        lines.append(f"STOP  texts: {_unapproved(state)}")
    return lines


def refusal(state: State) -> str | None:
    """Why these texts cannot be shown to real families, in words; None if they can."""
    if not state.unapproved:
        return None
    return f"STOP  texts: {_unapproved(state)}"


def _unapproved(state: State) -> str:
    keys = list(state.unapproved)
    named = ", ".join(keys[:MOST_NAMED]) + (", ..." if len(keys) > MOST_NAMED else "")
    return (
        f"{len(keys)} texts for families have no approval ({named}). Real families see approved wordings only. Enter "
        "the approval with 'brasle-prescreen locales approve', or try things out with BRASLE_DEMO=true."
    )


def _listed(begin: str, found: list[str]) -> list[str]:
    lines = [f"{begin} {one}" for one in found[:MOST_LISTED]]
    if len(found) > MOST_LISTED:
        lines.append(f"{begin} {len(found) - MOST_LISTED} more")
    return lines
