"""What apprise really sends of a lead, by mail, to DingTalk, WeCom, Feishu and as JSON, XML and a form: caught before it leaves."""

from __future__ import annotations

import contextlib
import email
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import requests
from apprise.plugins.email import smtp
from pydantic import SecretStr

from bot.notices import NoticeSender
from tests.bot.family import BOY, Clock, Family, conversation, wording
from tests.faults.campaigns.outcome import Outcome

TARGETS = (
    "json://127.0.0.1/a",
    "xml://127.0.0.1/a",
    "form://127.0.0.1/a",
    "dingtalk://" + "a" * 40,
    "wecombot://" + "a" * 8 + "-1111-1111-1111-" + "a" * 12,
    "feishu://" + "a" * 36,
    "mailtos://user:secret@example.org?to=ward@example.org",
)
A_FAMILY = 6  # payloads that one family types
SUPPOSED = re.compile(r"BR-[0-9A-Z]+")


async def look(outcome: Outcome, folder: Path, tried: list[str], mark: str) -> None:
    """Families that type the payloads wherever they can are handed over; nothing that they typed is in a notice."""
    clock = Clock()
    talk = conversation(folder, clock, notice_targets=[str(at) for at in range(len(TARGETS))])
    sender = NoticeSender([SecretStr(one) for one in TARGETS], wording(), "zh_Hans")
    chunks = [tried[at : at + A_FAMILY] for at in range(0, len(tried), A_FAMILY)]
    codes = [await _hands_over(Family(talk), list(some)) for some in chunks]
    sent: list[str] = []
    with _caught(sent):
        while due := await talk._store.due("notice", 100, clock.now):  # one after another to each target
            for item in due:
                await sender.send(item)
                await talk._store.sent(item.id)
    outcome.count += len(sent)
    outcome.figures["notices as they leave"] = len(sent)
    outcome.check(len(sent) == len(TARGETS) * len(codes), f"every target is told of every lead: {len(sent)}")
    held = [one for one in sent if mark in one]
    outcome.check(not held, f"a notice holds nothing that a family typed: {held[:1]}")
    outcome.check(all(SUPPOSED.search(one) for one in sent), "a notice names its lead")
    await talk._store.close()


async def _hands_over(family: Family, payloads: list[str]) -> str:
    await family.begin()
    await family.says(payloads[-1])  # kept for the call, at the first question
    if family.card == "urgent":
        await family.tap("resume")
    await family.answer(BOY)
    await family.tap("confirm")
    await family.tap("want_contact")
    await family.tap("agree")
    way = iter(payloads)
    for _ in range(40):
        offered = [one.id for one in family.buttons()]
        if family.card == "done":
            told = await family.stored()
            assert (
                payloads[-1][:9] in "".join(one.said for one in told.interview.remarks)
                or told.contact.name != "anna_2026"
            )
            return told.interview.lead_code
        step = (await family.stored()).contact_step
        typed = next(way, None) if family.shown.reply.entry is not None else None
        if typed is not None:
            await family.says(typed)
        if (await family.stored()).contact_step == step and (typed is None or family.card != "urgent"):
            await _usual(family, offered)
    raise AssertionError(f"the contact details do not end: {family.card}")


async def _usual(family: Family, offered: list[str]) -> None:
    for one in ("way:wechat", "time:any", "travel:yes", "child:yes", "done", "send", "resume"):
        if one in offered:
            await family.tap(one)
            return
    await family.says("anna_2026")


@contextlib.contextmanager
def _caught(sent: list[str]) -> Iterator[None]:
    def answer(*given: Any, **named: Any) -> requests.Response:
        body = named.get("data") or named.get("json") or ""
        sent.append(f"{given} {body.decode() if isinstance(body, bytes) else body} {named.get('params')}")
        taken = requests.Response()
        taken.status_code, taken._content = 200, b'{"errcode": 0, "code": 0}'
        return taken

    def post(_: Any, _from: str, _to: list[str], body: str) -> bool:
        whole = email.message_from_string(body)
        parts = [part.get_payload(decode=True) or b"" for part in whole.walk()]
        sent.append(f"{whole['Subject']} " + " ".join(one.decode() for one in parts if isinstance(one, bytes)))
        return True

    with (
        mock.patch.object(requests, "post", answer),
        mock.patch.object(requests, "request", answer),
        mock.patch.object(smtp.AppriseSMTPController, "__enter__", lambda self: self),
        mock.patch.object(smtp.AppriseSMTPController, "__exit__", mock.Mock(return_value=None)),
        mock.patch.object(smtp.AppriseSMTPController, "sendmail", post),
    ):
        yield
