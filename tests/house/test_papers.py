"""What the papers point at is there, and a picture loads on a slow line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAPERS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
LARGEST_PICTURE = 80_000


def linked(paper: Path) -> list[Path]:
    """The files of ours that a paper links to."""
    addresses = (address.partition("#")[0] for address in LINK.findall(paper.read_text(encoding="utf-8")))
    return [paper.parent / address for address in addresses if address and "://" not in address]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.relative_to(ROOT)))
def test_every_link_leads_somewhere(paper: Path) -> None:
    assert [str(file) for file in linked(paper) if not file.exists()] == []


def test_pictures_are_small() -> None:
    pictures = {file for paper in PAPERS for file in linked(paper) if file.suffix == ".png"}
    assert pictures
    assert {file.name for file in pictures if file.stat().st_size > LARGEST_PICTURE} == set()


@pytest.mark.parametrize("paper", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"])
def test_every_make_command_of_the_papers_exists(paper: str) -> None:
    targets = re.findall(r"^([a-z]+(?:-[a-z]+)*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)", (ROOT / paper).read_text(encoding="utf-8"))
    assert set(named) <= set(targets)
