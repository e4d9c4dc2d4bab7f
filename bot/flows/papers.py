"""The list of papers to bring, made from what is still open; the infection papers are one fixed line for everybody."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import Field

from bot.message import Model, Text
from brasle_prescreen import Screening


class Paper(Model):
    id: str
    criteria: tuple[str, ...] = Field(default=(), alias="for")
    always: bool = False


@cache
def all_papers() -> tuple[Paper, ...]:
    text = (files("brasle_prescreen") / "trial" / "papers.toml").read_text(encoding="utf-8")
    return tuple(Paper.model_validate(paper) for paper in tomllib.loads(text)["paper"])


def papers_to_bring(screening: Screening) -> list[Text]:
    unsettled = {finding.id for finding in screening.findings if not finding.passed}
    return [Text(key=f"paper.{paper.id}") for paper in all_papers() if paper.always or unsettled & set(paper.criteria)]
