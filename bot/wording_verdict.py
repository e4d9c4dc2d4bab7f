"""What stands against the texts as their files are now: every check of `locales check`, for whole wordings.

Run as `python -m bot.wording_verdict FOLDER`, beside the server, so that its seconds of work delay no family. Prints a line
of JSON for each mistake: its key, and what to mend.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bot.wording_file import MASTER, read_file


def objections(folder: Path) -> list[tuple[str, str]]:
    """Key and sentence of each mistake in the English, in the program or in a whole wording.

    What is not whole stands in nobody's way, because its last whole wording stays in place.
    """
    from bot.locale_checks.every import mistakes

    unfinished = {path.stem: _unfinished(folder, path) for path in folder.glob("*.po")}
    return [
        (finding.key, str(finding))
        for finding in mistakes(folder)
        if finding.key not in unfinished.get(finding.language, ())
    ]


def _unfinished(folder: Path, path: Path) -> set[str]:
    master = read_file(folder / MASTER).entries
    entries = read_file(path).entries
    waiting = {
        key
        for key, entry in entries.items()
        if key in master and (entry.fuzzy or not entry.translation or entry.english != master[key].english)
    }
    return waiting | (master.keys() - entries.keys())


def main() -> int:
    for key, sentence in objections(Path(sys.argv[1])):
        print(json.dumps([key, sentence]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
