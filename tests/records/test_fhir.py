"""FHIR files: valid by another library and by their codes, in the order of the conversation, without identities."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from bot.__main__ import main
from bot.records.fhir_bundle import Study, bundle
from bot.records.fhir_check import FhirError, checked
from bot.records.fhir_medicines import Atc, load_atc
from bot.records.given_answers import WHOLE
from bot.records.study_form import StudyForm
from bot.store.audit import Wanted
from brasle_prescreen.lead import FHIR_STATUSES, LeadStatus, fhir_status
from brasle_prescreen.registry import load_registered
from tests.coordinator.site import ConsoleSite, wait_for
from tests.coordinator.work.families import PROTOCOL, QUESTIONS, hands_over
from tests.records.conftest import CANARY, stored, told

NOW = "2026-11-22T10:00:00Z"


@pytest.fixture(scope="module")
def study(form: StudyForm) -> Study:
    return Study(form, QUESTIONS, PROTOCOL, load_registered(), "open")


def resources(made: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one["resource"] for one in made["entry"] if one["resource"]["resourceType"] == kind]


def answers(made: dict[str, Any]) -> dict[str, list[Any]]:
    """linkId to values, groups opened; those of a repeated group one after another."""
    found: dict[str, list[Any]] = {}

    def look(items: list[dict[str, Any]]) -> None:
        for item in items:
            for answer in item.get("answer", ()):
                [(name, value)] = answer.items()
                found.setdefault(item["linkId"], []).append(
                    value.get("code", value) if name == "valueCoding" else value
                )
            look(item.get("item", []))

    [response] = resources(made, "QuestionnaireResponse")
    look(response["item"])
    return found


def reason(value: Any) -> str:
    return str(value["extension"][0]["valueCode"])


def test_a_bundle_is_read_by_another_library_and_comes_back_the_same(study: Study) -> None:
    made = bundle(study, [stored()], NOW)
    read = Bundle.model_validate_json(json.dumps(made))
    assert json.loads(read.model_dump_json()) == json.loads(json.dumps(made))
    assert [one["resource"]["resourceType"] for one in made["entry"]] == [
        "ResearchStudy",
        "Questionnaire",
        "ConceptMap",
        "Patient",
        "ResearchSubject",
        "QuestionnaireResponse",
    ]


def test_the_study_is_the_one_of_the_record(study: Study) -> None:
    [one] = resources(bundle(study, [], NOW), "ResearchStudy")
    assert one["identifier"][0]["value"] == PROTOCOL.record.registry_id
    assert one["title"] == PROTOCOL.record.title
    assert one["condition"][0]["coding"][0]["code"] == "M32"
    assert one["status"] == "active"


def test_codes_of_other_systems_are_those_that_are_sure_and_no_others(study: Study) -> None:
    made = bundle(study, [stored()], NOW)
    [one] = resources(made, "ResearchStudy")
    assert [(code["system"], code["code"]) for code in one["condition"][0]["coding"]] == [
        ("http://hl7.org/fhir/sid/icd-10", "M32")
    ]
    [mapped] = resources(made, "ConceptMap")
    [group] = mapped["group"]
    assert group["target"] == "http://www.whocc.no/atc"
    # Our side is the code system of the answers, and every code of it is one that can be answered.
    [questions] = resources(made, "Questionnaire")
    named = next(item for item in questions["item"] if item["linkId"] == "medicines")
    offered = {option["valueCoding"]["code"]: option["valueCoding"]["system"] for option in named["answerOption"]}
    assert {offered[element["code"]] for element in group["element"]} == {group["source"]}
    atc = {one["code"]: one["target"][0] for one in group["element"]}
    assert atc["rituximab"]["code"] == "L01FA01"
    assert atc["cyclophosphamide"]["code"] == "L01AA01"
    assert atc["hydroxychloroquine"] == {
        "code": "P01BA02",
        "display": "hydroxychloroquine",
        "equivalence": "equivalent",
    }
    assert (atc["mycophenolate_mofetil"]["code"], atc["mycophenolate_mofetil"]["equivalence"]) == ("L04AA06", "wider")
    # By use several codes, or none in the index: left out.
    assert not {"prednisone", "methotrexate", "tacrolimus", "telitacicept", "car_t_cd19", "vax_mmr"} & set(atc)
    named_once = [one["code"] for one in atc.values() if one["equivalence"] == "equivalent"]
    assert len(named_once) == len(set(named_once))


def test_every_code_of_a_medicine_names_an_entry_of_the_lexicon() -> None:
    atc = load_atc()
    known = {one.id: one for one in PROTOCOL.medicines}
    assert set(atc.codes) | set(atc.wider) <= set(known)
    assert not set(atc.codes) & set(atc.wider)
    assert not any(known[id].is_vaccine or "group" in known[id].marks for id in atc.codes)
    with pytest.raises(ValueError, match="pattern"):
        Atc.model_validate({**atc.model_dump(), "codes": {"rituximab": "L01XC2"}})


def test_items_stand_in_the_order_of_the_conversation_in_both_languages(study: Study) -> None:
    [one] = resources(bundle(study, [], NOW), "Questionnaire")
    cards = [card.id for card in QUESTIONS.card]
    cards.insert(cards.index("medicines_complete") + 1, "medicine")
    cards.insert(cards.index("vaccines") + 1, "vaccine")
    assert [item["linkId"] for item in one["item"]] == cards
    inner = next(item for item in one["item"] if item["linkId"] == "medicine")["item"]
    assert [item["linkId"] for item in inner[1:]] == [f"medicine.{card.id}" for card in QUESTIONS.medicine.card]

    def texts(value: Any) -> Iterator[dict[str, Any]]:
        if isinstance(value, dict):
            if "text" in value or "display" in value:
                yield value
            for name, under in value.items():
                if name != "enableWhen":
                    yield from texts(under)
        elif isinstance(value, list):
            for under in value:
                yield from texts(under)

    for each in texts(one["item"]):
        extension = (each.get("_text") or each["_display"])["extension"]
        languages = {part["extension"][0]["valueCode"]: part["extension"][1]["valueString"] for part in extension}
        assert languages["zh-Hans"]


def test_every_condition_on_an_answer_is_said(study: Study) -> None:
    """What a card waits for stands in enableWhen, or in a note if only the conversation can tell."""
    [one] = resources(bundle(study, [], NOW), "Questionnaire")
    items = {item["linkId"]: item for item in one["item"]}
    for card in QUESTIONS.card:
        item = items[card.id]
        on_cards = [condition for condition in card.asked_when if condition.card or condition.answer]
        assert bool(item.get("enableWhen")) >= bool(on_cards), card.id
        if len(on_cards) != len(card.asked_when):
            assert "Asked only if" in json.dumps(item["extension"])
    titer = [(one["operator"], one["answerCoding"]["code"]) for one in items["ana_titer"]["enableWhen"]]
    assert titer == [("=", "ana"), ("!=", "anti_dsdna"), ("!=", "anti_sm")]
    assert items["ana_titer"]["enableBehavior"] == "all"
    assert items["cns_when"]["enableBehavior"] == "any"


def test_answers_are_as_given_and_nobody_can_be_told_from_them(study: Study) -> None:
    made = bundle(study, [stored()], NOW)
    found = answers(made)
    assert found["respondent"] == ["parent"]
    assert found["antibodies"] == ["ana", "anti_sm"]
    assert found["birth_date.date"] == ["2015"]
    assert found["dialysis_when.date"] == ["2026-05"]
    assert found["sledai.number"] == [8]
    assert found["labs.hemoglobin"][0]["value"] == 98
    assert found["labs_when.choice"] == ["w30days"]
    assert reason(found["cns_event"][0]) == "asked-declined"
    assert reason(found["kidney_plan"][0]) == "asked-unknown"
    assert [reason(found[name][0]) for name in ("mood", "hepatitis_b", "viruses")] == ["masked"] * 3
    assert not {"hiv", "pregnant", "first_period"} & set(found)  # that they were asked would tell the answer before
    assert found["medicine.name"][:3] == ["prednisone", "mycophenolate_mofetil", "rituximab"]
    assert reason(found["medicine.name"][3]) == "masked"
    said = json.dumps(made, ensure_ascii=False)
    assert CANARY not in said
    assert "13800138000" not in said
    assert "2015-03" not in said
    assert "2026-05-03" not in said


def test_one_lead_can_be_taken_out_whole(study: Study) -> None:
    found = answers(bundle(study, [stored()], NOW, WHOLE))
    assert found["birth_date.date"] == ["2015-03"]
    assert found["mood"] == ["current"]
    assert found["hiv"] == ["positive"]
    assert CANARY in found["medicine.name"]
    assert "Lin" not in json.dumps(found)


def test_answers_name_only_what_was_chosen_or_typed(study: Study) -> None:
    """Nothing is made up: every coded answer of the file is a choice of the packet."""
    lead = stored()
    found = answers(bundle(study, [lead], NOW))
    for id, given in lead.packet["said"].items():
        if id in QUESTIONS.by_id and not QUESTIONS.by_id[id].private and QUESTIONS.by_id[id].kind == "choice":
            value = found[id]
            if given["choices"] not in (["unsure"], ["skip"]):
                assert value == list(given["choices"]), id


def test_only_these_and_none_of_the_rest_is_told_apart(study: Study) -> None:
    family = told().tap("organs", "effusion")
    assert answers(bundle(study, [stored(family)], NOW))["organs"] == ["effusion"]
    card = QUESTIONS.by_id["organs"]
    denied = {key: value for one in card.choices if one.id != "effusion" for key, value in one.absent.items()}
    family.typed("organs", "effusion", denied, "")
    family.given["organs"] = family.given["organs"].model_copy(update={"choices": ("effusion",)})
    assert answers(bundle(study, [stored(family)], NOW))["organs"] == ["effusion", "only"]


def test_the_status_of_each_lead_is_the_one_of_the_table(study: Study) -> None:
    reasons = {"closed": "labs"}
    leads = [stored(code=f"BR-{one.value}", status=one.value, closed_for=reasons.get(one, "")) for one in LeadStatus]
    given = [one["status"] for one in resources(bundle(study, leads, NOW), "ResearchSubject")]
    assert given == [fhir_status(one, reasons.get(one, "")) for one in LeadStatus]
    assert set(given) <= set(FHIR_STATUSES)
    assert "ineligible" in given


def test_random_numbers_stand_for_nothing(study: Study) -> None:
    first, second = (json.dumps(bundle(study, [stored()], NOW, random_ids=True)) for _ in range(2))
    assert "BR-ABCDEF" not in first
    assert first != second


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("ResearchSubject", {"status": "bogus"}),
        ("ResearchStudy", {"status": "recruiting"}),
        ("QuestionnaireResponse", {"status": "done"}),
        ("Questionnaire", {"status": "final"}),
        ("QuestionnaireResponse", {"item": [{"linkId": "nothing"}]}),
        ("ResearchSubject", {"individual": {"reference": "Patient/1"}}),
        ("Questionnaire", {"item": [{"linkId": "a", "type": "chioce", "text": "a"}]}),
        ("ResearchSubject", {"study": 5}),
    ],
)
def test_what_the_library_accepts_and_fhir_does_not_is_found(study: Study, kind: str, change: dict[str, Any]) -> None:
    made = copy.deepcopy(bundle(study, [stored()], NOW))
    resources(made, kind)[0].update(change)
    with pytest.raises(FhirError, match="not be valid FHIR"):
        checked(made)


def test_the_console_gives_the_set_and_one_lead_and_the_trail_knows(site: ConsoleSite) -> None:
    code = wait_for(hands_over(site.store, told(), contact={"name": CANARY}))
    wait_for(hands_over(site.store))
    li = site.sign_in("coordinator", "Li Min")
    whole = li.post("/coordinator/exports/fhir", lead="")
    assert (whole.status_code, whole.headers["content-type"]) == (200, "application/fhir+json; charset=utf-8")
    assert len(resources(whole.json(), "ResearchSubject")) == 2
    alone = li.post("/coordinator/exports/fhir", lead=code.lower())
    assert len(resources(alone.json(), "ResearchSubject")) == 1
    assert CANARY not in whole.text + alone.text
    refused = li.post("/coordinator/exports/fhir", lead="BR-XXXXXX")
    assert (refused.status_code, "There is no such lead" in refused.text) == (422, True)
    assert site.sign_in("auditor").post("/coordinator/exports/fhir", lead="").status_code == 403
    entries = wait_for(site.store.trail.entries(Wanted(who=f"account:{li.account.id}")))
    noted = [(one.subject, one.became) for one in entries if one.action == "export.fhir"]
    assert noted == [(code, "1"), ("", "2")]


def test_the_command_writes_a_closed_file(
    site: ConsoleSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = wait_for(hands_over(site.store, told()))
    monkeypatch.setenv("BRASLE_DATA", str(site.store.folder))
    path = tmp_path / "out.json"
    assert main(["export-fhir", "--to", str(path)]) == 0
    assert path.stat().st_mode & 0o077 == 0
    assert len(resources(json.loads(path.read_bytes()), "Patient")) == 1
    assert main(["export-fhir", "--to", str(path)]) == 1
    assert main(["export-fhir", "--to", str(tmp_path / "none.json"), "--lead", "BR-XXXXXX"]) == 1
    assert main(["export-fhir", "--to", str(tmp_path / "none.json"), "--whole"]) == 2
    assert main(["export-fhir", "--to", str(tmp_path / "whole.json"), "--whole", "--lead", code]) == 0
    entries = wait_for(site.store.trail.entries(Wanted(limit=20)))
    assert [one.action for one in entries if one.action.startswith("export.")] == ["export.fhir_whole", "export.fhir"]
    assert "There is no lead BR-XXXXXX" in capsys.readouterr().err


def test_now_is_an_instant(study: Study) -> None:
    assert datetime.fromisoformat(bundle(study, [], NOW)["timestamp"]).tzinfo == UTC
