"""Moments as the database keeps them: whole microseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Exact; a moment without a time zone is refused, for nobody could say when it was."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The moment in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def in_micros(span: timedelta) -> int:
    """A length of time in microseconds."""
    return span // _MICROSECOND


def utc_now() -> datetime:
    """The clock of a running server; tests bring their own."""
    return datetime.now(UTC)
