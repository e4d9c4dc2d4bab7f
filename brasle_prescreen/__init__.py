"""Provisional pre-screening for one trial: a family's answers in, every criterion judged, nobody turned
away unheard.

Pure and synchronous: no clock, no network, no database, no file but the trial's own data.

    from brasle_prescreen import load_protocol, screen
    screening = screen(load_protocol(), {"birth_date": "2015-08"}, on=date(2026, 11, 22))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brasle_prescreen.assess import assess, assess_lines
    from brasle_prescreen.criterion import Criterion, Finding
    from brasle_prescreen.facts import AnswerError
    from brasle_prescreen.judgement import Kind, Verdict
    from brasle_prescreen.medicines import Lexicon, Match, Medicine
    from brasle_prescreen.partial_date import PartialDate, Span
    from brasle_prescreen.protocol import Protocol, load_protocol
    from brasle_prescreen.screening import Screening, ShownWindow, Tier, check_answers, screen
    from brasle_prescreen.trial_entry import ProtocolError
    from brasle_prescreen.truth import Truth
    from brasle_prescreen.versions import Protocols, load_protocols

# Where each name lives: a module is imported when a name of it is first used.
_HOMES = {
    "assess": "assess",
    "assess_lines": "assess",
    "Criterion": "criterion",
    "Finding": "criterion",
    "AnswerError": "facts",
    "Kind": "judgement",
    "Verdict": "judgement",
    "Lexicon": "medicines",
    "Match": "medicines",
    "Medicine": "medicines",
    "PartialDate": "partial_date",
    "Span": "partial_date",
    "Protocol": "protocol",
    "load_protocol": "protocol",
    "Screening": "screening",
    "ShownWindow": "screening",
    "Tier": "screening",
    "check_answers": "screening",
    "screen": "screening",
    "ProtocolError": "trial_entry",
    "Truth": "truth",
    "Protocols": "versions",
    "load_protocols": "versions",
}

__all__ = [
    "AnswerError",
    "Criterion",
    "Finding",
    "Kind",
    "Lexicon",
    "Match",
    "Medicine",
    "PartialDate",
    "Protocol",
    "ProtocolError",
    "Protocols",
    "Screening",
    "ShownWindow",
    "Span",
    "Tier",
    "Truth",
    "Verdict",
    "assess",
    "assess_lines",
    "check_answers",
    "load_protocol",
    "load_protocols",
    "screen",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
