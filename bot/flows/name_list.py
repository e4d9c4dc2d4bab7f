"""The names that a family has listed, of medicines or of vaccines."""

from __future__ import annotations

from bot.flows.dialogue import Dialogue, Interview, Medicine
from brasle_prescreen.question import Card

# More names than this in one list go to the call as they were typed, not to cards; such a list is never complete.
LONGEST_LIST = 40


def items_of(interview: Interview, asked: Card) -> tuple[Medicine, ...]:
    return interview.medicines if asked.kind == "medicines" else interview.vaccines


def with_items(dialogue: Dialogue, asked: Card, items: tuple[Medicine, ...]) -> Dialogue:
    return dialogue.with_interview(**{"medicines" if asked.kind == "medicines" else "vaccines": items})


def has_name(items: tuple[Medicine, ...], name: str) -> bool:
    return any(one.name == name for one in items)


def added(
    interview: Interview,
    name: str,
    *,
    said: str,
    entry: str | None,
    route: str | None = None,
    vaccine: bool = False,
    unnamed: bool = False,
) -> Interview:
    """The interview with one more name on its list; a name already there is not listed twice, an unnamed drip once."""
    field = "vaccines" if vaccine else "medicines"
    items: tuple[Medicine, ...] = getattr(interview, field)
    if has_name(items, name) or len(items) >= LONGEST_LIST:
        return interview
    one = Medicine(
        number=interview.next_number,
        said=said or ("" if unnamed else name),
        name=name,
        entry=entry,
        route=route,
    )
    return interview.model_copy(update={field: (*items, one), "next_number": interview.next_number + 1})
