"""The trial: its data files read, checked and put together, once per process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from brasle_prescreen.answer_shape import Answers, read_shapes
from brasle_prescreen.answers import AnswerReading
from brasle_prescreen.condition import read_condition
from brasle_prescreen.criterion import Criterion
from brasle_prescreen.criterion_file import check_text, read_criteria, text_lines
from brasle_prescreen.facts import answer_of
from brasle_prescreen.glucocorticoids import Glucocorticoids, read_glucocorticoids
from brasle_prescreen.lexicon_file import read_lexicon
from brasle_prescreen.medicines import Lexicon
from brasle_prescreen.partial_date import Span
from brasle_prescreen.rule import Trial
from brasle_prescreen.score import Scoring, read_scoring
from brasle_prescreen.trial_entry import Entry, read_toml
from brasle_prescreen.units import Analyte, read_analytes

DIRECTORY = Path(__file__).parent / "trial"
# The files that decide, in the order in which they are hashed.
FILES = (
    "analytes.toml",
    "answers.toml",
    "eligibility.toml",
    "exclusion.toml",
    "glucocorticoids.toml",
    "inclusion.toml",
    "medicines.toml",
    "score.toml",
    "study.toml",
)


class Record(NamedTuple):
    """The registry's record that the data follow. `criteria` are all ids, in the record's order."""

    registry_id: str
    acronym: str
    title: str
    url: str
    updated: date
    site: str
    site_zh: str
    city: str
    city_zh: str
    participants: int
    criteria: tuple[str, ...]


class Eligibility(NamedTuple):
    """The registry's eligibility text, word for word, with its source."""

    text: str
    source: str
    updated: date
    headings: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Every sentence as the registry sets it, without its number or bullet and without the headings."""
        return text_lines(self.text, self.headings)


@dataclass(frozen=True, slots=True)
class Protocol:
    """Everything that the data files say.

    `sha256` is of all files that decide, `eligibility_sha256` of the registry's text. A report is `recent` for so
    long. `counted` are the criteria that must be settled for the tier "likely". `resting_on`: for each answer, the
    places of the criteria that rest on it.
    """

    record: Record
    eligibility: Eligibility
    criteria: tuple[Criterion, ...]
    medicines: Lexicon
    analytes: Mapping[str, Analyte]
    glucocorticoids: Glucocorticoids
    answers: Answers
    scoring: Scoring
    reading: AnswerReading
    recent: Span
    counted: frozenset[str]
    resting_on: Mapping[str, tuple[int, ...]]
    sha256: str
    eligibility_sha256: str

    def criterion(self, id: str) -> Criterion:
        """The criterion with that id; KeyError if there is none."""
        for criterion in self.criteria:
            if criterion.id == id:
                return criterion
        raise KeyError(id)


_loaded: dict[Path, Protocol] = {}


def load_protocol(directory: Path | None = None) -> Protocol:
    """The trial of `directory` (by default the one that is shipped), read once and remembered.

    Raises ProtocolError, one sentence for the person who edits the files, for any mistake in them.
    """
    place = DIRECTORY if directory is None else Path(directory)
    found = _loaded.get(place)
    if found is None:
        found = read_protocol(place)
        _loaded[place] = found
    return found


def read_protocol(
    directory: Path, instead: Mapping[str, Path] | None = None, medicines: Lexicon | None = None
) -> Protocol:
    """Read a directory of trial files without remembering it.

    `instead` are files, by name, that stand in the place of the directory's; `medicines` what its medicines.toml says,
    if that was read already.
    """
    places = {name: directory / name for name in FILES} | dict(instead or {})
    data = {name: read_toml(places[name]) for name in FILES if medicines is None or name != "medicines.toml"}
    study = Entry("study.toml", "", data["study.toml"])
    analytes = read_analytes("analytes.toml", data["analytes.toml"])
    answers = read_shapes("answers.toml", data["answers.toml"], analytes)
    lexicon = read_lexicon("medicines.toml", data["medicines.toml"]) if medicines is None else medicines
    glucocorticoids = read_glucocorticoids(
        "glucocorticoids.toml", data["glucocorticoids.toml"], frozenset(one.id for one in lexicon)
    )
    conditions_entry = study.table("condition")
    conditions = {name: read_condition(conditions_entry.table(name), name, answers) for name in conditions_entry}
    recent = study.span("report_is_recent_for")
    trial = Trial(answers, lexicon, glucocorticoids, analytes, conditions, recent)
    record = _record(study)
    eligibility = _eligibility(Entry("eligibility.toml", "", data["eligibility.toml"]))
    criteria = read_criteria(
        {
            "inclusion": ("inclusion.toml", data["inclusion.toml"]),
            "exclusion": ("exclusion.toml", data["exclusion.toml"]),
        },
        record.criteria,
        trial,
    )
    check_text("eligibility.toml", eligibility.lines, criteria)
    scoring = read_scoring("score.toml", data["score.toml"], criteria, trial)
    study.finish()
    return Protocol(
        record=record,
        eligibility=eligibility,
        criteria=criteria,
        medicines=lexicon,
        analytes=analytes,
        glucocorticoids=glucocorticoids,
        answers=answers,
        scoring=scoring,
        reading=AnswerReading(answers, lexicon, glucocorticoids, analytes, conditions),
        recent=recent,
        counted=frozenset(one.id for one in criteria if one.counts),
        resting_on=_resting_on(answers, criteria),
        sha256=_hash(places),
        eligibility_sha256=sha256(eligibility.text.encode("utf-8")).hexdigest(),
    )


def _resting_on(answers: Answers, criteria: tuple[Criterion, ...]) -> dict[str, tuple[int, ...]]:
    read = [frozenset(map(answer_of, one.keys)) for one in criteria]
    return {answer: tuple(place for place, keys in enumerate(read) if answer in keys) for answer in answers}


def _hash(places: Mapping[str, Path]) -> str:
    whole = sha256()
    for name in FILES:
        content = places[name].read_bytes()
        whole.update(f"{name} {len(content)}\n".encode())
        whole.update(content)
    return whole.hexdigest()


def _record(study: Entry) -> Record:
    entry = study.table("record")
    found = Record(
        registry_id=entry.text("registry_id"),
        acronym=entry.text("acronym"),
        title=entry.text("title"),
        url=entry.text("url"),
        updated=entry.day("updated"),
        site=entry.text("site"),
        site_zh=entry.text("site_zh"),
        city=entry.text("city"),
        city_zh=entry.text("city_zh"),
        participants=entry.whole("participants"),
        criteria=entry.texts("criteria", needed=True),
    )
    entry.finish()
    return found


def _eligibility(entry: Entry) -> Eligibility:
    found = Eligibility(
        text=entry.text("text"),
        source=entry.text("source"),
        updated=entry.day("updated"),
        headings=entry.texts("headings", needed=True),
    )
    entry.finish()
    return found
