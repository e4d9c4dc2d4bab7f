"""The folder of evidence: a page in each language, and the same rows as CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.evidence.asvs import Asvs
from bot.evidence.requirement import Pair, Requirement, Requirements
from bot.evidence.results import Outcome, Results, gravest

HERE = Path(__file__).parent
LANGUAGES = ("en", "zh-CN")
_OUTCOMES: tuple[Outcome, ...] = ("passed", "skipped", "failed", "none")
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel in China reads UTF-8 as GBK


@dataclass(frozen=True, slots=True)
class NamedTest:
    """A named test, how many cases it had, and its last outcome."""

    name: str
    cases: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Row:
    """A requirement with what its tests last said. Green: every test has a result, and each passed."""

    requirement: Requirement
    tests: tuple[NamedTest, ...]

    @property
    def outcome(self) -> Outcome:
        return gravest(tuple(test.outcome for test in self.tests))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the folder tells. `warning` is a key of the words: why the results may not be of these sources."""

    version: str
    made: datetime
    tested_at: str
    warning: str
    words: dict[str, Pair]
    chinese: dict[str, str]
    rows: tuple[Row, ...]
    asvs: Asvs
    asvs_tests: dict[str, tuple[NamedTest, ...]]

    @property
    def counts(self) -> dict[Outcome, int]:
        counted = Counter(row.outcome for row in self.rows)
        return {outcome: counted[outcome] for outcome in _OUTCOMES}


def gather(
    requirements: Requirements, asvs: Asvs, results: Results | None, *, sources: str, version: str, made: datetime
) -> Evidence:
    """Join the rows with the results of a run; `sources` is the hash of the files as they stand now."""
    known = results or Results()
    warning = "" if known.sources == sources else "of_other_sources"
    return Evidence(
        version=version,
        made=made,
        tested_at=known.at,
        warning="no_results" if results is None else warning,
        words=requirements.words,
        chinese={
            rule: requirements.in_chinese(rule) for one in requirements.row for rule in one.rules + one.unverified
        },
        rows=tuple(Row(one, _lines(one.tests, known)) for one in requirements.row),
        asvs=asvs,
        asvs_tests={
            number: _lines(answer.tests, known)
            for chapter in asvs.chapter.values()
            for number, answer in chapter.requirement.items()
        },
    )


def _lines(names: Iterable[str], results: Results) -> tuple[NamedTest, ...]:
    return tuple(NamedTest(name, len(found), gravest(found)) for name in names for found in (results.of(name),))


def write_folder(evidence: Evidence, folder: Path) -> list[str]:
    """Write the files into `folder`, which must not hold anything yet; gives their names. OSError if it cannot."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(17, "is not empty: name a new folder", str(folder))
    files = {f"evidence.{language}.html": as_page(evidence, language) for language in LANGUAGES}
    files["evidence.csv"] = as_csv(evidence)
    files["asvs.csv"] = asvs_as_csv(evidence)
    files["evidence.json"] = as_json(evidence)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return list(files)


def as_page(evidence: Evidence, language: str) -> str:
    """One page that needs nothing else: styles inside, nothing loaded."""
    at = LANGUAGES.index(language)
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = {key: pair[at] for key, pair in evidence.words.items()}
    environment.filters["setting"] = lambda name: f"BRASLE_{name}".upper()
    environment.globals.update(colon="\uff1a" if at else ": ", semicolon="\uff1b" if at else "; ")
    environment.filters["named"] = lambda rules: [evidence.chinese[rule] if at else rule for rule in rules]
    page = environment.get_template("evidence.html")
    return page.render(evidence=evidence, words=words, language=language, at=at, counts=evidence.asvs.counts())


def as_csv(evidence: Evidence) -> str:
    head = [
        "id",
        "group",
        "rules",
        "rules_not_verified",
        "rules_zh",
        "requirement_en",
        "requirement_zh",
        "test",
        "cases",
        "result",
    ]
    rows = []
    for row in evidence.rows:
        of = row.requirement
        begin = [of.id, of.group, "; ".join(of.rules), "; ".join(of.unverified)]
        begin += ["; ".join(evidence.chinese[rule] for rule in of.rules + of.unverified), *of.requirement]
        rows += [[*begin, test.name, str(test.cases), test.outcome] for test in row.tests]
        if not row.tests:
            rows.append([*begin, "", "0", "none"])
    return _csv([[*head, "version"], *([*row, evidence.version] for row in rows)])


def asvs_as_csv(evidence: Evidence) -> str:
    rows = [["requirement", "level", "in_short", "answer", "test_or_reason", "result"]]
    for number, chapter in evidence.asvs.chapter.items():
        if chapter.without:
            rows.append([f"V{number}", "1+2", chapter.name, "not_applicable", chapter.without, ""])
        for name, answer in chapter.requirement.items():
            tests = evidence.asvs_tests[name]
            reason = answer.open or answer.without or answer.operator
            told = "; ".join([*([reason] if reason else []), *answer.tests, *answer.documents])
            result = gravest(tuple(test.outcome for test in tests)) if tests else ""
            rows.append([name, str(answer.level), answer.says, answer.state, told, result])
    return _csv(rows)


def _csv(rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return _BYTE_ORDER_MARK + out.getvalue()


def as_json(evidence: Evidence) -> str:
    whole: dict[str, Any] = {
        "version": evidence.version,
        "made": evidence.made.isoformat(),
        "tested_at": evidence.tested_at or None,
        "results_are_of_these_sources": not evidence.warning,
        "counts": evidence.counts,
        "asvs_counts": evidence.asvs.counts(),
        "rows": [
            row.requirement.model_dump() | {"result": row.outcome, "tests": [asdict(test) for test in row.tests]}
            for row in evidence.rows
        ],
        "asvs": [
            {"requirement": name} | answer.model_dump() | {"state": answer.state}
            for chapter in evidence.asvs.chapter.values()
            for name, answer in chapter.requirement.items()
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
