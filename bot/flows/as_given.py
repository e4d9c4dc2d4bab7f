"""What a press or a choice means as an answer: the keys that the card sets, and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.flows.cards import choice_label, joined, window_label
from bot.flows.dialogue import Given
from bot.flows.plan import SKIPPED, UNSURE
from bot.flows.turn import Surroundings
from bot.message import Text
from brasle_prescreen.question import Card, Choice, WindowChoice


def left_open(asked: Card, word: str) -> Given:
    """An answer left open: unknown stays unknown, under every key that the card would have filled."""
    keys = asked.fills or ((asked.sets_date,) if asked.sets_date and "*" not in asked.sets_date else ())
    value = UNSURE if word == "unsure" else SKIPPED
    return Given(said=word, choices=(word,), sets=dict.fromkeys(keys, value), shown=Text(key=f"answered.{value}"))


def one_choice(choice: Choice, asked: Card, id: str, around: Surroundings) -> Given:
    sets: dict[str, Any] = dict(choice.sets)
    if choice.since is not None:
        earliest, latest = choice.since.interval(around.today)
        sets["dose_stable_since"] = {"earliest": earliest.isoformat(), "latest": latest.isoformat()}
    sets |= _implied_dates(asked, sets, around)
    return Given(said=choice.id, choices=(choice.id,), sets=sets, shown=choice_label(asked, id, choice.id))


def several_choices(
    ticked: tuple[str, ...], asked: Card, id: str, around: Surroundings, *, only: bool = False
) -> Given:
    """The ticked choices. Only "these, and none of the others" says anything about the choices left blank."""
    sets: dict[str, Any] = dict(asked.absent) if only else {}
    for choice in asked.choices:
        if choice.id in ticked:
            for key, value in choice.sets.items():
                both = isinstance(value, list) and isinstance(sets.get(key), list)
                sets[key] = [*sets[key], *value] if both else value
        elif only:
            sets |= choice.absent
    sets |= _implied_dates(asked, sets, around)
    shown = joined(choice_label(asked, id, choice) for choice in ticked)
    return Given(said=",".join(ticked), choices=ticked, sets=sets, shown=shown)


def window_choice(window: WindowChoice, asked: Card, around: Surroundings) -> Given:
    earliest, latest = window.interval(around.today)
    value = {"earliest": earliest.isoformat(), "latest": latest.isoformat()}
    return Given(said=window.id, choices=(window.id,), sets={asked.sets_date or "": value}, shown=window_label(window))


def _implied_dates(asked: Card, sets: Mapping[str, Any], around: Surroundings) -> dict[str, Any]:
    if asked.dated is None:
        return {}
    earliest, latest = asked.dated.interval(around.today)
    parents = {key.rpartition(".")[0] for key in sets}
    span = {"earliest": earliest.isoformat(), "latest": latest.isoformat()}
    return {key: span for key in asked.dated.keys if key.rpartition(".")[0] in parents}
