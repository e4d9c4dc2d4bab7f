"""The protocol: each criterion with its reading and open question, and the answers of the site, recorded
with their day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import partial

from starlette.responses import Response

from bot.coordinator.access import Page, Visit, needs
from bot.coordinator.reasons import Reasons
from bot.coordinator.version_table import line_of
from bot.flows.turn import SITE_ZONE
from bot.message import Text
from bot.store.audit_entry import Did
from bot.store.work_records import NewDecision
from brasle_prescreen.criterion import Criterion
from brasle_prescreen.question import load_questions
from brasle_prescreen.site_decision import known_points
from brasle_prescreen.versions import Version

LONGEST_ANSWER = 2000


@needs("protocol.read")
async def protocol(visit: Visit) -> Response:
    """All criteria, and what the site has answered so far."""
    decisions = await visit.store.desk.decisions()
    await visit.record(Did("protocol.read"))
    checked = await visit.store.desk.last_registry_check()
    return visit.page(
        "protocol.html",
        checked=checked,
        checked_by="" if checked is None else _who(checked.who, await visit.store.staff.names()),
        checked_at="" if checked is None else checked.at.astimezone(SITE_ZONE).strftime("%Y-%m-%d %H:%M"),
        criteria=visit.console.protocol.criteria,
        record=visit.console.protocol.record,
        sha256=visit.console.protocol.sha256,
        counts=Counter(one.criterion for one in decisions),
        versions=visit.console.protocols.versions,
        in_force=visit.console.in_force,
        named=partial(version_name, visit),
        line_of=partial(line_of, say=visit.say, chinese=visit.language == "zh_Hans"),
    )


def version_name(visit: Visit, version: Version) -> str:
    """What people call a version."""
    if version.amendment is None:
        return visit.word("protocol.version_first")
    return visit.word("protocol.version_amended", number=version.number)


@needs("protocol.read")
async def criterion(visit: Visit) -> Response:
    """One criterion with the site's answers, and the form for the next one."""
    return await _show(visit)


@needs("protocol.decide")
async def decide(visit: Visit) -> Response:
    """Record what the site answered."""
    found = _find(visit)
    if found is None:
        return visit.not_found()
    today = visit.console.clock().astimezone(SITE_ZONE).date()
    problems: dict[str, Text] = {}
    about, verdict, answer = visit.typed("about"), visit.typed("verdict"), visit.typed("answer")
    decided_on = _day(visit.typed("decided_on"))
    if about not in ("", *await _points(visit, found)):
        problems["about"] = Text(key="console.protocol.choose_point")
    if verdict not in ("", "pass", "fail", "unknown") or bool(about) != bool(verdict):
        problems["verdict"] = Text(key="console.protocol.choose_verdict")
    if decided_on is None or decided_on > today:
        problems["decided_on"] = Text(key="console.protocol.choose_day")
    if not answer:
        problems["answer"] = Text(key="console.protocol.answer_missing")
    elif len(answer) > LONGEST_ANSWER:
        problems["answer"] = Text(key="console.lead.too_long", values={"n": LONGEST_ANSWER})
    if problems or decided_on is None:
        return await _show(visit, problems)
    await visit.store.desk.decide(NewDecision(found.id, about, verdict, decided_on, answer), visit.who.by)
    visit.console.look_again()
    return visit.go(f"/coordinator/protocol/{found.id}", say=Text(key="console.protocol.recorded"))


async def _show(visit: Visit, problems: dict[str, Text] | None = None) -> Response:
    found = _find(visit)
    if found is None:
        return visit.not_found()
    reasons = Reasons(visit.console.wording, load_questions())
    points = await _points(visit, found)
    await visit.record(Did("protocol.read", "", found.id))
    return visit.page(
        "criterion.html",
        status=422 if problems else 200,
        criterion=found,
        decisions=[one for one in await visit.store.desk.decisions() if one.criterion == found.id][::-1],
        names=await visit.store.staff.names(),
        why=reasons.text,
        points=[
            ("", visit.word("protocol.only_to_read")),
            *((point, _label(visit, reasons, found, point, count)) for point, count in points.items()),
        ],
        verdicts=[
            ("", visit.word("protocol.only_to_read")),
            *((one, visit.word(f"verdict.{one}")) for one in ("pass", "fail", "unknown")),
        ],
        problems=problems or {},
        typed=visit.form,
        today=visit.console.clock().astimezone(SITE_ZONE).date(),
    )


async def _points(visit: Visit, found: Criterion) -> dict[str, int]:
    """What a decision on this criterion can be about, and in how many of the last open leads that stands
    open.
    """
    # A point that only the site's own tests settle is not settled by a word for everybody.
    known = dict.fromkeys((one for one in known_points(found) if one not in ("", "site_decides")), 0)
    if found.private:
        return known
    open_ = await visit.store.desk.open_points(found.id)
    return known | {point: count for point, count in open_.items() if point not in ("", "site_decides")}


def _label(visit: Visit, reasons: Reasons, found: Criterion, point: str, count: int) -> str:
    text = reasons.text(found.id, point)
    words = visit.say(text) if text else point
    return visit.word("protocol.point_in", point=words, n=count) if count else words


def _who(by: str, names: Mapping[str, str]) -> str:
    """The name of an account, or of the account of the system that ran the command."""
    return names.get(by) or by.removeprefix("command:")


def _find(visit: Visit) -> Criterion | None:
    try:
        return visit.console.protocol.criterion(visit.path("criterion"))
    except KeyError:
        return None


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


PAGES = (
    Page("/protocol", protocol),
    Page("/protocol/{criterion}", criterion),
    Page("/protocol/{criterion}/decide", decide, post=True),
)
