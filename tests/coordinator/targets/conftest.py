"""A filled ward, and somebody of each role in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.coordinator.rights import ROLES
from bot.store.store import Store
from tests.coordinator.site import Stranger, open_site, wait_for
from tests.coordinator.targets.ward import SETTINGS, Ward, enrolling, fill


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    yield from _ward(tmp_path / "data")


@pytest.fixture(scope="module")
def one_ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """One for all tests of a file, that change nothing or put it back."""
    yield from _ward(tmp_path_factory.mktemp("ward") / "data")


def _ward(folder: Path) -> Iterator[Ward]:
    stores: list[Store] = []
    site = open_site(folder, stores.append, **SETTINGS)
    yield wait_for(fill(site, site.account("pi", "Zhou Yi", "en")))
    stores[0].close_now()


def enter(ward: Ward, role: str, language: str = "en") -> Stranger:
    """Somebody of this role with a new session: the PI is the one who holds the ward's leads."""
    if role == "pi":
        wait_for(ward.site.store.staff.set_language(ward.holder.id, language))
        return ward.site.signed_in(ward.holder)
    if role in ROLES:
        return ward.site.sign_in(role, language=language)
    somebody = ward.site.stranger()
    somebody.plant("staff-language", language)
    if role == "enrolling":
        somebody.plant("staff", wait_for(enrolling(ward.site, language)))
    return somebody
