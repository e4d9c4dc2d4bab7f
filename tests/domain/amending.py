"""Invented amendments, written to a folder as a site's data editor would: whole files with the change in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from brasle_prescreen.amendment import SEAL
from brasle_prescreen.amendment_seal import seal_text
from brasle_prescreen.protocol import DIRECTORY
from brasle_prescreen.versions import load_protocols

# E13 in the shipped files, and as an invented amendment reads: twice the time.
_READING = '"Counted from the last dose, by mechanism:'
_READING_ZH = '"从最后一次用药算，按作用机制'
SIX_MONTHS: tuple[tuple[str, str, str], ...] = (
    ("exclusion.toml", 'no_dose_within = "3 months"', 'no_dose_within = "6 months"'),
    ("exclusion.toml", "ofatumumab, within 3 months prior", "ofatumumab, within 6 months prior"),
    ("eligibility.toml", "ofatumumab, within 3 months prior", "ofatumumab, within 6 months prior"),
    ("exclusion.toml", _READING, '"Six months, counted from the last dose, by mechanism:'),
    ("exclusion.toml", _READING_ZH, '"从最后一次用药算满六个月，按作用机制'),
)
WINDOWS = (
    "questions.toml",
    '    { within = "4 weeks" },\n    { before = "4 weeks", within = "3 months" },\n    { before = "3 months" },',
    '    { within = "4 weeks" },\n    { before = "4 weeks", within = "3 months" },\n'
    '    { before = "3 months", within = "6 months" },\n    { before = "6 months" },',
)
HEAD = """number = "{number}"
counts_from = {day}
approval = "Invented ethics committee, 2027-IRB-{number}"
said = "Invented by the tests: six months after antibodies against B cells."
said_zh = "测试虚构：用过抗 B 细胞抗体后须满六个月。"
"""


def write_amendment(
    below: Path,
    day: str = "2027-03-01",
    number: str = "1",
    edits: Sequence[tuple[str, str, str]] = SIX_MONTHS,
    *,
    upon: Path = DIRECTORY,
    name: str = "",
) -> Path:
    """A folder below `below`: `edits` are file, text and text instead, in files copied from `upon`."""
    folder = below / (name or day)
    folder.mkdir(parents=True)
    (folder / "amendment.toml").write_text(HEAD.format(number=number, day=day), encoding="utf-8")
    for file, old, new in edits:
        path = folder / file
        text = (path if path.exists() else upon / file).read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def seal(below: Path) -> None:
    """Seal every amendment of the folder, as `brasle-prescreen amendment seal` does."""
    protocols = load_protocols(below)
    for before, version in zip(protocols.versions, protocols.versions[1:], strict=False):
        assert version.amendment is not None
        (version.amendment.folder / SEAL).write_text(seal_text(before, version), encoding="utf-8")
