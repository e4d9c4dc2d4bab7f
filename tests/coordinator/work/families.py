"""Invented families as the conversation would have stored them: answers to cards, made into lead packets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from bot.flows.cards import choice_label, joined, window_label
from bot.flows.dialogue import Contact, Dialogue, Given, Interview, Medicine
from bot.flows.turn import Surroundings
from bot.lead_packet import contact_of, packet_of
from bot.message import Day, Text, Value
from bot.store.records import Commit, Event, LeadRecord
from bot.store.store import Store
from brasle_prescreen import load_protocol
from brasle_prescreen.question import load_questions

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
PROTOCOL, QUESTIONS = load_protocol(), load_questions()
ROUND = Surroundings(PROTOCOL, QUESTIONS, NOON, (("zh_Hans", "中文"), ("en", "English")))


@dataclass
class Told:
    """One family's answers, card by card."""

    language: str = "zh_Hans"
    given: dict[str, Given] = field(default_factory=dict)
    medicines: list[Medicine] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    def tap(self, card: str, *choices: str) -> Told:
        """Choose one or several of a card's buttons; "unsure" and "skip" as at every card."""
        asked = QUESTIONS.template(card)[0]
        if choices in (("unsure",), ("skip",)):
            word = "unsure" if choices == ("unsure",) else "skipped"
            sets = dict.fromkeys(asked.fills, word)
            return self._keep(card, choices[0], choices, sets, Text(key=f"answered.{word}"))
        window = asked.window(choices[0])
        if window is not None:
            earliest, latest = window.interval(NOON.date())
            span = {"earliest": earliest.isoformat(), "latest": latest.isoformat()}
            return self._keep(card, window.id, choices, {asked.sets_date or "": span}, window_label(window))
        chosen = [one for one in asked.choices if one.id in choices]
        assert len(chosen) == len(choices), (card, choices)
        sets = {key: value for one in chosen for key, value in one.sets.items()}
        labels: list[Value] = [choice_label(asked, card, one.id) for one in chosen]
        return self._keep(card, ",".join(choices), choices, sets, labels[0] if len(labels) == 1 else joined(labels))

    def day(self, card: str, said: str, earliest: str, latest: str = "") -> Told:
        """A date typed at a card."""
        asked = QUESTIONS.template(card)[0]
        key = "birth_date" if card == "birth_date" else asked.sets_date or ""
        latest = latest or earliest
        shown = Day(earliest=date.fromisoformat(earliest), latest=date.fromisoformat(latest))
        return self._keep(card, said, (), {key: {"earliest": earliest, "latest": latest}}, shown)

    def typed(self, card: str, said: str, sets: dict[str, Any], shown: Value) -> Told:
        return self._keep(card, said, (), sets, shown)

    def takes(
        self, said: str, entry: str | None, response: str = "", *, current: bool | None = None, **more: Any
    ) -> Told:
        """A medicine of the list with what was told about it, under the contract's keys."""
        number = len(self.medicines) + 1
        self.medicines.append(Medicine(number=number, said=said, name=said or entry or "", entry=entry))
        told: dict[str, Any] = dict(more)
        if response:
            told["response"] = response
        if current is not None:
            told["current"] = current
        self.given[f"medicine.{number}.response"] = Given(said=said, sets=told, shown=said)
        return self

    def _keep(self, card: str, said: str, choices: tuple[str, ...], sets: dict[str, Any], shown: Value) -> Told:
        self.given[card] = Given(said=said, choices=choices, sets=sets, shown=shown)
        return self

    def dialogue(self, **contact: str) -> Dialogue:
        if self.medicines:
            said = "; ".join(one.said for one in self.medicines)
            self._keep("medicines", said, (), {}, joined([one.said for one in self.medicines]))
        interview = Interview(
            given=self.given, medicines=tuple(self.medicines), screened=True, wants_call=True, **self.more
        )
        reach = Contact.model_validate({"name": "Lin", "way": "phone", "value": "+8613800138000", **contact})
        return Dialogue(channel="browser", language=self.language, interview=interview, contact=reach)

    def packet(self, **contact: str) -> dict[str, Any]:
        return packet_of(self.dialogue(**contact), ROUND)

    def lead(self, **contact: str) -> dict[str, Any]:
        """The fields of a LeadRecord."""
        packet = self.packet(**contact)
        return {
            "language": self.language,
            "asked_for_call": packet["asked_for_call"],
            "safety": packet["safety"],
            "tier": packet["tier"],
            "score": packet["score"],
            "earliest_date": date.fromisoformat(packet["earliest_date"]) if packet["earliest_date"] else None,
            "packet": packet,
            "contact": contact_of(self.dialogue(**contact)),
        }


def girl(language: str = "zh_Hans") -> Told:
    """A girl of eleven with lupus nephritis, rituximab in August, and hepatitis B left to the doctor."""
    told = Told(language, more={"papers": ("discharge_summary", "antibodies")})
    told.tap("respondent", "parent").tap("sex", "female").tap("diagnosis", "lupus_nephritis")
    told.day("birth_date", "2015年3月", "2015-03-01", "2015-03-31")
    told.takes(
        "泼尼松", "prednisone", "inadequate", current=True, dose={"mg_per_day": 15}, dose_stable_since="2026-10-01"
    )
    told.takes("骁悉", "mycophenolate_mofetil", "relapsed", current=True, dose_stable_since="2026-09")
    told.takes(
        "美罗华", "rituximab", "inadequate", current=False, last_dose={"earliest": "2026-09-01", "latest": "2026-09-30"}
    )
    told.tap("medicines_complete", "complete")
    return told


async def hands_over(
    store: Store,
    told: Told | None = None,
    *,
    contact: dict[str, str] | None = None,
    events: tuple[tuple[str, str], ...] = (),
    source: str | None = None,
    **more: Any,
) -> str:
    """A new family with these answers hands over; gives the reference number. `more` replaces fields of the
    lead.
    """
    fields = (told or girl()).lead(**(contact or {}))
    record = LeadRecord(code=store.new_lead_code(), child=1, **(fields | more))
    return await talks(store, record, events=events, source=source)


_addresses = count(1)


async def talks(
    store: Store,
    lead: LeadRecord | None = None,
    *,
    events: tuple[tuple[str, str], ...] = (),
    source: str | None = None,
) -> str:
    """One turn of a new family; gives the reference number of its lead, if it has one."""
    number = next(_addresses)
    committed = await store.commit(
        Commit(
            person=None,
            channel="browser",
            address=f"family {number}",
            revision=0,
            dialogue="{}",
            incoming=("browser", f"message {number}"),
            lead=lead,
            events=tuple(Event(kind, detail, NOON) for kind, detail in events),
            source=source,
        )
    )
    return committed.lead_code or ""
