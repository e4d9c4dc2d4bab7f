"""The garbage collector rests while anything is loading, and what was loaded is left alone afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from bot.collector import begin_loading, end_loading, loading


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_it_rests_until_the_last_part_is_loaded() -> None:
    begin_loading("program")
    with loading("channel"):
        end_loading("program")
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 1000


def test_a_part_that_fails_does_not_leave_it_resting() -> None:
    with pytest.raises(ImportError), loading("channel"):
        raise ImportError
    assert gc.isenabled()


def test_what_was_never_loading_ends_nothing() -> None:
    frozen = gc.get_freeze_count()
    end_loading("program")
    assert gc.isenabled()
    assert gc.get_freeze_count() == frozen
