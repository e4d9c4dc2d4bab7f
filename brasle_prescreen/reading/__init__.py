"""Reads what a family typed: a value, or "ask back". Chinese and English, mixed as people mix them; no clock, no network.

Structure is here, words are in `words/*.toml`: one file a language, which a translator can extend. Every function is pure,
takes any text and raises nothing; `Reading` says what came of it.
"""

from brasle_prescreen.reading.age import Age, read_age
from brasle_prescreen.reading.ana import Ana, read_ana
from brasle_prescreen.reading.choice import read_choice
from brasle_prescreen.reading.lab_slip import LabLine, read_lab_slip
from brasle_prescreen.reading.medicines_said import Mention, read_medicine_list, read_medicines
from brasle_prescreen.reading.phone import read_phone
from brasle_prescreen.reading.quantity import read_quantity
from brasle_prescreen.reading.reading import Outcome, Reading
from brasle_prescreen.reading.red_flags import alarm, red_flag
from brasle_prescreen.reading.score import Score, read_score
from brasle_prescreen.reading.sex import read_sex
from brasle_prescreen.reading.steroid_dose import Dose, read_dose_of, read_steroid_dose
from brasle_prescreen.reading.when import read_when
from brasle_prescreen.reading.yes_no import read_yes_no

__all__ = [
    "Age",
    "Ana",
    "Dose",
    "LabLine",
    "Mention",
    "Outcome",
    "Reading",
    "Score",
    "alarm",
    "read_age",
    "read_ana",
    "read_choice",
    "read_dose_of",
    "read_lab_slip",
    "read_medicine_list",
    "read_medicines",
    "read_phone",
    "read_quantity",
    "read_score",
    "read_sex",
    "read_steroid_dose",
    "read_when",
    "read_yes_no",
    "red_flag",
]
