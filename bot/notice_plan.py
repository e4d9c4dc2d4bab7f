"""Who of the site is told what, and when: safety at once and to two people, the rest in digests and not at
night. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

from bot.store.group_cards import BOARD, URGENT
from bot.store.group_cards import CHANNEL as GROUP
from bot.store.records import Outgoing

CHANNEL = "notice"
# What may interrupt at any hour.
AT_ONCE = frozenset({"safety", "safety_again"})
# What waits for the digest, if the site has one: several become one message.
GATHERED = frozenset({"lead", "cleared"})
# What brings a lead's card into the coordinators' group; what becomes of it later is read from the lead itself.
CARDS = {"lead": BOARD, "safety": URGENT}


@dataclass(frozen=True, slots=True)
class NoticePlan:
    """The site's wishes. Addresses are names of configured targets: "0", "second:0", "pi:0".

    `digest`: the times of day at which new leads are told together; none: each at once. `quiet`: from when
    to when nothing but safety is sent, by the clock of `zone`. `group`: whether the coordinators have a group on
    Telegram.
    """

    first: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    pi: tuple[str, ...] = ()
    digest: tuple[time, ...] = ()
    quiet: tuple[time, time] | None = None
    zone: tzinfo = UTC
    group: bool = False

    def rows(self, op: str, payload: Mapping[str, Any], now: datetime) -> list[Outgoing]:
        """What to send, to whom, and not before when."""
        gathered = op in GATHERED and bool(self.digest)
        due = now if op in AT_ONCE else self.after_quiet(self.next_digest(now) if gathered else now)
        # The outbox keeps the order within an address: what waits must not hold up what may not.
        line = "digest:" if gathered else "quiet:" if due > now else ""
        rows = [
            Outgoing(CHANNEL, line + address, "digest" if gathered else op, payload, due if due > now else None)
            for address in self.addresses(op)
        ]
        if self.group and op in CARDS:
            rows.append(Outgoing(GROUP, CARDS[op], "show", {"code": payload["code"]}))
        return rows

    def addresses(self, op: str) -> tuple[str, ...]:
        """To whom. Where nobody stands behind a level, the nearest who does is told: nothing goes to
        nobody.
        """
        match op:
            case "safety":
                wanted = (*self.first[:1], *(self.second or self.first[1:])[:1]) or self.first
            case "safety_again":
                wanted = (*self.first, *self.second, *self.pi)
            case "second_person":
                wanted = self.second or self.first
            case "pi":
                wanted = self.pi or self.second or self.first
            case _:
                wanted = self.first
        return tuple(dict.fromkeys(wanted))

    def next_digest(self, now: datetime) -> datetime:
        """The next of the digest's times, or now where there is none."""
        if not self.digest:
            return now
        local = now.astimezone(self.zone)
        today = [datetime.combine(local.date(), one, self.zone) for one in sorted(self.digest)]
        coming = [one for one in (*today, *(one + timedelta(days=1) for one in today)) if one > local]
        return coming[0].astimezone(UTC)

    def after_quiet(self, at: datetime) -> datetime:
        """`at`, or the end of the quiet hours that it falls into."""
        if self.quiet is None:
            return at
        begin, end = self.quiet
        local = at.astimezone(self.zone)
        is_quiet = begin <= local.time() < end if begin <= end else local.time() >= begin or local.time() < end
        if not is_quiet:
            return at
        over = datetime.combine(local.date(), end, self.zone)
        return (over if over > local else over + timedelta(days=1)).astimezone(UTC)


def target_of(address: str) -> str:
    """The configured target behind an address, whichever line it waits in."""
    return address.removeprefix("digest:").removeprefix("quiet:")


def parse_times(text: str) -> tuple[time, ...]:
    """Read "08:30,13:30"; ValueError says what times look like."""
    try:
        return tuple(time.fromisoformat(one.strip()) for one in text.split(",") if one.strip())
    except ValueError:
        raise ValueError(f"{text!r} are no times of day: write them such as 08:30,13:30") from None


def parse_quiet(text: str) -> tuple[time, time] | None:
    """Read "20:00-08:00"; empty is none; ValueError says what hours look like."""
    if not text.strip():
        return None
    begin, dash, end = text.replace(" ", "").partition("-")
    try:
        span = (time.fromisoformat(begin), time.fromisoformat(end))
    except ValueError:
        span = (time.min, time.min)
    if not dash or span[0] == span[1]:
        raise ValueError(f"{text!r} are no quiet hours: write them such as 20:00-08:00, or leave them out")
    return span
