"""The call sheet of the lead page: what the family wants to know, in its language and in Chinese."""

from __future__ import annotations

from bot.flows.dialogue import Asked
from tests.coordinator.site import ConsoleSite, wait_for
from tests.coordinator.work.families import Told, girl, hands_over

OWN_WORDS = "Can her grandmother Lin Fang stay with her?"


def asking() -> Told:
    told = girl("en")
    told.more["asked"] = (Asked(question="pays"), Asked(said=OWN_WORDS))
    return told


def test_the_family_s_questions_stand_on_the_sheet_and_on_paper(site: ConsoleSite) -> None:
    code = wait_for(hands_over(site.store, asking()))
    page = site.sign_in("coordinator").get(f"/coordinator/leads/{code}").text
    assert page.count("Who pays?") == 2
    assert page.count("费用谁来出？") == 2
    assert page.count(OWN_WORDS) == 2


def test_an_auditor_does_not_read_their_own_words(site: ConsoleSite) -> None:
    code = wait_for(hands_over(site.store, asking()))
    page = site.sign_in("auditor").get(f"/coordinator/leads/{code}").text
    assert "Who pays?" in page
    assert "Lin Fang" not in page


def test_a_lead_of_before_there_were_questions_is_read(site: ConsoleSite) -> None:
    told = girl()
    fields = told.lead()
    del fields["packet"]["asked"]
    code = wait_for(hands_over(site.store, told, packet=fields["packet"]))
    assert site.sign_in("coordinator").get(f"/coordinator/leads/{code}").status_code == 200


def test_paper_has_room_for_some_and_counts_the_rest(site: ConsoleSite) -> None:
    told = asking()
    told.more["asked"] = (*(Asked(said=f"Question {n}?") for n in range(11)),)
    code = wait_for(hands_over(site.store, told))
    page = site.sign_in("coordinator").get(f"/coordinator/leads/{code}").text
    assert page.count("Question 7?") == 2
    assert page.count("Question 8?") == 1
    assert "And 3 more" in page
