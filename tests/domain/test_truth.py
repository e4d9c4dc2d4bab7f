"""Three-valued logic."""

from __future__ import annotations

import pytest

from brasle_prescreen import Truth, Verdict
from brasle_prescreen.truth import all_of, any_of, at_least

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


@pytest.mark.parametrize("value", [*Truth, *Verdict])
def test_nothing_judged_is_a_bool(value: Truth | Verdict) -> None:
    with pytest.raises(TypeError, match="is not a bool"):
        bool(value)


@pytest.mark.parametrize(
    ("parts", "any_", "all_"),
    [
        ((), F, T),
        ((T, U), T, U),
        ((F, U), U, F),
        ((T, F, U), T, F),
        ((T, T), T, T),
        ((F, F), F, F),
        ((U,), U, U),
    ],
)
def test_any_and_all(parts: tuple[Truth, ...], any_: Truth, all_: Truth) -> None:
    assert any_of(parts) is any_
    assert all_of(parts) is all_


@pytest.mark.parametrize(
    ("count", "parts", "result"),
    [(2, (T, T, F), T), (2, (T, U, F), U), (2, (T, F, F), F), (3, (U, U, T), U), (0, (), T)],
)
def test_at_least(count: int, parts: tuple[Truth, ...], result: Truth) -> None:
    assert at_least(count, parts) is result


@pytest.mark.parametrize(("answer", "truth"), [(True, T), (False, F), (None, U)])
def test_of_an_answer(answer: bool | None, truth: Truth) -> None:
    assert Truth.of(answer) is truth
