"""The last results of the tests, from the file that `make test` writes (JUnit XML)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

RESULTS = "build/test-results.xml"
SOURCES = "sources"
"""The property of a test run that names the files it was about, as `hash_of_sources` gives them."""
FOLDERS = ("bot", "brasle_prescreen", "locales", "tests")
_NO_SOURCES = {"__pycache__", ".hypothesis"}

Outcome = Literal["passed", "failed", "skipped", "none"]
_GRAVEST: tuple[Outcome, ...] = ("failed", "none", "skipped", "passed")


@dataclass(frozen=True, slots=True)
class Results:
    """Outcomes by `file::test`, of all its cases, and by `file::test[case]`. `at` is when the run began (ISO 8601)."""

    outcomes: Mapping[str, tuple[Outcome, ...]] = field(default_factory=dict)
    at: str = ""
    sources: str = ""

    def of(self, named: str) -> tuple[Outcome, ...]:
        """The outcomes of a test, of one of its cases, or of every test of a file; empty if none is known."""
        if "::" in named:
            return self.outcomes.get(named, ())
        begin = f"{named}::"
        of_file = [all_ for test, all_ in self.outcomes.items() if test.startswith(begin) and "[" not in test]
        return tuple(outcome for all_ in of_file for outcome in all_)


def read_results(path: Path) -> Results | None:
    """The results that the file holds; None if there is none. ValueError says that it is damaged."""
    try:
        root = ElementTree.fromstring(path.read_bytes())  # noqa: S314 - written by our own test run
    except FileNotFoundError:
        return None
    except ElementTree.ParseError as error:
        raise ValueError(f"{path.name} is not whole: {error}. Run 'make test' again.") from None
    found: dict[str, list[Outcome]] = defaultdict(list)
    for case in root.iter("testcase"):
        file, name = f"{case.get('classname', '').replace('.', '/')}.py", case.get("name", "")
        for test in {name, name.partition("[")[0]}:
            found[f"{file}::{test}"].append(_outcome(case))
    suite = root.find(".//testsuite")
    said = {one.get("name"): one.get("value", "") for one in root.iter("property")}
    at = "" if suite is None else suite.get("timestamp", "")
    return Results({test: tuple(outcomes) for test, outcomes in found.items()}, at, said.get(SOURCES, ""))


def _outcome(case: ElementTree.Element) -> Outcome:
    kinds = {part.tag for part in case}
    if kinds & {"failure", "error"}:
        return "failed"
    return "skipped" if "skipped" in kinds else "passed"


def gravest(outcomes: Iterator[Outcome] | tuple[Outcome, ...]) -> Outcome:
    """One word for several: failed before none before skipped before passed; none for nothing."""
    return min(outcomes, key=_GRAVEST.index, default="none")


def hash_of_sources(root: Path) -> str:
    """SHA-256 over the program, its data files, the texts and the tests: a result belongs to exactly these."""
    whole = sha256()
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and not _NO_SOURCES & set(path.parts):
                whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()
