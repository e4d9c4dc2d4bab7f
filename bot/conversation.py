"""The only place where a turn meets the world: load, take the turn, commit, and only then show what came of it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Protocol as Interface
from weakref import WeakValueDictionary

from bot.flows.dialogue import Dialogue, Permission, dump, load
from bot.flows.take_turn import present, take_turn
from bot.flows.turn import SiteFacts, Surroundings, Turn, led
from bot.lead_packet import asked_of, contact_of, is_news, packet_of
from bot.message import Answered, Incoming, Reply, Text
from bot.notice_plan import NoticePlan
from bot.passing import Passing
from bot.recent_dialogues import RecentDialogues
from bot.store.records import Commit, Committed, Event, LeadRecord, Outgoing, PermissionRecord, Person, RevisionConflict
from bot.store.store import Store
from bot.typed_label import as_tap
from bot.wording import Wording
from brasle_prescreen.protocol import Protocol
from brasle_prescreen.question import Questions
from brasle_prescreen.versions import Protocols

# A dialogue may be written by another process between load and commit; the turn is then simply taken again.
MOST_TRIES = 5
REMIND_AFTER = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on the family's screen after a turn. `answered` is how the card before reads from now on;
    `refreshed`: the same card, changed in place. `revision` goes into the card's buttons."""

    reply: Reply
    answered: Answered | None
    toast: Text | None
    language: str
    self_answering: bool
    revision: int
    refreshed: bool = False
    demo: bool = True
    draft: bool = True
    silent: bool = False


class Renderer(Interface):
    """Turns what is shown into rows to send, for a channel that sends by itself."""

    def render(self, incoming: Incoming, shown: Shown) -> Sequence[Outgoing]: ...


class Conversation:
    """One engine for every channel. `renderers` are those of the channels that send through the outbox; `protocols` all
    versions of the protocol, where there are several."""

    def __init__(
        self,
        store: Store,
        protocol: Protocol,
        questions: Questions,
        wording: Wording,
        *,
        protocols: Protocols | None = None,
        site: SiteFacts,
        demo: bool,
        clock: Callable[[], datetime],
        renderers: Mapping[str, Renderer] | None = None,
        notice_targets: Sequence[str] = (),
        notice_plan: NoticePlan | None = None,
        link_valid: timedelta = timedelta(days=7),
        telegram_minimal: bool = False,
        committed: Callable[[], None] = lambda: None,
        took: Callable[[str, float], None] = lambda channel, seconds: None,
    ) -> None:
        self._store = store
        self._protocols = protocols or Protocols.alone(protocol, questions)
        self._wording = wording
        self._site = site
        self._demo = demo
        self._clock = clock
        self._renderers = dict(renderers or {})
        self._notices_to = notice_plan or NoticePlan(first=tuple(notice_targets))
        self._link_valid = link_valid
        self._telegram_minimal = telegram_minimal
        self._committed = committed
        self._took = took
        self._passing = Passing(clock)
        self._recent = RecentDialogues()
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def handle(self, incoming: Incoming, inbox_id: int | None = None) -> Shown:
        """One message, one turn, one commit. Handling the same message twice changes nothing."""
        started = perf_counter()
        shown = await self._in_turn(incoming, inbox_id)
        self._took(incoming.channel, perf_counter() - started)
        return shown

    async def _in_turn(self, incoming: Incoming, inbox_id: int | None) -> Shown:
        lock = self._locks.setdefault((incoming.channel, incoming.address), asyncio.Lock())
        async with lock:
            for _ in range(MOST_TRIES - 1):
                try:
                    return await self._handle(incoming, inbox_id)
                except RevisionConflict:
                    continue
            return await self._handle(incoming, inbox_id)

    async def show(self, channel: str, address: str, language_hint: str | None = None) -> Shown:
        """What stands on the screen now, without taking a turn."""
        person = await self._store.load(channel, address)
        dialogue = self._passing_by(person, channel, address) or self._dialogue(person, channel, language_hint)
        around = await self._around(person, dialogue)
        return self._shown(Turn(dialogue), around)

    async def remind(self, channel: str, address: str) -> None:
        """The one reminder that the family asked for, with the card at which they stopped."""
        person = await self._store.load(channel, address)
        if person is None:
            return
        dialogue = load(person.dialogue)
        if dialogue.silent or not dialogue.remind or dialogue.state in ("done", "erased", "stopped"):
            return
        reminded = dialogue.having(remind=False, notes=(Text(key="later.reminder"),), revision=dialogue.revision + 1)
        around = await self._around(person, reminded)
        incoming = Incoming(channel=dialogue.channel, address=address, id=f"reminder:{dialogue.revision}")
        with suppress(RevisionConflict):  # they have just written, so they need none
            await self._commit(incoming, None, person, Turn(reminded), self._shown(Turn(reminded), around), around)

    async def _handle(self, incoming: Incoming, inbox_id: int | None) -> Shown:
        person = await self._store.load(incoming.channel, incoming.address)
        passing = self._passing_by(person, incoming.channel, incoming.address)
        before = passing or self._dialogue(person, incoming.channel, incoming.language_hint)
        around = await self._around(person, before)
        if person is None and passing is None:
            before = before.having(source=incoming.source)
            if incoming.command is None and not (incoming.button or "").startswith("language:"):
                # Whatever a newcomer sends first, an old card's button too, is answered with the hello; only the
                # urgent lane reads it.
                incoming_first = incoming.model_copy(update={"command": "start"})
                turn = take_turn(before, incoming_first, around)
            else:
                turn = take_turn(before, incoming, around)
        else:
            turn = take_turn(before, self._tapped(incoming, before, around), around)
        if self._was_reworded(before, turn, around):
            asked_again = before.having(notes=(Text(key="permission.reworded"),), revision=before.revision + 1)
            turn = Turn(asked_again)
        around = led(around, turn.dialogue, self._protocols)
        if turn.permissions:
            turn = turn.with_(dialogue=self._with_permissions(turn, around.now))
        if turn.hand_over:
            around = replace(
                around, lead_code=turn.dialogue.interview.lead_code, lead_status=_after_hand_over(around.lead_status)
            )
        if turn.dialogue.interview.child in (turn.withdraw, *turn.withdraw_also):
            around = replace(around, lead_status="withdrawn")
        if turn.wants_link and person is not None and self._site.public_url:
            token = await self._store.new_resume_link(person.id, self._clock() + self._link_valid)
            link = Text(key="later.here_is_link", values={"url": f"{self._site.public_url}/r/{token}"})
            turn = turn.with_(dialogue=turn.dialogue.having(notes=(link,)))
        elif turn.wants_link:
            turn = turn.with_(dialogue=turn.dialogue.having(notes=(Text(key="later.no_link"),)))
        shown = self._shown(turn, around)
        if turn.wants_link:
            # The link is shown once and never stored with the dialogue.
            turn = turn.with_(dialogue=turn.dialogue.having(notes=()))
        asked_in = self._hash_of_permission(turn.dialogue, shown.reply)
        if asked_in != turn.dialogue.asked_in:
            turn = turn.with_(dialogue=turn.dialogue.having(asked_in=asked_in))
        repeated = await self._commit(incoming, inbox_id, person, turn, shown, around)
        return await self.show(incoming.channel, incoming.address, incoming.language_hint) if repeated else shown

    def _was_reworded(self, before: Dialogue, turn: Turn, around: Surroundings) -> bool:
        """Whether a permission is given on a text that now reads otherwise than when it was shown."""
        if not before.asked_in or all(change.state != "given" for change in turn.permissions):
            return False
        return before.asked_in != self._hash_of_permission(before, present(before, around))

    def _hash_of_permission(self, dialogue: Dialogue, reply: Reply) -> str:
        """SHA-256 of everything that a permission card says; nothing for another card."""
        if not reply.text.key.startswith("permission."):
            return ""
        language, adult = dialogue.language, dialogue.self_answering
        said = [self._wording.say(text, language, self_answering=adult) for text in (reply.text, *reply.details)]
        return hashlib.sha256("\n\n".join(said).encode()).hexdigest()

    def _tapped(self, incoming: Incoming, before: Dialogue, around: Surroundings) -> Incoming:
        if not incoming.text:
            return incoming

        def say(text: Text) -> str:
            return self._wording.say(text, before.language, self_answering=before.self_answering)

        return as_tap(incoming, present(before, around), say)

    async def _commit(
        self,
        incoming: Incoming,
        inbox_id: int | None,
        person: Person | None,
        turn: Turn,
        shown: Shown,
        around: Surroundings,
    ) -> bool:
        dialogue = turn.dialogue
        renderer = self._renderers.get(incoming.channel)
        outgoing = list(renderer.render(incoming, shown)) if renderer else []
        lead = self._lead(turn, around)
        stands = await self._store.lead_of(person.id, lead.child) if lead is not None and person is not None else None
        if turn.withdraw is not None or (lead is not None and is_news(lead, stands, danger=turn.raised_alarm)):
            outgoing += self._notices(dialogue, turn)
        elif turn.asked and person is not None:
            lead = await self._lead_with_questions(person, dialogue)
            # Of a lead that nobody has taken up the sheet is still to be read.
            if lead is not None and around.lead_status != "new":
                outgoing += self._notices(dialogue, turn)
        erase = turn.erase or dialogue.leaves_nothing
        committed = await self._store.commit(
            Commit(
                person=person.id if person else None,
                channel=incoming.channel,
                address=incoming.address,
                revision=person.revision if person else 0,
                dialogue=dump(dialogue),
                incoming=(incoming.channel, incoming.id),
                inbox_id=inbox_id,
                outgoing=tuple(outgoing),
                lead=lead,
                withdraw_lead=turn.withdraw,
                withdraw_also=turn.withdraw_also,
                permissions=tuple(self._permission_records(turn, around.now)),
                events=tuple(Event(one.kind, one.detail, around.now) for one in turn.happened),
                remind_at=around.now + REMIND_AFTER if dialogue.remind else None,
                source=incoming.source if person is None else None,
                erase=erase,
            )
        )
        if not committed.repeated:
            self._remember(incoming, committed, dialogue, erased=erase)
        self._committed()
        return committed.repeated

    def _remember(self, incoming: Incoming, committed: Committed, dialogue: Dialogue, *, erased: bool) -> None:
        if erased:
            self._recent.forget(committed.person)
        else:
            self._recent.keep(committed.person, committed.revision, dialogue)
        if dialogue.leaves_nothing:
            self._passing.keep(incoming.channel, incoming.address, dialogue)
        else:
            self._passing.forget(incoming.channel, incoming.address)

    def _with_permissions(self, turn: Turn, now: datetime) -> Dialogue:
        dialogue = turn.dialogue
        permissions = dict(dialogue.permissions)
        for record, change in zip(self._permission_records(turn, now), turn.permissions, strict=True):
            permissions[change.name] = Permission.model_validate(
                {
                    "state": record.state,
                    "at": record.at,
                    "language": record.language,
                    "text_hash": record.text_hash,
                }
            )
        return dialogue.having(permissions=permissions)

    def _permission_records(self, turn: Turn, now: datetime) -> list[PermissionRecord]:
        """The same for the dialogue and for the store: one moment, one hash."""
        language = turn.dialogue.language
        return [
            PermissionRecord(
                change.name,
                change.state,
                self._wording.text_hash(change.text_key, language, self_answering=turn.dialogue.self_answering),
                language,
                now,
            )
            for change in turn.permissions
        ]

    def _lead(self, turn: Turn, around: Surroundings) -> LeadRecord | None:
        if not turn.hand_over:
            return None
        dialogue = turn.dialogue
        interview = dialogue.interview
        packet = packet_of(dialogue, around)
        return LeadRecord(
            code=interview.lead_code,
            child=interview.child,
            language=dialogue.language,
            asked_for_call=interview.asked_for_call,
            safety=interview.safety,
            tier=packet["tier"],
            score=packet["score"],
            earliest_date=around.today.fromisoformat(packet["earliest_date"]) if packet["earliest_date"] else None,
            packet=packet,
            contact=contact_of(dialogue),
        )

    async def _lead_with_questions(self, person: Person, dialogue: Dialogue) -> LeadRecord | None:
        """The lead as it stands, with what the family wants to know now: nothing of it is judged anew."""
        lead = await self._store.lead_of(person.id, dialogue.interview.child)
        if lead is None:
            return None
        return LeadRecord(
            code=lead.code,
            child=lead.child,
            language=lead.language,
            asked_for_call=lead.asked_for_call,
            safety=lead.safety,
            tier=lead.tier,
            score=lead.score,
            earliest_date=lead.earliest_date,
            packet={**lead.packet, "asked": asked_of(dialogue.interview)},
            contact=lead.contact,
        )

    def _notices(self, dialogue: Dialogue, turn: Turn) -> list[Outgoing]:
        """To the site: the code and, if a public address is set, the link. Never a name, an answer or a reason."""
        children = {one.child: one for one in (*dialogue.earlier, dialogue.interview)}
        code = children[turn.withdraw or dialogue.interview.child].lead_code
        if turn.withdraw is not None:
            op = "withdrawn"
        elif not turn.hand_over:
            op = "asked"
        else:
            op = "safety" if dialogue.interview.safety else "lead"
        also = [children[child].lead_code for child in turn.withdraw_also]
        return [row for one in (code, *also) for row in self._notices_to.rows(op, self._about(one), self._clock())]

    def _about(self, code: str) -> dict[str, str]:
        base = self._site.public_url
        return {"code": code, "url": f"{base}/coordinator/leads/{code}" if base else ""}

    def _passing_by(self, person: Person | None, channel: str, address: str) -> Dialogue | None:
        """The dialogue of somebody of whom nothing is stored, if they were here a while ago."""
        return None if person is not None else self._passing.find(channel, address)

    def _dialogue(self, person: Person | None, channel: str, language_hint: str | None) -> Dialogue:
        if person is not None:
            found = self._recent.find(person.id, person.revision) or load(person.dialogue)
            # A resume link may have brought the family from another channel.
            return found if found.channel == channel else found.having(channel=channel)
        return Dialogue.model_validate({"channel": channel, "language": self._wording.guess(language_hint or "")})

    async def _around(self, person: Person | None, dialogue: Dialogue) -> Surroundings:
        recruiting = await self._store.recruiting()
        lead = None
        place = None
        if person is not None and dialogue.interview.lead_code:
            lead = await self._store.lead_of(person.id, dialogue.interview.child)
            if lead is not None and recruiting.state == "waitlist":
                place = await self._store.waitlist_place(lead.code)
        first = self._protocols.first
        around = Surroundings(
            protocol=first.protocol,
            questions=first.questions,
            now=self._clock(),
            languages=self._wording.languages(),
            site=self._site,
            demo=self._demo,
            recruiting=recruiting.state,
            recruiting_as_of=recruiting.as_of,
            lead_code=lead.code if lead else None,
            lead_status=lead.status if lead else None,
            place=place,
            telegram_minimal=self._telegram_minimal,
            new_code=self._store.new_lead_code() if dialogue.state == "giving_contact" else "",
        )
        return led(around, dialogue, self._protocols)

    def _shown(self, turn: Turn, around: Surroundings) -> Shown:
        dialogue = turn.dialogue
        return Shown(
            reply=present(dialogue, around),
            answered=turn.answered,
            toast=turn.toast,
            language=dialogue.language,
            self_answering=dialogue.self_answering,
            revision=dialogue.revision,
            refreshed=turn.refreshed,
            demo=self._demo,
            draft=not self._site.approval,
            silent=dialogue.silent,
        )


def _after_hand_over(status: str | None) -> str:
    """The store keeps the coordinator's status; a lead that had been taken back is new again."""
    return "new" if status in (None, "withdrawn") else str(status)
