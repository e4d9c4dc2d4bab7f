"""Reads what a family typed: a value, or "ask back". Chinese and English, mixed as people mix them; no clock, no network.

Structure is here, words are in `words/*.toml`: one file a language, which a translator can extend.
"""

from brasle_prescreen.reading.age import read_age
from brasle_prescreen.reading.medicines_said import read_medicine_list, read_medicines
from brasle_prescreen.reading.phone import read_phone
from brasle_prescreen.reading.red_flags import alarm, red_flag
from brasle_prescreen.reading.when import read_when

__all__ = [
    "alarm",
    "read_age",
    "read_medicine_list",
    "read_medicines",
    "read_phone",
    "read_when",
    "red_flag",
]
