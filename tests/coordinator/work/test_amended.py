"""An amendment at the coordinators' desk: what it changes, by which version a lead is judged, and who moves when somebody asks."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.lead_keeper import LeadKeeper
from bot.store.audit import Wanted
from bot.store.work_records import NewOverride
from brasle_prescreen.lead_queue import QueueRow
from tests.coordinator.site import Colleague, ConsoleSite, wait_for
from tests.coordinator.work.families import Told, hands_over
from tests.coordinator.work.test_pages import HOME, does, sees
from tests.domain.amending import SIX_MONTHS, WINDOWS, seal, write_amendment

DAY = "2026-11-23"  # when the clock of the consoles stands
OPEN_CONSOLE = Callable[..., ConsoleSite]


@pytest.fixture
def amendments(tmp_path: Path) -> Path:
    write_amendment(tmp_path / "amendments", DAY, edits=(*SIX_MONTHS, WINDOWS))
    return tmp_path / "amendments"


@pytest.fixture
def amended(open_console: OPEN_CONSOLE, amendments: Path) -> ConsoleSite:
    return open_console(amendments=amendments)


@pytest.fixture
def li(amended: ConsoleSite) -> Colleague:
    return amended.sign_in("coordinator", "Li Min")


def told(last: str = "2026-07-15") -> Told:
    """Rituximab in July: longer ago than three months, not than six."""
    family = Told("en")
    family.tap("respondent", "parent").tap("sex", "male").tap("diagnosis", "lupus_nephritis")
    family.day("birth_date", "2015-03", "2015-03-01", "2015-03-31")
    family.takes(
        "prednisone", "prednisone", "inadequate", current=True, dose={"mg_per_day": 15}, dose_stable_since="2026-10-01"
    )
    family.takes("MMF", "mycophenolate_mofetil", "relapsed", current=True, dose_stable_since="2026-09")
    family.takes("rituximab", "rituximab", "inadequate", current=False, last_dose=last)
    return family.tap("medicines_complete", "complete")


def row_of(site: ConsoleSite, code: str) -> QueueRow:
    return next(one for one in wait_for(site.store.desk.queue(ended=True)) if one.code == code)


def test_the_protocol_page_shows_the_versions_and_what_changed(li: Colleague) -> None:
    page = unescape(li.get(f"{HOME}/protocol").text)
    for said in (
        "First version",
        "Amendment 1",
        f"{DAY} <span",
        "counts today",
        "from the beginning",
        "Invented ethics committee, 2027-IRB-1",
        "Invented by the tests: six months",
        "What changes by Amendment 1",
        "within 3 months prior to screening",
        "within 6 months prior to screening",
        "rule.no_dose_within",
        "3 months to 6 months ago",
        "Nobody moves by an amendment until somebody asks",
    ):
        assert said in page, said
    # The criteria below are read by the version that counts.
    assert page.count("Six months, counted from the last dose") == 2


def test_in_chinese_it_reads_in_chinese(amended: ConsoleSite) -> None:
    page = unescape(amended.sign_in("coordinator", "王芳", "zh_Hans").get(f"{HOME}/protocol").text)
    for said in (
        "方案版本",
        "初始版本",
        "修正案 1",
        "现行",
        "测试虚构：用过抗 B 细胞抗体后须满六个月。",
        "从最后一次用药算满六个月",
    ):
        assert said in page, said


def test_without_an_amendment_the_page_says_so(site: ConsoleSite) -> None:
    assert "no amendment has been added" in sees(site.sign_in(), "/protocol")


def test_before_its_day_an_amendment_is_announced_and_judges_nobody(open_console: OPEN_CONSOLE, tmp_path: Path) -> None:
    write_amendment(tmp_path / "later", "2027-03-01")
    site = open_console(amendments=tmp_path / "later")
    reader = site.sign_in()
    page = unescape(reader.get(f"{HOME}/protocol").text)
    assert "not yet" in page
    assert "Six months, counted" in page  # among the changes
    assert page.count("Six months, counted") == 1
    code = wait_for(hands_over(site.store, told()))
    assert "Judge this lead by" not in sees(reader, f"/leads/{code}")


def test_a_lead_stays_on_its_version_until_somebody_presses(amended: ConsoleSite, li: Colleague) -> None:
    code = wait_for(hands_over(amended.store, told()))
    wait_for(LeadKeeper(amended.store, amended.console.protocols, clock=amended.clock).keep())
    before = row_of(amended, code)
    page = sees(li, f"/leads/{code}")
    assert "Amendment 1 counts since 2026-11-23. This lead is judged by: First version." in page
    assert "By the newer one the lead would be: not now." in page.replace("Not now", "not now")
    assert "E13: met → not met" in page
    does(li, code, "claim")
    assert "From now on this lead is judged by the version that counts today." in does(li, code, "amend")
    after = row_of(amended, code)
    assert before.tier != "not_now"
    assert (after.tier, after.own_tier) == ("not_now", before.own_tier)
    assert after.clears_on == date(2027, 1, 16)
    page = sees(li, f"/leads/{code}")
    assert "Judge this lead by" not in page
    assert "asked for by" in page
    [entry] = wait_for(amended.store.trail.entries(Wanted(action="lead.protocol")))
    assert (entry.field, entry.was, entry.became) == ("protocol", None, "1")
    assert li.post(f"{HOME}/leads/{code}/amend").status_code == 409


def test_the_auditor_sees_it_and_presses_nothing(amended: ConsoleSite) -> None:
    code = wait_for(hands_over(amended.store, told()))
    auditor = amended.sign_in("auditor")
    page = sees(auditor, f"/leads/{code}")
    assert "E13: met → not met" in page
    assert "Judge this lead by" not in page
    assert auditor.post(f"{HOME}/leads/{code}/amend").status_code == 403


def test_where_nothing_newer_counts_there_is_nothing_to_press(site: ConsoleSite) -> None:
    code = wait_for(hands_over(site.store, told()))
    li = site.sign_in("coordinator", "Li Min")
    assert li.post(f"{HOME}/leads/{code}/amend").status_code == 409
    assert "First version" in sees(li, f"/leads/{code}")


# The command. It goes by the real day, on which an amendment of the year 2000 counts and one of 2100 does not.


@pytest.fixture
def rescreen(
    site: ConsoleSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[list[dict[str, Any]], str]]:
    """Run the command beside the running console."""
    write_amendment(tmp_path / "amendments", "2000-01-01")
    monkeypatch.setenv("BRASLE_DATA", str(site.store.folder))
    monkeypatch.setenv("BRASLE_AMENDMENTS", str(tmp_path / "amendments"))
    monkeypatch.setenv("BRASLE_DEMO", "false")

    def run(*options: str, status: int = 0) -> tuple[list[dict[str, Any]], str]:
        assert main(["rescreen", "--json", *options]) == status
        said = capsys.readouterr()
        return [json.loads(line) for line in said.out.splitlines()], said.err

    return run


RESCREEN = Callable[..., tuple[list[dict[str, Any]], str]]


def test_rescreen_says_who_moves_and_why(site: ConsoleSite, rescreen: RESCREEN) -> None:
    moved = wait_for(hands_over(site.store, told()))
    longer = wait_for(hands_over(site.store, told("2026-09-15")))  # excluded by both, by the amendment until later
    wait_for(hands_over(site.store, told("2024-07-15")))
    rows, said = rescreen()
    assert "2 of 3 leads move. Nobody was told." in said
    assert "Judged by amendment 1." in said
    assert "Note: amendment 2000-01-01: it is not sealed" in said
    [row, other] = rows
    assert (row["code"], row["tier_now"], row["version"], row["version_now"]) == (moved, "not_now", "original", "1")
    assert row["tier"] != "not_now"
    [why] = row["moved"]
    assert (why["criterion"], why["before"], why["after"], why["why"]) == ("E13", "pass", "fail", "amendment")
    told_changes = {(one["kind"], one["where"]): (one["before"], one["after"]) for one in why["changes"]}
    assert told_changes["rule", "rule.no_dose_within"] == ("3 months", "6 months")
    assert ("text", "text") in told_changes
    assert (other["code"], other["moved"]) == (longer, [])
    assert (other["earliest_date"], other["earliest_date_now"]) == ("2026-12-16", "2027-03-16")
    [otherwise] = other["otherwise"]
    assert (otherwise["criterion"], otherwise["verdict"]) == ("E13", "fail")
    assert ("rule.no_dose_within", "3 months", "6 months") in [
        (one["where"], one["before"], one["after"]) for one in otherwise["changes"]
    ]


def test_rescreen_in_words(site: ConsoleSite, rescreen: RESCREEN, capsys: pytest.CaptureFixture[str]) -> None:
    code = wait_for(hands_over(site.store, told()))
    assert main(["rescreen"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{code}  new  ")
    assert " -> not_now\n" in said
    assert "    judged by original so far, now by 1\n" in said
    assert "    E13: pass -> fail, because the amendment changes it\n" in said
    assert "        rule.no_dose_within: 3 months -> 6 months\n" in said


def test_any_version_can_be_tried_and_only_the_one_in_force_applied(
    site: ConsoleSite, rescreen: RESCREEN, tmp_path: Path
) -> None:
    first = tmp_path / "amendments" / "2000-01-01"
    back = ("exclusion.toml", 'no_dose_within = "6 months"', 'no_dose_within = "1 month"')
    words = (
        ("exclusion.toml", '"Six months, counted', '"One month, counted'),
        ("exclusion.toml", "满六个月", "满一个月"),
    )
    write_amendment(tmp_path / "amendments", "2100-01-01", "2", [back, *words], upon=first)
    code = wait_for(hands_over(site.store, told("2026-10-01")))
    [row], said = rescreen("--protocol", "2")
    assert "Judged by amendment 2." in said
    assert (row["code"], row["moved"][0]["before"], row["moved"][0]["after"]) == (code, "fail", "pass")
    assert rescreen("--protocol", "original")[0] == []
    assert rescreen("--protocol", "1999-12-31")[0] == []
    assert "There is no version '3'" in rescreen("--protocol", "3", status=2)[1]
    assert "Only the version in force can be applied" in rescreen("--protocol", "2", "--apply", status=2)[1]


def test_apply_moves_leads_and_asks_for_the_seal_first(
    site: ConsoleSite, rescreen: RESCREEN, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = wait_for(hands_over(site.store, told()))
    kept = wait_for(hands_over(site.store, told()))
    wait_for(site.store.desk.override(kept, NewOverride("E13", "pass", "Told so by the ward."), "account:x"))
    own = row_of(site, code).tier
    assert "is not sealed cannot be applied" in rescreen("--apply", status=2)[1]
    assert row_of(site, code).tier == own
    seal(tmp_path / "amendments")
    rows, said = rescreen("--apply")
    assert [row["code"] for row in rows] == [code]
    assert "2 leads are judged by amendment 1 from now on." in said
    assert (row_of(site, code).tier, row_of(site, code).own_tier) == ("not_now", own)
    assert row_of(site, kept).tier == own  # a coordinator's own verdict stands
    lead = wait_for(site.store.lead(code))
    assert lead is not None
    assert lead.packet["protocol"]["version"] == "original"
    # Done once: nothing is left to move, and nothing moves twice.
    rows, said = rescreen("--apply")
    assert rows == []
    assert "0 leads are judged by amendment 1" in said
    assert len(wait_for(site.store.trail.entries(Wanted(action="lead.protocol")))) == 2


def test_apply_leaves_alone_what_was_handed_over_on_that_version(
    site: ConsoleSite, rescreen: RESCREEN, tmp_path: Path
) -> None:
    family = told().lead()
    own = {**family["packet"], "protocol": {**family["packet"]["protocol"], "version": "1"}}
    wait_for(hands_over(site.store, told(), packet=own))
    wait_for(hands_over(site.store, told()))
    seal(tmp_path / "amendments")
    assert "1 leads are judged by amendment 1 from now on." in rescreen("--apply")[1]
    assert len(wait_for(site.store.trail.entries(Wanted(action="lead.protocol")))) == 1


def test_a_look_at_the_old_version_is_not_kept_over_the_new(amended: ConsoleSite) -> None:
    """Between judging and keeping somebody asks for the amendment: the look is left for the next time."""
    code = wait_for(hands_over(amended.store, told()))
    desk, keeper = amended.store.desk, amended.console.keeper
    wait_for(desk.override(code, NewOverride("E5", "pass", "Seen."), "account:x"))
    today, trial = amended.console.today, amended.console.protocols.sha256
    basis, decisions, waiting = wait_for(desk.looks_waiting(today, trial, 9))
    looks = keeper._looks(waiting, decisions, today)
    wait_for(desk.judge_by([code], "1", "account:x"))
    assert wait_for(desk.keep_looks(basis, looks)) == 0
    assert wait_for(keeper.look()) == 1
    assert row_of(amended, code).tier == "not_now"


def test_an_export_tells_by_which_version_each_verdict_is(amended: ConsoleSite, li: Colleague) -> None:
    old, moved = (wait_for(hands_over(amended.store, told())) for _ in range(2))
    wait_for(amended.store.desk.judge_by([moved], "1", "account:x"))
    wait_for(amended.console.keeper.look())
    answer = li.post(f"{HOME}/exports/queue", form="csv")
    rows = {row["Number"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    assert (rows[old]["Protocol"], rows[old]["E13"]) == ("First version", "met")
    assert (rows[moved]["Protocol"], rows[moved]["E13"]) == ("Amendment 1", "not met")
