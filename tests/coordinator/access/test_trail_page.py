"""The auditor's page shows every reading and every change, and tells when the trail was touched."""

from __future__ import annotations

import re
import sqlite3
from datetime import date
from urllib.parse import urlencode

from bot.store.audit import Wanted
from bot.store.audit_entry import Did, Hidden
from tests.coordinator.site import ConsoleSite, Reading, wait_for
from tests.store.conftest import Family, lead_record


def a_lead(site: ConsoleSite) -> str:
    family = Family(site.store, "1001")
    code = wait_for(family.says(lead=lead_record(site.store))).lead_code
    assert code is not None
    return code


def rows(page: str) -> list[list[str]]:
    """The cells of the table's body, as read."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    found = []
    for row in body.split("</tr>")[:-1]:
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        found.append([" ".join(Reading(cell).words.split()) for cell in cells])
    return found


def test_who_what_and_when_can_be_read(site: ConsoleSite) -> None:
    code = a_lead(site)
    lin, auditor = site.account("coordinator", "Lin Mei"), site.sign_in("auditor", "Wu")
    wait_for(site.store.read_lead(code, f"account:{lin.id}"))
    wait_for(site.store.set_lead_status(code, "claimed", f"account:{lin.id}"))
    wait_for(site.store.set_recruiting("paused", date(2026, 11, 22), 2, "x", actor="command:root"))
    page = rows(auditor.get("/coordinator/trail").text)
    told = [(row[2], row[3], row[4], row[5]) for row in page[:5]]
    assert ("Lin Mei coordinator", "read a lead", code, "") in told
    assert ("Lin Mei coordinator", "changed a status", code, "status: New \u2192 Claimed") in told
    assert ("root command line", "set the recruiting state", "", "state: open - - \u2192 paused 2026-11-22 2") in told
    assert page[0][1] == "2026-11-23 09:00"  # Beijing time


def test_the_filters_leave_what_was_asked_for(site: ConsoleSite) -> None:
    code = a_lead(site)
    auditor = site.sign_in("auditor", "Wu")
    lin = site.account("coordinator", "Lin Mei")
    for _ in range(3):
        wait_for(site.store.read_lead(code, f"account:{lin.id}"))
    site.clock.pass_by(days=1)
    auditor = site.signed_in(auditor.account)

    def seen(**filters: str) -> list[list[str]]:
        return rows(auditor.get(f"/coordinator/trail?{urlencode(filters)}").text)

    assert len(seen(of=code, action="lead.read")) == 3
    assert len(seen(of=f" {code.lower()[3:]} ", action="lead.read")) == 3
    assert {row[2] for row in seen(who=f"account:{lin.id}")} == {"Lin Mei coordinator"}
    assert seen(of="BR-777777") == []
    assert len(seen(day="2026-11-23")) > 3
    assert {row[1][:10] for row in seen(day="2026-11-24")} == {"2026-11-24"}
    assert seen(day="2025-01-01") == []
    answer = auditor.get("/coordinator/trail?day=yesterday")
    assert answer.status_code == 422
    assert "Type the day like" in answer.text
    for odd in (
        "before=x",
        "before=" + "9" * 40,
        "who=%00",
        "action=%F0%9F%98%80",
        "of=" + "a" * 5000,
        "day=2026-13-45",
    ):
        assert auditor.get(f"/coordinator/trail?{odd}").status_code in (200, 422)


def test_older_entries_follow_page_by_page(site: ConsoleSite) -> None:
    auditor = site.sign_in("auditor")
    for number in range(230):
        wait_for(site.store.trail.record("command:root", Did("queue.read", became=number)))
    seen: list[int] = []
    path = "/coordinator/trail?action=queue.read"
    for _ in range(5):
        page = auditor.get(path).text
        seen += [int(row[0]) for row in rows(page)]
        older = re.search(r'href="(/coordinator/trail\?[^"]*before=\d+)"', page)
        if older is None:
            break
        path = older[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 230
    assert seen == sorted(seen, reverse=True)


def test_reading_the_trail_is_an_entry_itself(site: ConsoleSite) -> None:
    auditor = site.sign_in("auditor", "Wu")
    auditor.get("/coordinator/trail")
    [last] = wait_for(site.store.trail.entries(Wanted(limit=1)))
    assert (last.name, last.role, last.action) == ("Wu", "auditor", "trail.read")


def test_a_whole_trail_is_said_to_be_whole_and_a_touched_one_is_not(site: ConsoleSite) -> None:
    code = a_lead(site)
    auditor = site.sign_in("auditor")
    wait_for(site.store.read_lead(code, "command:root"))
    assert "The trail is whole" in auditor.post("/coordinator/trail/check").text
    head = wait_for(site.store.trail.head())
    assert "The trail is whole" in auditor.post("/coordinator/trail/check", printed=str(head)).text
    unclear = auditor.post("/coordinator/trail/check", printed="12 of something")
    assert unclear.status_code == 422
    assert "12 of something" in unclear.text
    sql = sqlite3.connect(site.store.folder / "brasle.sqlite3")
    sql.execute("DROP TRIGGER audit_is_never_changed")
    sql.execute("UPDATE audit SET subject = 'BR-346779' WHERE action = 'lead.read'")
    sql.execute("UPDATE account SET role = 'administrator' WHERE id = ?", (auditor.account.id,))
    sql.commit()
    sql.close()
    page = Reading(auditor.post("/coordinator/trail/check").text).words
    assert "not whole" in page
    assert "is not what was written" in page
    assert "no longer refuses changes" in page
    assert "was changed beside the program: role" in page


def test_a_free_word_never_reaches_the_page(site: ConsoleSite) -> None:
    auditor = site.sign_in("auditor")
    wait_for(
        site.store.trail.record("command:<b>root</b>", Did("lead.note", "BR-346779", reason=Hidden("mother's words")))
    )
    page = auditor.get("/coordinator/trail").text
    assert "mother" not in page
    assert "<b>root" not in page
    assert "&lt;b&gt;root" in page
    assert "h:" in page
