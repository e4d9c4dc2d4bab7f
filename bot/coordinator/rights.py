"""Which role may do what, from `rights.toml`, the only place that says so."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

_FILE = Path(__file__).with_name("rights.toml")


class RightsError(ValueError):
    """The table cannot be used; says where and what to do."""


def load_rights(path: Path = _FILE) -> tuple[tuple[str, ...], Mapping[str, frozenset[str]]]:
    """The roles in the order in which they are offered, and the roles that have each right."""
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RightsError(f"{path.name}: {error}.") from error
    roles = tuple(table.get("roles", ()))
    rights = {}
    for right, holders in table.get("rights", {}).items():
        strange = [role for role in holders if role not in roles]
        if strange:
            raise RightsError(f"{path.name}, {right}: unknown role '{strange[0]}'. There are: {', '.join(roles)}.")
        rights[right] = frozenset(holders)
    return roles, MappingProxyType(rights)


ROLES, RIGHTS = load_rights()


def may(role: str, right: str) -> bool:
    """Whether this role has this right; a right or role that the table does not know is nobody's."""
    return role in RIGHTS.get(right, frozenset())
