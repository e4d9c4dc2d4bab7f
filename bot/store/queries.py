"""The SQL of the store, kept as files in `sql/`.

One file a subject, each statement under a line `-- name: ...`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

_FOLDER = Path(__file__).parent / "sql"
_MARK = "-- name: "


def load_queries(subject: str) -> Mapping[str, str]:
    """All statements of `sql/<subject>.sql` by name."""
    found: dict[str, str] = {}
    for part in (_FOLDER / f"{subject}.sql").read_text("utf-8").split(_MARK)[1:]:
        name, _, statement = part.partition("\n")
        if name.strip() in found:
            raise ValueError(f"sql/{subject}.sql: two statements are named {name.strip()}")
        found[name.strip()] = statement.strip().rstrip(";")
    return MappingProxyType(found)
