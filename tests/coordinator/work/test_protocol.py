"""The protocol page, the site's answers, and the command that lists whose verdicts they move."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import pytest

from bot.__main__ import main
from bot.commands.operator import operator
from bot.store.audit import Wanted
from bot.store.records import Recruiting
from brasle_prescreen.lead import OPEN
from brasle_prescreen.site_decision import known_points
from tests.coordinator.site import Colleague, ConsoleSite, wait_for
from tests.coordinator.work.families import PROTOCOL, girl, hands_over
from tests.coordinator.work.test_pages import HOME, does, sees


@pytest.fixture
def li(site: ConsoleSite) -> Colleague:
    return site.sign_in("coordinator", "Li Min")


def decides(colleague: Colleague, criterion: str, **typed: str) -> Any:
    form = {
        "about": "past_cured",
        "verdict": "pass",
        "decided_on": "2026-11-20",
        "answer": "Cured five years ago: fine.",
    }
    return colleague.post(f"{HOME}/protocol/{criterion}/decide", form | typed, follow=True)


def test_the_protocol_page_holds_every_criterion_with_reading_and_question(li: Colleague) -> None:
    page = unescape(li.get(f"{HOME}/protocol").text)
    for criterion in PROTOCOL.criteria:
        assert criterion.reading in page
        assert criterion.ask_site in page
        assert all(line in page for line in criterion.text)
        assert li.get(f"{HOME}/protocol/{criterion.id}").status_code == 200
    assert li.get(f"{HOME}/protocol/E99").status_code == 404


def test_points_that_the_rules_spell_out_can_be_decided() -> None:
    assert "past_cured" in known_points(PROTOCOL.criterion("E19"))
    assert "other_markers" in known_points(PROTOCOL.criterion("E10"))
    assert known_points(PROTOCOL.criterion("I1")) == ()


def test_the_sites_answer_is_recorded_with_its_day_and_counts_on_every_lead(site: ConsoleSite, li: Colleague) -> None:
    code = wait_for(hands_over(site.store, girl("en").tap("rare", "malignancy").tap("malignancy", "past_cured")))
    assert "? not known" in sees(li, f"/leads/{code}")
    response = decides(li, "E19")
    assert "Recorded." in response.text
    page = sees(li, "/protocol/E19")
    assert "Answered on 2026-11-20" in page
    assert "Li Min" in page
    assert "counts as: met" in page
    lead = sees(li, f"/leads/{code}")
    assert "By the site's decision of 2026-11-20: met." in lead
    assert "Cured five years ago: fine." in lead
    stored = wait_for(site.store.lead(code))
    assert stored is not None
    assert next(one for one in stored.packet["criteria"] if one["id"] == "E19")["verdict"] == "unknown"
    [entry] = wait_for(site.store.trail.entries(Wanted(action="protocol.decision")))
    assert (entry.field, entry.became) == ("E19", "past_cured pass 2026-11-20")


def test_a_point_of_the_leads_that_the_rules_do_not_spell_out_is_offered(site: ConsoleSite, li: Colleague) -> None:
    wait_for(hands_over(site.store, girl("en")))
    assert "open in 1 of the last leads" in sees(li, "/protocol/E1")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"answer": "  "}, "Write what the site answered"),
        ({"answer": "x" * 2001}, "At most 2000"),
        ({"decided_on": "2027-01-01"}, "today or earlier"),
        ({"decided_on": "soon"}, "today or earlier"),
        ({"about": "nonsense"}, "Choose one of the points"),
        ({"verdict": "nonsense"}, "Choose as what it counts"),
        ({"verdict": ""}, "Choose as what it counts"),
        ({"about": ""}, "Choose as what it counts"),
    ],
)
def test_a_bad_answer_is_refused_at_its_field(li: Colleague, typed: dict[str, str], says: str) -> None:
    response = decides(li, "E19", **typed)
    assert response.status_code == 422
    assert says in unescape(response.text)
    assert 'aria-invalid="true"' in response.text
    assert "None recorded yet" in sees(li, "/protocol/E19")


def test_an_answer_can_be_kept_only_to_be_read(li: Colleague) -> None:
    assert decides(li, "I5", about="", verdict="", answer="Any hospital's score counts.").status_code == 200
    page = sees(li, "/protocol/I5")
    assert "Any hospital's score counts." in page
    assert "counts as" not in page


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_who_only_reads_records_nothing(site: ConsoleSite, role: str) -> None:
    reader = site.sign_in(role)
    assert "Record an answer" not in sees(reader, "/protocol/E19")
    assert decides(reader, "E19").status_code == 403
    assert reader.post(f"{HOME}/recruiting/set", state="closed", as_of="2026-11-20").status_code == 403


# The command


@pytest.fixture
def rescreen(
    site: ConsoleSite, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[list[dict[str, Any]], str]]:
    """Run the command beside the running console."""
    monkeypatch.setenv("BRASLE_DATA", str(site.store.folder))

    def run(*options: str) -> tuple[list[dict[str, Any]], str]:
        assert main(["rescreen", "--json", *options]) == 0
        said = capsys.readouterr()
        return [json.loads(line) for line in said.out.splitlines()], said.err

    return run


def test_rescreen_lists_whom_a_decision_moves_and_contacts_nobody(
    site: ConsoleSite, li: Colleague, rescreen: Callable[..., tuple[list[dict[str, Any]], str]]
) -> None:
    moved = wait_for(hands_over(site.store, girl().tap("rare", "malignancy").tap("malignancy", "past_cured")))
    wait_for(hands_over(site.store))
    assert rescreen() == ([], "0 of 2 leads move. Nobody was told.\n")
    decides(li, "E19")
    [row], said = rescreen()
    assert said == "1 of 2 leads move. Nobody was told.\n"
    assert row["code"] == moved
    assert row["moved"] == [
        {
            "criterion": "E19",
            "before": "unknown",
            "after": "pass",
            "why": "decision",
            "decided_on": "2026-11-20",
            "about": "past_cured",
        }
    ]
    assert wait_for(site.store.due("browser", 99, site.clock.now)) == []
    assert wait_for(site.store.due("notice", 99, site.clock.now)) == []
    [entry, *_] = wait_for(site.store.trail.entries(Wanted(action="lead.rescreened")))
    assert (entry.subject, entry.name) == (moved, operator().removeprefix("command:"))


def test_rescreen_says_what_a_changed_trial_file_moves(
    site: ConsoleSite, rescreen: Callable[..., tuple[list[dict[str, Any]], str]]
) -> None:
    """A lead of an older trial file, by which the girl's rituximab was long enough ago and her age not."""
    packet = girl().packet()
    packet["protocol"]["trial_sha256"] = "0" * 64
    for one in packet["criteria"]:
        one["verdict"] = {"E13": "pass", "I1": "fail", "E10": "fail"}.get(one["id"], one["verdict"])
    code = wait_for(hands_over(site.store, packet=packet))
    [row], _ = rescreen()
    assert row["code"] == code
    assert {(one["criterion"], one["before"], one["after"], one["why"]) for one in row["moved"]} == {
        ("E13", "pass", "fail", "trial"),
        ("I1", "fail", "pass", "trial"),
    }
    assert row["private_items_moved"] == 1
    [named], _ = rescreen("--private")
    assert ("E10", "unknown") in {(one["criterion"], one["after"]) for one in named["moved"]}


def test_rescreen_leaves_a_coordinators_own_verdict_alone(
    site: ConsoleSite, li: Colleague, rescreen: Callable[..., tuple[list[dict[str, Any]], str]]
) -> None:
    code = wait_for(hands_over(site.store, girl().tap("rare", "malignancy").tap("malignancy", "past_cured")))
    does(li, code, "override", criterion="E19", verdict="fail", because="the doctor says so")
    decides(li, "E19")
    assert rescreen()[0] == []


def test_rescreen_says_which_answers_cannot_be_judged_any_more(
    site: ConsoleSite, rescreen: Callable[..., tuple[list[dict[str, Any]], str]]
) -> None:
    packet = girl().packet()
    packet["answers"] = {**packet["answers"], "gone": 1}
    wait_for(hands_over(site.store, packet=packet))
    wait_for(hands_over(site.store, packet={}, tier=None))
    [row], _ = rescreen()
    assert row["cannot_be_judged"] == "gone"


def test_rescreen_in_words(
    site: ConsoleSite, li: Colleague, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BRASLE_DATA", str(site.store.folder))
    code = wait_for(hands_over(site.store, girl().tap("rare", "malignancy").tap("malignancy", "past_cured")))
    decides(li, "E19")
    assert main(["rescreen"]) == 0
    said = capsys.readouterr().out
    assert code in said
    assert "E19: unknown -> pass, because the site decided on 2026-11-20 about past_cured" in said


# Recruiting


def test_recruiting_is_said_with_its_day(site: ConsoleSite, li: Colleague) -> None:
    assert "nobody has said so yet" in sees(li, "/recruiting")
    response = li.post(f"{HOME}/recruiting/set", follow=True, state="waitlist", as_of="2026-11-20", places="2")
    assert "Set." in response.text
    assert wait_for(site.store.recruiting()) == Recruiting("waitlist", date(2026, 11, 20), 2)
    page = sees(li, "/recruiting")
    assert "Families are told their place on the list." in page
    li.post(f"{HOME}/recruiting/set", state="open", as_of="2026-11-23", places="")
    assert wait_for(site.store.recruiting()) == Recruiting("open", date(2026, 11, 23), None)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"state": "nonsense"}, "Choose a state"),
        ({"as_of": "2026-11-24"}, "today or earlier"),
        ({"as_of": ""}, "today or earlier"),
        ({"places": "-1"}, "from 0 to 999"),
        ({"places": "1000"}, "from 0 to 999"),
        ({"places": "two"}, "from 0 to 999"),
        ({"places": "٣"}, "from 0 to 999"),
    ],
)
def test_a_bad_state_is_refused_at_its_field(
    site: ConsoleSite, li: Colleague, typed: dict[str, str], says: str
) -> None:
    form = {"state": "paused", "as_of": "2026-11-20", "places": "3"} | typed
    response = li.post(f"{HOME}/recruiting/set", form)
    assert response.status_code == 422
    assert says in response.text
    assert all(f'value="{value}"' in response.text for value in form.values() if value and value != "nonsense")
    assert wait_for(site.store.recruiting()).as_of is None


def test_the_waitlist_is_in_the_order_that_families_are_told(site: ConsoleSite, li: Colleague) -> None:
    codes = []
    for _ in range(4):
        codes.append(wait_for(hands_over(site.store)))
        site.clock.pass_by(minutes=1)
    does(li, codes[1], "merge", into=codes[0])
    does(li, codes[2], "claim")
    page = sees(li, "/recruiting")
    places = [page.index(code) for code in codes if code in page]
    assert places == sorted(places)
    assert "Waitlist: 3" in page
    told = [wait_for(site.store.waitlist_place(code)) for code in codes]
    assert told == [1, 1, 2, 3]  # the two carers wait at one place
    does(li, codes[2], "move", to="visit_booked")
    assert wait_for(site.store.waitlist_place(codes[3])) == 2
    assert len(OPEN) == 8
