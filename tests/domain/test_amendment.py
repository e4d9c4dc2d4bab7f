"""Versions of the protocol: which counts on which day, what one says otherwise than another, and what is refused in words."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from brasle_prescreen import assess, load_protocol, screen
from brasle_prescreen.amendment import ORIGINAL, SEAL
from brasle_prescreen.amendment_changes import Change
from brasle_prescreen.amendment_seal import seal_problems
from brasle_prescreen.protocol import DIRECTORY
from brasle_prescreen.question import load_questions
from brasle_prescreen.trial_entry import ProtocolError
from brasle_prescreen.versions import load_protocols
from tests.domain.amending import SIX_MONTHS, WINDOWS, seal, write_amendment

RITUXIMAB = {
    "treatments": [{"drug": "rituximab", "current": False, "last_dose": "2026-11-01"}],
    "treatments_complete": True,
}


def test_without_amendments_there_is_the_trial_as_shipped() -> None:
    protocols = load_protocols()
    assert [one.number for one in protocols] == [ORIGINAL]
    assert protocols.first.protocol is load_protocol()
    assert protocols.first.questions is load_questions()
    assert protocols.on(date(1999, 1, 1)) is protocols.on(date(2099, 1, 1)) is protocols.first
    assert protocols.sha256 == load_protocol().sha256
    assert protocols.first.changes == ()


def test_a_version_counts_from_its_day_on(tmp_path: Path) -> None:
    write_amendment(tmp_path)
    protocols = load_protocols(tmp_path)
    assert [one.number for one in protocols] == [ORIGINAL, "1"]
    assert protocols.on(date(2027, 2, 28)).number == ORIGINAL
    assert protocols.on(date(2027, 3, 1)).number == "1"
    assert protocols.named("1") is protocols.named("2027-03-01") is protocols.versions[1]
    assert protocols.named(ORIGINAL) is protocols.named("2027-02-28") is protocols.first
    with pytest.raises(ValueError, match="There is no version '7' of the protocol"):
        protocols.named("7")
    # Of a version whose folder is gone nobody knows any more what it said.
    assert protocols.find("7", date(2027, 3, 2)).number == "1"
    assert protocols.find("", date(2027, 3, 2)).number == ORIGINAL


def test_the_same_answers_are_judged_by_each_version(tmp_path: Path) -> None:
    write_amendment(tmp_path)
    before, after = load_protocols(tmp_path)
    day = date(2027, 3, 5)
    assert screen(before.protocol, RITUXIMAB, day).finding("E13").verdict.value == "pass"
    assert screen(after.protocol, RITUXIMAB, day).finding("E13").verdict.value == "fail"
    others = [
        [one for one in screen(version.protocol, RITUXIMAB, day).findings if one.id != "E13"]
        for version in (before, after)
    ]
    assert others[0] == others[1]


def test_assess_goes_by_the_version_in_force_on_its_day(tmp_path: Path) -> None:
    write_amendment(tmp_path)
    protocols = load_protocols(tmp_path)
    verdicts = {}
    for day in ("2027-02-28", "2027-03-01"):
        judged = assess({"as_of": day, "answers": RITUXIMAB}, protocols)
        verdicts[day] = next(one["verdict"] for one in judged["criteria"] if one["id"] == "E13")
    assert verdicts == {"2027-02-28": "pass", "2027-03-01": "fail"}
    today = {"id": 1, "as_of": "2026-11-22", "answers": {"birth_date": "2015"}}
    assert assess(today, protocols) == assess(today)


def test_what_changed_is_told_sentence_by_sentence(tmp_path: Path) -> None:
    flags = ("medicines.toml", 'flags = { i4 = "ocs", i6 = "ocs" }', 'flags = { i4 = "site", i6 = "ocs" }')
    shared = ("study.toml", 'report_is_recent_for = "30 days"', 'report_is_recent_for = "60 days"')
    infertile = ("study.toml", 'never_under = "9 years"', 'never_under = "10 years"')
    write_amendment(tmp_path, edits=(*SIX_MONTHS, WINDOWS, flags, shared, infertile))
    told = {(one.kind, one.where): one for one in load_protocols(tmp_path).versions[1].changes}
    assert set(told) == {
        ("text", "text"),
        ("reading", "reading"),
        ("rule", "rule.no_dose_within"),
        ("window", "medicine.last"),
        ("medicine", "prednisone.flags.i4"),
        ("shared", "report_is_recent_for"),
        ("shared", "condition.childbearing_potential.never_under"),
    }
    rule = told["rule", "rule.no_dose_within"]
    assert (rule.before, rule.after, rule.criteria) == ("3 months", "6 months", ("E13",))
    assert "within 3 months" in told["text", "text"].before
    assert "within 6 months" in told["text", "text"].after
    assert told["reading", "reading"].after.startswith("Six months")
    assert told["reading", "reading"].after_zh.startswith("从最后一次用药算满六个月")
    assert told["window", "medicine.last"].criteria == ("E13", "E14", "E15")
    assert told["medicine", "prednisone.flags.i4"].criteria == ("I4",)
    assert "I8" in told["shared", "condition.childbearing_potential.never_under"].criteria


def test_a_second_amendment_stands_upon_the_first(tmp_path: Path) -> None:
    first = write_amendment(tmp_path)
    recent = ("study.toml", 'report_is_recent_for = "30 days"', 'report_is_recent_for = "60 days"')
    back = ("exclusion.toml", 'no_dose_within = "6 months"', 'no_dose_within = "5 months"')
    words = ("exclusion.toml", '"Six months, counted', '"Five months, counted')
    words_zh = ("exclusion.toml", "满六个月", "满五个月")
    write_amendment(tmp_path, "2027-06-01", "2", [recent])
    write_amendment(tmp_path, "2027-09-01", "3", [back, words, words_zh], upon=first)
    protocols = load_protocols(tmp_path)
    assert [one.number for one in protocols] == [ORIGINAL, "1", "2", "3"]
    assert protocols.on(date(2027, 7, 1)).protocol.criterion("E13") == protocols.named("1").protocol.criterion("E13")
    rules = [one for one in protocols.between(protocols.first, protocols.named("3")) if one.kind == "rule"]
    assert rules == [Change("rule", "exclusion.toml", "rule.no_dose_within", "3 months", "5 months", ("E13",))]
    assert protocols.between(protocols.first, protocols.first) == ()
    assert len({one.sha256 for one in protocols}) == 4


# What is refused, and in which words.

REFUSED = {
    "a slip in a rule": (
        [("exclusion.toml", "no_dose_within", "no_dose_withn")],
        ("amendment 2027-03-01: exclusion.toml, line ", ", E13.rule: ", "no_dose_withn"),
    ),
    "a slip in a value": (
        [("exclusion.toml", 'no_dose_within = "3 months"', 'no_dose_within = "3 moons"')],
        ("exclusion.toml, line ", "E13.rule: 'no_dose_within'", "days, weeks, months or years"),
    ),
    "not TOML": ([("exclusion.toml", "[E13.rule]", "[E13.rule")], ("exclusion.toml: not readable as TOML", "line ")),
    "text that the listing has not": (
        [("exclusion.toml", "ofatumumab, within 3 months prior", "ofatumumab, within 6 months prior")],
        ("eligibility.toml: the eligibility text has no", "which E13 carries"),
    ),
    "a rule without its reading": (
        [("exclusion.toml", 'no_dose_within = "3 months"', 'no_dose_within = "6 months"')],
        ("exclusion.toml, line ", "E13: 'rule' changes, and 'reading' does not", "reading and reading_zh"),
    ),
    "a rule with its reading in one language": (
        [SIX_MONTHS[0], SIX_MONTHS[3]],
        ("E13: 'rule' changes, and 'reading' does not in both languages",),
    ),
    "a criterion more": (
        [("study.toml", '"E21", "E22"', '"E21", "E22", "E23"')],
        ("the criterion E23 of the record is missing",),
    ),
    "a criterion less": (
        [
            ("study.toml", '"E21", "E22"', '"E21"'),
            ("exclusion.toml", "[E22]", "[E22x]"),
        ],
        ("exclusion.toml", "E22x"),
    ),
    "a part more": (
        [
            (
                "exclusion.toml",
                "[E7.part.E7b]",
                '[E7.part.E7c]\ndecided_by = "site"\nrule = { site_only = true }\n\n[E7.part.E7b]',
            )
        ],
        ("exclusion.toml, line ", "E7: its parts are E7a, E7b, E7c, not E7a, E7b", "ask its developers"),
    ),
    "a verdict that families have no words for": (
        [
            (
                "exclusion.toml",
                'rule = { choice = "recurrent_infection", pass = [false], site = [true] }',
                'rule = { choice = "recurrent_infection", pass = [false], undated = [true] }',
            )
        ],
        ("E8: its rule can now come to 'fail', which it never did", "ask its developers"),
    ),
    "a rule on what nobody asks for it": (
        [
            (
                "exclusion.toml",
                'rule = { choice = "recurrent_infection", pass = [false], site = [true] }',
                'rule = { choice = "lung_problem", pass = [false], site = [true] }',
            )
        ],
        ("E8: its rule rests on 'lung_problem', which no question asks for it",),
    ),
    "a private item opened": (
        [
            (
                "exclusion.toml",
                "private = true\n\n[E10.part.E10a]",
                "private = false\n\n[E10.part.E10a]",
            )
        ],
        ("E10: 'private' changes",),
    ),
    "another trial": (
        [("study.toml", "NCT06789107", "NCT00000000")],
        ("study.toml, line ", "'registry_id' is 'NCT00000000', another trial's"),
    ),
    "a medicine less": (
        [("medicines.toml", "[medicine.iguratimod]", "[medicine.iguratimods]")],
        ("medicines.toml: the list has other entries (iguratimod, iguratimods)", "ask its developers"),
    ),
    "a medicine's name": (
        [("medicines.toml", '"强地松", "pred"', '"强地松", "predn"')],
        ("medicines.toml, line ", "prednisone: its names or its class change", "'flags' and 'marks' only"),
    ),
    "a question's words": (
        [("questions.toml", 'why = ["I9"]\nchoices', 'why = ["I9", "I1"]\nchoices')],
        ("questions.toml, line ", "respondent: 'why' changes", "changes 'windows' only"),
    ),
    "another interval in a question's own words": (
        [("questions.toml", 'dated = { within = "12 months"', 'dated = { within = "6 months"')],
        ("questions.toml", "antibodies: 'dated' changes"),
    ),
    "a slip in a window": (
        [("questions.toml", 'windows = [{ within = "30 days" }', 'windows = [{ within = "30 moons" }')],
        ("questions.toml", "moons"),
    ),
    "a gap between windows": (
        [
            (
                "questions.toml",
                '{ before = "4 weeks", within = "3 months" }',
                '{ before = "6 weeks", within = "3 months" }',
            )
        ],
        ("questions.toml, line ", "medicine.last: 'windows' leave a gap or overlap"),
    ),
    "a window in other words": (
        [("questions.toml", 'windows = [{ within = "1 month" }', 'windows = [{ within = "2 month" }')],
        ("'windows' has '2 month'", "Write '2 months'"),
    ),
    "a sentence that an answer to families quotes": (
        [
            ("eligibility.toml", "Age: ≥ 5 years old.", "Age: ≥ 6 years old."),
            ("inclusion.toml", "Age: ≥ 5 years old.", "Age: ≥ 6 years old."),
            ("inclusion.toml", '"5 years"', '"6 years"'),
            ("inclusion.toml", '"Full years on', '"Six: full years on'),
            ("inclusion.toml", '"按筛选当天', '"六岁：按筛选当天'),
        ],
        ("eligibility.toml: the answer to the families' question 'people' quotes 'Age: ≥ 5 years old.'",),
    ),
    "nothing changed": (
        [("score.toml", "# Points", "# The points")],
        ("amendment.toml: its files say what stands already",),
    ),
    "number": ([("amendment.toml", 'number = "1"', 'number = "original"')], ("amendment.toml, line 1: 'number'",)),
    "day": ([("amendment.toml", "2027-03-01", '"in March"')], ("line 2", "'counts_from' must be a day without quotes")),
    "key": ([("amendment.toml", "approval =", "aproval =")], ("'approval' is missing", "is 'aproval' a slip for it?")),
    "empty": (
        [("amendment.toml", '"测试虚构：用过抗 B 细胞抗体后须满六个月。"', '" "')],
        ("line 5", "'said_zh' is empty"),
    ),
}


@pytest.mark.parametrize("slip", REFUSED)
def test_a_damaged_amendment_is_refused_in_words(tmp_path: Path, slip: str) -> None:
    edits, told = REFUSED[slip]
    of_files = [edit for edit in edits if edit[0] != "amendment.toml"]
    folder = write_amendment(tmp_path, edits=of_files or SIX_MONTHS)
    for file, old, new in edits:
        if file == "amendment.toml":
            text = (folder / file).read_text(encoding="utf-8")
            assert old in text
            (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProtocolError) as raised:
        load_protocols(tmp_path)
    message = str(raised.value)
    assert message.startswith("amendment 2027-03-01: ")
    assert all(part in message for part in told), message
    assert "\n" not in message
    assert len(message) < 700


def test_files_that_are_none_of_an_amendment_are_named(tmp_path: Path) -> None:
    folder = write_amendment(tmp_path)
    (folder / ".DS_Store").write_bytes(b"\x00")
    load_protocols(tmp_path)
    (folder / "exclusions.toml").write_text("")
    with pytest.raises(ProtocolError, match=r"exclusions\.toml: this is no file of an amendment.*'exclusion\.toml'"):
        load_protocols(tmp_path)
    (folder / "exclusions.toml").rename(folder / "answers.toml")
    with pytest.raises(ProtocolError, match=r"answers\.toml.*ask its developers"):
        load_protocols(tmp_path)
    (folder / "answers.toml").unlink()
    (folder / "amendment.toml").unlink()
    with pytest.raises(ProtocolError, match=r"amendment\.toml: the file is missing"):
        load_protocols(tmp_path)
    with pytest.raises(ProtocolError, match="there is no folder 'nowhere'"):
        load_protocols(tmp_path / "nowhere")


def test_an_amendment_without_a_file_says_nothing(tmp_path: Path) -> None:
    write_amendment(tmp_path, edits=())
    with pytest.raises(ProtocolError, match="the folder holds no trial file"):
        load_protocols(tmp_path)


def test_two_amendments_share_neither_day_nor_number(tmp_path: Path) -> None:
    first = write_amendment(tmp_path)
    recent = ("study.toml", 'report_is_recent_for = "30 days"', 'report_is_recent_for = "60 days"')
    second = write_amendment(tmp_path, "2027-03-01", "2", [recent], name="other")
    with pytest.raises(ProtocolError, match="amendment 1 counts from 2027-03-01"):
        load_protocols(tmp_path)
    text = (second / "amendment.toml").read_text(encoding="utf-8")
    (second / "amendment.toml").write_text(text.replace("2027-03-01", "2027-04-01").replace('"2"', '"1"'), "utf-8")
    with pytest.raises(ProtocolError, match="'1' stands in two amendments"):
        load_protocols(tmp_path)
    assert first.exists()


# The seal.


def test_any_flipped_byte_of_an_amendment_is_found(tmp_path: Path) -> None:
    folder = write_amendment(tmp_path)
    protocols = load_protocols(tmp_path)
    assert seal_problems(protocols) == [f"amendment 2027-03-01: it is not sealed ({SEAL} is missing)."]
    seal(tmp_path)
    assert seal_problems(protocols) == []
    chance = random.Random(20261122)
    names = ["amendment.toml", "exclusion.toml", "eligibility.toml", SEAL]
    missed = []
    for turn in range(200):
        path = folder / names[turn % len(names)]
        whole = path.read_bytes()
        at = chance.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ chance.randrange(1, 256)]) + whole[at + 1 :])
        found = seal_problems(protocols)
        if not found or not (path.name in found[0] or path.name == SEAL):
            missed.append(path.name)
        path.write_bytes(whole)
    assert missed == []
    assert seal_problems(protocols) == []


def test_a_seal_holds_only_upon_the_files_that_it_was_made_for(tmp_path: Path) -> None:
    first = write_amendment(tmp_path)
    recent = ("study.toml", 'report_is_recent_for = "30 days"', 'report_is_recent_for = "60 days"')
    write_amendment(tmp_path, "2027-06-01", "2", [recent])
    seal(tmp_path)
    path = first / "exclusion.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n# one more remark\n", encoding="utf-8")
    assert seal_problems(load_protocols(tmp_path)) == [
        "amendment 2027-03-01: exclusion.toml is not the file that was sealed.",
        "amendment 2027-06-01: it was sealed upon other trial files than stand below it now.",
    ]


def test_the_shipped_trial_has_no_amendment() -> None:
    assert not (DIRECTORY / "amendments").exists()
