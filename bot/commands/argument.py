"""What may be typed for an argument: each refuses in words what it cannot be. For `type=` of an argument."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path


def moment(text: str) -> datetime:
    """A day or a moment; without a zone it is this machine's time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a day or moment like 2026-11-22 or 2026-11-22T08:00"
        ) from None
    return found if found.tzinfo else found.astimezone(UTC)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2026-11-22") from None


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A number from `least` to `most`, both included."""

    def read(text: str) -> int:
        # More digits than the largest has are no number of ours, and slow to read.
        number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(most)) else None
        if number is None or not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
        return number

    return read


def folder(text: str) -> Path:
    """One that is there, or is to be made."""
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is a file: name a folder")
    return path
