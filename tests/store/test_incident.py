"""After a leak the list of the affected is right and quick; the yearly report says what really was read."""

from __future__ import annotations

import asyncio
import csv
import json
import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.store import incident
from bot.store.audit import Wanted
from bot.store.audit_entry import Did, Entry
from bot.store.errors import UnknownLead
from bot.store.incident import Affected, Span
from bot.store.store import Store
from tests.store.conftest import Clock, Family, lead_record

ACCOUNTS = ("account:S-111111", "account:S-222222", "account:S-333333")
READINGS = {
    "lead.read": incident._OF_ONE["lead.read"],
    "lead.contact.read": incident._OF_ONE["lead.contact.read"],
    "lead.private.read": incident._OF_ONE["lead.private.read"],
}


async def leads(store: Store, count: int) -> list[str]:
    async def come(number: int) -> str:
        family = Family(store, str(number))
        contact = {"name": f"name {number}", "way": "phone", "value": f"1380000{number:04d}"}
        return (await family.says(lead=lead_record(store, contact=contact))).lead_code or ""

    return list(await asyncio.gather(*[come(number) for number in range(count)]))


async def test_a_hundred_incidents_each_list_exactly_the_affected(store: Store, clock: Clock) -> None:
    chance = random.Random(10)
    codes = await leads(store, 60)
    truth: list[tuple[datetime, str, str, str]] = []
    for _ in range(500):
        clock.pass_by(minutes=chance.randint(1, 270))
        who, action, code = chance.choice(ACCOUNTS), chance.choice(list(READINGS)), chance.choice(codes)
        truth.append((clock.now, who, action, code))
        await store.trail.record(who, Did(action, code))
        if chance.random() < 0.05:
            await store.trail.record(who, Did("figures.read"))
    gone = codes[7]
    found = await store.lead(gone)
    assert found is not None
    assert found.person is not None
    await store.erase(found.person)
    began = time.monotonic()
    for _ in range(100):
        since = truth[0][0] + (truth[-1][0] - truth[0][0]) * chance.random()
        until = since + timedelta(hours=chance.choice((1, 24, 24 * 7)))
        asked = chance.choice((None, *ACCOUNTS))
        wanted: dict[str, set[str]] = {}
        for at, by, action, code in truth:
            if since <= at < until and asked in (None, by):
                wanted.setdefault(code, set()).update(READINGS[action])
        span = Span(since, until, asked)
        affected = await store.copies.affected(partial(incident.by_readings, span=span), "root")
        assert {code: one.kinds for one in affected for code in one.codes} == wanted
        for one in affected:
            assert one.gone == (one.codes == [gone])
            assert one.gone or one.contact["name"] == f"name {codes.index(one.codes[0])}"
        listed = [entry.subject for entry in await _entries(store, "lead.contact.read", "root")]
        assert {code for one in affected if one.contact for code in one.codes} <= set(listed)
    took = time.monotonic() - began
    assert took < 60
    print(f"100 incidents over {len(truth)} readings: all exact, {took:.1f} s together")


async def _entries(store: Store, action: str, name: str) -> list[Entry]:
    return [one for one in await store.trail.entries(Wanted(action=action, limit=10_000)) if one.name == name]


async def test_a_list_read_shows_everybody_who_was_there_then(store: Store, clock: Clock) -> None:
    first = await leads(store, 3)
    clock.pass_by(hours=1)
    await store.trail.record(ACCOUNTS[0], Did("export.queue_named", "", "csv", None, 3))
    clock.pass_by(hours=1)
    late = Family(store, "late")
    await late.says(lead=lead_record(store))
    await store.trail.record("command:chen", Did("lead.read", first[0]))

    def of(since: float, until: float) -> list[Affected]:
        ledger = store.another_reader()
        now = clock.now
        found = incident.by_readings(ledger, Span(now - timedelta(hours=since), now - timedelta(hours=until)))
        ledger.close()
        return found

    listed = of(1.5, 0.5)
    assert sorted(code for one in listed for code in one.codes) == sorted(first)
    assert all(one.kinds == {"status", "contact"} for one in listed)
    [shown] = of(0.5, -1)
    assert (shown.codes, shown.kinds) == ([first[0]], set(incident.EVERYTHING))


async def test_a_stolen_backup_tells_little_without_the_keys(store: Store, clock: Clock, tmp_path: Path) -> None:
    codes = await leads(store, 4)
    place, _ = await store.copies.backup(tmp_path / "backups", "root")
    await Family(store, "after it").says()
    lead = await store.lead(codes[0])
    assert lead is not None
    await store.erase(lead.person or "")
    for with_keys, kinds in ((False, {"status"}), (True, set(incident.EVERYTHING))):
        found = await store.copies.affected(partial(incident.by_backup, place=place, with_keys=with_keys), "root")
        assert len(found) == 4
        assert [one.gone for one in found] == [False, False, False, True]
        assert all(one.kinds == kinds for one in found)
    assert len(await store.copies.affected(incident.by_server, "root")) == 4
    with pytest.raises(UnknownLead):
        await store.copies.affected(lambda ledger: incident.by_codes(ledger, ["BR-222222"]), "root")


def test_the_command_writes_one_closed_folder_with_notices_in_both_languages(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BRASLE_DATA", str(folder))
    monkeypatch.chdir(tmp_path)

    async def fill() -> list[str]:
        store = Store.open(folder)
        codes = await leads(store, 3)
        await store.close()
        return codes

    codes = asyncio.run(fill())
    (tmp_path / "list.txt").write_text(f"{codes[0]}\n{codes[2].lower()}\n")
    to = tmp_path / "incident"
    began = time.monotonic()
    assert main(["incident", "--to", str(to), "--leads", "list.txt"]) == 0
    assert time.monotonic() - began < 60
    assert {path.name for path in to.iterdir()} == {
        "affected.csv", "notice-en.txt", "notice-zh_Hans.txt", "summary.json",
    }  # fmt: skip
    assert {path.stat().st_mode & 0o077 for path in (to, *to.iterdir())} == {0}
    with (to / "affected.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["codes"] for row in rows) == sorted([codes[0], codes[2]])
    assert {row["reach"] for row in rows} == {"13800000000", "13800000002"}
    said = capsys.readouterr()
    assert "2 families" in said.out
    for language, mark in (("en", ">>> TO BE WRITTEN BY THE HOSPITAL"), ("zh_Hans", ">>> \u53d1\u51fa\u524d")):
        assert mark in (to / f"notice-{language}.txt").read_text("utf-8")
        assert f"notice-{language}.txt: write what was done" in said.err
    told = ["--done-zh", "\u5df2\u505c\u7528\u8be5\u8d26\u53f7", "--done-en", "The account was closed on 21 November."]
    assert main(["incident", "--to", str(tmp_path / "again"), "--leads", "list.txt", *told]) == 0
    for language, words in (("zh_Hans", told[1]), ("en", told[3])):
        letter = (tmp_path / "again" / f"notice-{language}.txt").read_text("utf-8")
        assert words in letter
        assert ">>>" not in letter
    assert "what was done" not in capsys.readouterr().err
    assert "13800" not in said.out + said.err
    assert main(["incident", "--to", str(to), "--leads", "list.txt"]) == 2  # nothing is overwritten
    assert main(["access-report", "--year", str(datetime.now(UTC).year), "--to", "report.md"]) == 0
    assert f"| {codes[0]} |" in (tmp_path / "report.md").read_text()
    assert (tmp_path / "report.md").stat().st_mode & 0o077 == 0


async def test_the_yearly_report_is_what_really_happened(store: Store, clock: Clock) -> None:
    chance = random.Random(37)
    codes = await leads(store, 10)
    truth: Counter[tuple[str, str]] = Counter()
    readers: Counter[tuple[str, str]] = Counter()
    clock.now = datetime(2026, 12, 25, tzinfo=UTC)
    since, until = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    for _ in range(400):
        clock.pass_by(hours=chance.randint(1, 42))
        who, action, code = chance.choice(ACCOUNTS), chance.choice(list(READINGS)), chance.choice(codes)
        await store.trail.record(who, Did(action, code))
        if since <= clock.now < until:
            truth[who, action] += 1
            readers[code, who] += 1
    clock.now = max(clock.now, until)
    report = await store.copies.access_report(since, until, "root")
    assert {(one.who, one.action): one.times for one in report.accesses} == truth
    assert {(one.code, one.who): one.times for one in report.readers} == readers
    assert len(truth) == 9


def test_a_familys_data_is_given_out_into_a_closed_file_and_the_trail_says_so(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BRASLE_DATA", str(folder))
    monkeypatch.chdir(tmp_path)

    async def fill() -> str:
        store = Store.open(folder)
        [code] = await leads(store, 1)
        await store.close()
        return code

    code = asyncio.run(fill())
    assert main(["export", code, "--to", "family.json"]) == 0
    given = json.loads((tmp_path / "family.json").read_text("utf-8"))
    assert given["leads"][0]["contact"]["value"] == "13800000000"
    assert (tmp_path / "family.json").stat().st_mode & 0o077 == 0
    assert main(["export", code, "--to", "family.json"]) == 1
    assert main(["export", "BR-222222", "--to", "other.json"]) == 1
    assert main(["audit", "list", "--action", "lead.exported"]) == 0
    said = capsys.readouterr()
    assert code in said.out
    assert "13800" not in said.out + said.err
