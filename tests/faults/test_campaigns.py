"""The short form of every campaign; `make` has the long ones."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from tests.faults.campaigns.__main__ import names


def module(name: str) -> ModuleType:
    return importlib.import_module(f"tests.faults.campaigns.{name}")


@pytest.mark.parametrize("name", [name for name in names() if getattr(module(name), "IN_SUITE", True)])
async def test_every_promise_holds(name: str, tmp_path: Path) -> None:
    campaign = module(name)
    # A campaign whose short form is too much for a suite has a smaller one.
    in_suite = getattr(campaign, "in_suite", None)
    outcome = await (in_suite(tmp_path) if in_suite else campaign.run(tmp_path, long=False))
    print(outcome.line())
    if outcome.not_measured and not outcome.count:
        pytest.skip(outcome.not_measured)
    assert outcome.wrong == []
    assert (outcome.lost, outcome.duplicated) == (0, 0)
    assert outcome.count > 0
