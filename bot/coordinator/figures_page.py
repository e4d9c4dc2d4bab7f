"""The figures page: charts as pictures, each with a table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from bot.coordinator.access import Page, Visit, needs
from bot.coordinator.figures import FEWEST_SHOWN, OTHERS, STEPS, Line, figures
from bot.coordinator.packet import Voice
from bot.message import Text
from bot.store.audit_entry import Did
from brasle_prescreen.lead import CloseCategory, is_criterion
from brasle_prescreen.question import Questions, load_questions

WIDTH = 640
GUTTER = 210
BAR = 14
LINE = 24


@dataclass(frozen=True, slots=True)
class ChartBar:
    """One bar of a picture, in its own units."""

    y: int
    label: str
    width: float
    number: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of bars; the table beside it says the same."""

    id: str
    title: str
    height: int
    bars: tuple[ChartBar, ...]


@needs("figures.read")
async def figures_page(visit: Visit) -> Response:
    """How far families come, where they leave, what speaks against."""
    counted = await visit.store.desk.counting.counted(visit.console.clock)
    criteria = [one.id for one in visit.console.protocol.criteria]
    found = figures(counted.people, counted.leads, criteria, counted.at)
    await visit.record(Did("figures.read"))
    questions = load_questions()
    voice = Voice(visit.console.wording, visit.language)
    left = {line.name: _card(visit, voice, questions, line.name) for line in found.left}
    closed = {line.name: _reason(visit, line.name) for line in found.closed}
    not_met = [Line(line.name, line.cells[:1]) for line in found.attrition]
    return visit.page(
        "figures.html",
        found=found,
        steps=STEPS,
        others=OTHERS,
        fewest=FEWEST_SHOWN,
        at=counted.at,
        left_names=left,
        closed_names=closed,
        funnel_chart=_chart(
            visit, "funnel", found.funnel, {step: visit.word(f"figures.step.{step}") for step in STEPS}
        ),
        left_chart=_chart(visit, "left", found.left, left),
        attrition_chart=_chart(visit, "attrition", [line for line in not_met if line.cells[0].number != 0], {}),
    )


def _chart(visit: Visit, id: str, lines: Sequence[Line], names: dict[str, str]) -> Chart:
    room = WIDTH - GUTTER - 60
    most = max([line.cells[0].number or 0 for line in lines] or [1]) or 1
    bars = tuple(
        ChartBar(
            y=LINE * place + 4,
            label=names.get(line.name, line.name),
            width=round(room * (line.cells[0].number or 0) / most, 1),
            number=visit.word("figures.few", n=FEWEST_SHOWN)
            if line.cells[0].number is None
            else str(line.cells[0].number),
        )
        for place, line in enumerate(lines)
    )
    return Chart(id, visit.word(f"figures.chart.{id}"), LINE * len(bars) + 8, bars)


def _card(visit: Visit, voice: Voice, questions: Questions, card: str) -> str:
    """The question that somebody answered last, in short."""
    if card == OTHERS:
        return visit.word("figures.others")
    if not card:
        return visit.word("figures.no_answer")
    if card in questions.by_id:
        return voice.say(Text(key=f"card.{card}.short"))
    return voice.say(Text(key="card.medicines.short"))


def _reason(visit: Visit, reason: str) -> str:
    if reason == OTHERS:
        return visit.word("figures.others")
    private = {one.id for one in visit.console.protocol.criteria if one.private}
    if reason in private:
        return visit.word("grid.private_item")
    return visit.word(f"close.{reason}") if reason in set(CloseCategory) and not is_criterion(reason) else reason


PAGES = (Page("/figures", figures_page),)
