"""Families of the console's tests, and their leads as they are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.records.study_form import StudyForm, study_form
from bot.store.lead_packets import Stored
from bot.store.store import Store
from bot.wording import Wording
from tests.coordinator.site import ConsoleSite, open_site
from tests.coordinator.work.families import PROTOCOL, QUESTIONS, Told, girl

WORDING = Wording.load()
LHC_FORMS = Path(__file__).parents[2] / ".tools/lhc-forms/package/dist/lforms"
NO_LHC_FORMS = "LHC-Forms SKIPPED: 'make lhc-forms' fetches it with npm and runs its tests"
CANARY = "canary words"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not LHC_FORMS.is_dir():
        terminalreporter.write_line(NO_LHC_FORMS, yellow=True)


@pytest.fixture(scope="session")
def form() -> StudyForm:
    return study_form(WORDING, QUESTIONS, PROTOCOL)


def told() -> Told:
    """A girl whose family answered of everything something, and typed a medicine that nobody knows."""
    family = girl().tap("antibodies", "ana", "anti_sm").tap("cns_event", "skip").tap("kidney_plan", "unsure")
    family.tap("dialysis", "plasma_exchange").day("dialysis_when", "5月", "2026-05-03", "2026-05-09")
    family.tap("mood", "current").tap("hepatitis_b", "past_infection").tap("viruses", "hiv").tap("hiv", "positive")
    family.tap("first_period", "yes").tap("pregnant", "possible")
    family.typed("sledai", "8", {"sledai.score": 8}, "8")
    family.typed("labs", "HGB 98", {"labs.hemoglobin": {"value": 98, "unit": "g/L"}}, "98")
    family.tap("labs_when", "w30days")
    family.typed("medicine.1.use", "stable", {"current": True}, "")
    family.takes(CANARY, None, current=True)
    return family


def stored(family: Told | None = None, **more: Any) -> Stored:
    fields: dict[str, Any] = {"code": "BR-ABCDEF", "status": "new", "packet": (family or told()).packet(name=CANARY)}
    return Stored(**({**fields, "overrides": {}} | more))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ConsoleSite]:
    stores: list[Store] = []
    opened: Callable[[Store], None] = stores.append
    yield open_site(tmp_path / "data", opened)
    for store in stores:
        store.close_now()
