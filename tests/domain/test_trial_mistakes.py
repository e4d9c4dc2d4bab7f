"""A mistake in a trial file stops the program with one sentence: the file, the entry, what is wrong, the likely fix."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from brasle_prescreen import ProtocolError, load_protocol
from brasle_prescreen.protocol import DIRECTORY, FILES, read_protocol


class Slip(NamedTuple):
    """One planted mistake: in `file`, `old` becomes `new`; the message must hold every one of `told`."""

    name: str
    file: str
    old: str
    new: str
    told: tuple[str, ...]


SLIPS = [
    Slip(
        "unknown word of a rule",
        "exclusion.toml",
        'no_event_within = "60 days"',
        'no_event_witin = "60 days"',
        ("exclusion.toml, E1.rule", "'no_event_witin'", "Did you mean 'no_event_within'?"),
    ),
    Slip(
        "a rule without any word",
        "inclusion.toml",
        'rule = { age_at_least = "5 years", answer = "birth_date" }',
        'rule = { age_at_lest = "5 years" }',
        ("inclusion.toml, I1.rule", "'age_at_lest'", "Did you mean 'age_at_least'?"),
    ),
    Slip(
        "two words in one rule",
        "inclusion.toml",
        "rule = { score_at_least = 6,",
        "rule = { score_at_least = 6, site_only = true,",
        ("I5.rule", "two words of a rule", "Keep one"),
    ),
    Slip(
        "unknown parameter",
        "exclusion.toml",
        "only_if_stopped = true",
        "only_if_stoped = true",
        ("exclusion.toml, E13.rule", "unknown word 'only_if_stoped'", "Did you mean 'only_if_stopped'?"),
    ),
    Slip(
        "window without a unit",
        "exclusion.toml",
        'no_dose_within = "3 months"',
        'no_dose_within = "3"',
        ("exclusion.toml, E13.rule", "'3' is no span of time", "days, weeks, months or years"),
    ),
    Slip(
        "window as a bare number",
        "exclusion.toml",
        'no_dose_within = "3 months"',
        "no_dose_within = 3",
        ("exclusion.toml, E13.rule", "no span of time"),
    ),
    Slip(
        "window with an unknown unit",
        "exclusion.toml",
        'no_dose_within = "3 months"',
        'no_dose_within = "3 moons"',
        ("E13.rule", "'3 moons' is no span of time"),
    ),
    Slip(
        "missing criterion",
        "exclusion.toml",
        "[E22]",
        "[E23]",
        ("exclusion.toml, E23", "no such criterion", "Did you mean 'E"),
    ),
    Slip(
        "criterion left out",
        "study.toml",
        '"E21", "E22",',
        '"E21", "E22", "E23",',
        ("E23", "missing", "Add a table [E23]"),
    ),
    Slip(
        "duplicate key",
        "exclusion.toml",
        "line = 108",
        "line = 108\nline = 109",
        ("exclusion.toml: not readable as TOML", "A name stands twice"),
    ),
    Slip(
        "duplicate criterion",
        "exclusion.toml",
        "[E22]",
        "[E21]",
        ("exclusion.toml: not readable as TOML", "A name stands twice"),
    ),
    Slip("criterion in both files", "inclusion.toml", "[I9]", "[E9]", ("this criterion also stands in another file",)),
    Slip(
        "missing quote",
        "exclusion.toml",
        'before = "screening"\nanswer = "cns',
        'before = screening"\nanswer = "cns',
        ("exclusion.toml: not readable as TOML", "line", "quote"),
    ),
    Slip(
        "unknown analyte",
        "inclusion.toml",
        'measured = "platelets"',
        'measured = "platelet"',
        ("inclusion.toml, I7.part.I7e.rule", "'platelet'", "Did you mean 'platelets'?"),
    ),
    Slip(
        "unknown answer",
        "exclusion.toml",
        'choice = "hepatitis_b"',
        'choice = "hepatitis_bb"',
        ("E10.part.E10a.rule", "there is no answer 'hepatitis_bb'", "Did you mean 'hepatitis_b'?"),
    ),
    Slip(
        "unknown value of an answer",
        "exclusion.toml",
        'permanent = ["current"]',
        'permanent = ["curent"]',
        ("E19.rule", "'curent'", "Did you mean 'current'?"),
    ),
    Slip(
        "value that nothing is said about",
        "exclusion.toml",
        'site = ["past_cured", "unclear"]',
        'site = ["past_cured"]',
        ("E19.rule", "nothing is said about 'malignancy' = 'unclear'"),
    ),
    Slip(
        "value in two lists",
        "exclusion.toml",
        'pass = ["none", "benign"]',
        'pass = ["none", "benign", "unclear"]',
        ("E19.rule", "'unclear'", "twice"),
    ),
    Slip(
        "unknown anchor",
        "exclusion.toml",
        'before = "enrolment"\nanswer',
        'before = "enrollment"\nanswer',
        ("E20.rule", "'enrollment'", "Did you mean 'enrolment'?"),
    ),
    Slip(
        "unknown medicine among the cues",
        "exclusion.toml",
        'unless_listed = ["isoniazid"]',
        'unless_listed = ["isoniazide"]',
        ("E11.part.E11b.rule", "'isoniazide'", "Did you mean 'isoniazid'?"),
    ),
    Slip("unknown lexicon flag", "exclusion.toml", 'of = "e17"', 'of = "e18"', ("E17.rule", "'e18'")),
    Slip(
        "unknown kind of an event",
        "exclusion.toml",
        "plasma_exchange = { inside",
        "plasma_exchang = { inside",
        ("E2.part.E2a.rule.cases", "'plasma_exchang'", "Did you mean 'plasma_exchange'?"),
    ),
    Slip(
        "kind of an event left out",
        "exclusion.toml",
        'suspected = { inside = "site", ongoing = "site" }',
        "",
        ("E12.rule.cases", "'suspected' is missing"),
    ),
    Slip(
        "outcome left out",
        "exclusion.toml",
        'lupus = { inside = "dated", ongoing',
        "lupus = { ongoing",
        ("E1.rule.cases.lupus", "'inside' is missing"),
    ),
    Slip(
        "unknown condition",
        "inclusion.toml",
        'only_for = "childbearing_potential"',
        'only_for = "childbearing"',
        ("I8.part.I8a.rule", "'childbearing'", "Did you mean 'childbearing_potential'?"),
    ),
    Slip("part of another criterion", "inclusion.toml", "I7a = {", "I8a = {", ("I7.part.I8a", "does not belong to I7")),
    Slip(
        "neither rule nor parts",
        "exclusion.toml",
        'rule = { choice = "recurrent_infection", pass = [false], site = [true] }',
        "",
        ("exclusion.toml, E8", "a rule or parts"),
    ),
    Slip(
        "reading missing",
        "exclusion.toml",
        'reading = "The investigator alone',
        'redding = "The investigator alone',
        ("exclusion.toml, E22", "'reading' is missing", "'redding' a slip"),
    ),
    Slip(
        "who decides misspelt",
        "exclusion.toml",
        'decided_by = "site"\nlikely_without_it = true\nrule',
        'decided_by = "sight"\nlikely_without_it = true\nrule',
        ("exclusion.toml, E22", "'sight'", "Did you mean 'site'?"),
    ),
    Slip(
        "registry's words changed",
        "exclusion.toml",
        'text = ["Positive blood pregnancy test;"]',
        'text = ["Positive pregnancy test;"]',
        ("eligibility.toml", "E18", "mistakes included"),
    ),
    Slip(
        "a line carried by nobody",
        "eligibility.toml",
        "17. Live vaccine",
        "17. Any live vaccine",
        ("eligibility.toml", "Live vaccine"),
    ),
    Slip(
        "a line carried twice",
        "exclusion.toml",
        'text = ["Positive blood pregnancy test;"]',
        'text = ["Positive blood pregnancy test;", "Live vaccine within 4 weeks prior to screening;"]',
        ("E18 and E17", "Leave it in one of them"),
    ),
    Slip(
        "unknown class of a medicine",
        "medicines.toml",
        'class = "antimalarial"',
        'class = "antimalaria"',
        ("medicines.toml, hydroxychloroquine", "'antimalaria'", "Did you mean 'antimalarial'?"),
    ),
    Slip(
        "unknown flag of a medicine",
        "medicines.toml",
        'flags = { i4 = "ocs", i6 = "ocs" }',
        'flags = { i4 = "ocs", i7 = "ocs" }',
        ("medicines.toml, prednisone", "'i7'"),
    ),
    Slip(
        "unknown value of a flag",
        "medicines.toml",
        'flags = { i4 = "ocs", i6 = "ocs" }',
        'flags = { i4 = "ocs", i6 = "hit" }',
        ("medicines.toml, prednisone", "'hit'"),
    ),
    Slip(
        "one name for two medicines",
        "medicines.toml",
        '"强地松", ',
        '"强地松", "骁悉", ',
        ("medicines.toml, mycophenolate_mofetil", "'骁悉' also belongs to 'prednisone'"),
    ),
    Slip(
        "duplicate medicine",
        "medicines.toml",
        "[medicine.prednisolone]",
        "[medicine.prednisone]",
        ("medicines.toml: not readable as TOML", "A name stands twice"),
    ),
    Slip(
        "unknown member of a confusable group",
        "medicines.toml",
        'id = "blinatumomab" }, {',
        'id = "blinatumumab" }, {',
        ("medicines.toml", "'blinatumumab'", "Did you mean 'blinatumomab'?"),
    ),
    Slip(
        "unknown mark",
        "medicines.toml",
        'marks = ["pulse"]',
        'marks = ["puls"]',
        ("medicines.toml, methylprednisolone_iv", "'puls'", "Did you mean 'pulse'?"),
    ),
    Slip(
        "steroid that the lexicon does not have",
        "glucocorticoids.toml",
        'medicines = ["cortisone"]',
        'medicines = ["cortison"]',
        ("glucocorticoids.toml, steroid.cortisone", "'cortison'", "Did you mean 'cortisone'?"),
    ),
    Slip(
        "steroid that equals nothing",
        "glucocorticoids.toml",
        "equal_mg = 25",
        "equal_mg = 0",
        ("glucocorticoids.toml, steroid.cortisone", "above 0"),
    ),
    Slip(
        "plausible range reversed",
        "analytes.toml",
        "plausible = [20, 230]",
        "plausible = [230, 20]",
        ("analytes.toml, hemoglobin", "the lowest first"),
    ),
    Slip(
        "unit without a factor",
        "analytes.toml",
        'unit = "g/L"\nplausible = [20',
        'unit = "g/l"\nplausible = [20',
        ("analytes.toml, hemoglobin", "'g/l'", "Did you mean 'g/L'?"),
    ),
    Slip(
        "answer without a kind",
        "answers.toml",
        '[mood]\nwords = ["none", "history", "current", "prefer_doctor"]',
        "[mood]",
        ("answers.toml, mood", "has no kind"),
    ),
    Slip(
        "score for a criterion that there is not",
        "score.toml",
        "I6 = { pass = 8",
        "I66 = { pass = 8",
        ("score.toml", "'I66'", "Did you mean 'I6'?"),
    ),
    Slip(
        "score for an answer that there is not",
        "score.toml",
        '"sledai.score"',
        '"sledai.scores"',
        ("score.toml, report[6]", "Did you mean 'sledai.score'?"),
    ),
    Slip(
        "not UTF-8",
        "study.toml",
        'city_zh = "杭州"',
        'city_zh = "\udcff"',
        ("study.toml: not UTF-8", "Save the file as UTF-8"),
    ),
]


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(DIRECTORY / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.name)
def test_a_slip_is_explained(trial: Path, slip: Slip) -> None:
    path = trial / slip.file
    text = path.read_text(encoding="utf-8")
    assert slip.old in text, "the test plants nothing"
    path.write_bytes(text.replace(slip.old, slip.new, 1).encode("utf-8", "surrogateescape"))
    with pytest.raises(ProtocolError) as raised:
        read_protocol(trial)
    message = str(raised.value)
    assert all(part in message for part in slip.told), message
    assert ".toml" in message
    assert "\n" not in message
    assert len(message) < 700


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(trial: Path, name: str) -> None:
    (trial / name).unlink()
    with pytest.raises(ProtocolError, match=f"{name}: the file is missing"):
        read_protocol(trial)


def test_a_copy_without_slips_is_the_trial(trial: Path) -> None:
    copied, shipped = read_protocol(trial), load_protocol()
    assert copied.sha256 == shipped.sha256
    assert load_protocol() is shipped
    assert load_protocol(trial) is load_protocol(trial)


def test_a_change_of_the_data_changes_the_hash(trial: Path) -> None:
    path = trial / "score.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
    changed = read_protocol(trial)
    assert changed.sha256 != load_protocol().sha256
    assert changed.eligibility_sha256 == load_protocol().eligibility_sha256
