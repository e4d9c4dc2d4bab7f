"""Whatever stands at any place of a trial file: it is read, or it is explained. Never a traceback."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brasle_prescreen import ProtocolError, protocol
from brasle_prescreen.protocol import DIRECTORY, FILES, read_protocol
from brasle_prescreen.trial_entry import read_toml

DATA = {name: read_toml(DIRECTORY / name) for name in FILES}
ODD = [0, -1, 3, True, "", "3 months", "nobody", [], [1], ["x"], [[]], {}, {"x": 1}, Decimal("0.5"), date(2026, 1, 1)]


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if here:
        yield here
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*here, key))


PLACES = {name: list(places(data)) for name, data in DATA.items()}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(FILES), st.data())
def test_odd_values_are_explained(name: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(PLACES[name]))
    odd = data.draw(st.sampled_from([*ODD, "left out"]))
    changed = copy.deepcopy(DATA[name])
    here: Any = changed
    for step in place[:-1]:
        here = here[step]
    if odd == "left out":
        del here[place[-1]]
    else:
        here[place[-1]] = odd
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(protocol, "read_toml", lambda path: changed if path.name == name else DATA[path.name])
        with contextlib.suppress(ProtocolError):
            read_protocol(DIRECTORY)
