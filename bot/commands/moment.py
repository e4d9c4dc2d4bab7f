"""A day or a moment as an operator types it."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime


def moment(text: str) -> datetime:
    """For `type=` of an argument; without a zone it is this machine's time. ArgumentTypeError for any other text."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a day or moment like 2026-11-22 or 2026-11-22T08:00"
        ) from None
    return found if found.tzinfo else found.astimezone(UTC)
