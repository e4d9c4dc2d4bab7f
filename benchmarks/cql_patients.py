"""Writes what cql-execution judges: the library made from the trial's data, and families with our own verdicts.

`python cql_patients.py FOLDER [how many]`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cql.facts import as_json
from cql.library import library
from families import families

from brasle_prescreen import Verdict, load_protocol

ANSWERS = {Verdict.PASS: True, Verdict.FAIL: False, Verdict.UNKNOWN: None}


def write(folder: Path, count: int) -> None:
    protocol = load_protocol()
    patients = [
        {
            "facts": as_json(one.standing.facts, protocol.glucocorticoids),
            "verdicts": {each.id: ANSWERS[each.verdict] for each in one.standing.screening.findings},
        }
        for one in families(count)
    ]
    folder.joinpath("library.json").write_text(json.dumps(library(protocol.criteria)), "utf-8")
    folder.joinpath("patients.json").write_text(json.dumps(patients, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 500)
