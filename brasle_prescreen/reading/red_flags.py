"""Hears what cannot wait: despair about living on, an emergency now, a fever to be seen; before anything else is read.

It works on any message, whatever was asked. Idioms, negations and what is long past are no alarm.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from brasle_prescreen.reading.plain import LONGEST, plain, tight
from brasle_prescreen.reading.words import any_of, matcher, says

Alarm = Literal["self_harm", "emergency", "call_now", "call_today", "medicine_advice", "study_question", "none"]
RedFlag = Literal["self_harm", "emergency", "none"]

CLAUSE_END = re.compile(r"[,;!?\n]|\u3002|\.(?!\d)")
# Chinese parts clauses with a space as well as with a comma; but a text with a space after each character is one text.
SPACE_IN_CHINESE = re.compile(
    "(?<=[\u3400-\u9fff]{2}) +(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff]) +(?=[\u3400-\u9fff]{2})"
)
SENTENCE_END = re.compile(r"[;!?\n]|\u3002|\.(?!\d)")
# Up to here every word is weighed; beyond, first the clauses that can hold an alarm at all are looked for.
HEARD_WHOLE = 600
# Thresholds of the urgent texts: safety suggestions that a clinician of the site signs off.
LEAST_OXYGEN = 92
LEAST_PLATELETS = 20
FEVER, FEVER_WITH_SIGNS = 38.5, 38.0
HOTTEST = 43.0
FAHRENHEIT = (101.3, 100.4)


def red_flag(text: str) -> RedFlag:
    """Whether a message must be answered before the questionnaire goes on. A fever to be seen at once is an emergency."""
    heard = alarm(text)
    if heard == "call_now":
        return "emergency"
    return heard if heard in ("self_harm", "emergency") else "none"


def alarm(text: str) -> Alarm:
    """The gravest thing that a message holds; of a very long one, its beginning and its end are heard."""
    said = _heard(text)
    # A new line may part two messages as well as the halves of one.
    ways = (said, said.replace("\n", ",")) if "\n" in said else (said,)
    if any(_despairs(way) and _despairs(_without_idioms(way)) for way in ways):
        return "self_harm"
    if any(_is_emergency(way) and _is_emergency(_without_idioms(way)) for way in ways):
        return "emergency"
    if _has_fever(said):
        return "call_now"
    if says(said, "alarm.call_today") and not says(said, "alarm.call_today_not") and not _is_past(said, said):
        return "call_today"
    if says(said, "alarm.asking"):
        if says(said, "alarm.medicine_advice"):
            return "medicine_advice"
        if says(said, "alarm.study_question"):
            return "study_question"
    return "none"


def _heard(text: str) -> str:
    """The text made plain; of a long one, only the clauses that hold a word which any alarm has, and their neighbours."""
    parts = [text] if len(text) <= LONGEST else [text[: LONGEST // 2], text[-LONGEST // 2 :]]
    said = "\n".join(tight(SPACE_IN_CHINESE.sub(",", plain(part))) for part in parts)
    # Who writes is not whom it happened to.
    said = matcher("alarm.speaker").sub("", said, count=1)
    if len(said) <= HEARD_WHOLE:
        return said
    clauses = [said[start:end] for start, end in _clause_spans(said)]
    telling = {index for index, clause in enumerate(clauses) if says(clause, "alarm.cues")}
    near = sorted({index + step for index in telling for step in (-1, 0, 1) if 0 <= index + step < len(clauses)})
    return "".join(clauses[index] for index in near)


def _clause_spans(said: str) -> list[tuple[int, int]]:
    ends = [match.end() for match in CLAUSE_END.finditer(said)]
    return list(zip([0, *ends], [*ends, len(said)], strict=True))


def _without_idioms(said: str) -> str:
    return matcher("alarm.harmless").sub(" ", said)


def _clauses(said: str) -> list[str]:
    return [clause for clause in CLAUSE_END.split(said) if clause.strip()]


def _sentences(said: str) -> list[str]:
    return [sentence for sentence in SENTENCE_END.split(said) if sentence.strip()]


# ------------------------------------------------------------------ despair


def _despairs(said: str) -> bool:
    for match in matcher("alarm.self_harm").finditer(said):
        clause_start, clause = clause_at(said, match)
        before = said[clause_start : match.start()]
        if is_denied(before, "alarm.negation_self_harm") or is_denied_after(said, match):
            continue
        if says(clause, "alarm.elsewhere"):
            continue
        return True
    return False


# ------------------------------------------------------------------ emergencies


def _is_emergency(said: str) -> bool:
    return _named_emergency(said) or _low_oxygen(said) or _low_platelets(said)


def _named_emergency(said: str) -> bool:
    for match in matcher("alarm.emergency", "alarm.emergency_unless_mild").finditer(said):
        clause_start, clause = clause_at(said, match)
        before = said[clause_start : match.start()]
        if is_denied(before, "alarm.negation") or is_denied_after(said, match) or says(clause, "alarm.elsewhere"):
            continue
        if matcher("alarm.emergency_unless_mild").fullmatch(match[0]) and says(clause, "alarm.mild"):
            continue
        if says(before, "alarm.exertion"):
            continue
        if _is_past(said, clause) or _is_about_a_relative(clause):
            continue
        return True
    return False


def _is_about_a_relative(clause: str) -> bool:
    return says(clause, "relative") and not says(clause, "patient", "alarm.first_person")


def _is_past(said: str, clause: str) -> bool:
    """Long past, or over: and not happening again."""
    if says(clause, "alarm.now"):
        return False
    if says(clause, "alarm.past"):
        return True
    sentence = next((one for one in _sentences(said) if clause in one), said)
    first = _clauses(sentence)[0] if _clauses(sentence) else ""
    if says(first, "alarm.past") and not says(sentence, "alarm.now"):
        return True
    since = said[max(0, said.find(clause)) :]  # "it is all right" stands behind what is over
    return says(since, "alarm.over") and not says(said, "alarm.now")


def clause_at(said: str, match: re.Match[str]) -> tuple[int, str]:
    """Where the clause of a match begins, and its words."""
    start = max((end.end() for end in CLAUSE_END.finditer(said, 0, match.start())), default=0)
    end = next((end.start() for end in CLAUSE_END.finditer(said, match.end())), len(said))
    return start, said[start:end]


@cache
def _denial(path: str) -> re.Pattern[str]:
    """A negation right before; in a list, it also holds for the later members; in English some words may stand between."""
    few_words, han = r"(?: [a-z'-]+){0,3} ?", r"[\u3400-\u9fff]"
    chinese_list = rf"{han}{{1,6}}(?:\u3001{han}{{0,5}})*\u3001{han}{{0,3}}"
    english_list = rf" ?(?:[a-z'-]+ ?){{1,4}}(?:{any_of('medicines.joins')}|/) ?(?:[a-z'-]+ ?)?"
    return re.compile(rf"{any_of(path)}(?:{few_words}|{han}{{0,2}}|{chinese_list}|{english_list})$")


def is_denied(before: str, path: str) -> bool:
    """Whether what follows `before` is denied by a negation of the list at `path`."""
    return _denial(path).search(before) is not None


def is_denied_after(said: str, match: re.Match[str]) -> bool:
    """Whether a negation stands right behind it."""
    return matcher("alarm.negation_after").match(said, match.end()) is not None


# ------------------------------------------------------------------ numbers


@cache
def _oxygen() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{any_of('alarm.oxygen')})[^\d\n,.;]{{0,16}}(?P<value>\d{{2}})(?:\.\d)?(?![\d:])(?P<range>[-~]\d\d)?"
    )


def _low_oxygen(said: str) -> bool:
    for match in _oxygen().finditer(said):
        _, clause = clause_at(said, match)
        below = says(match[0], "alarm.below") or matcher("alarm.below").match(said, match.end()) is not None
        value = int(match["value"])
        low = value < LEAST_OXYGEN or (below and value <= LEAST_OXYGEN)
        if (
            low
            and value >= 30
            and not _is_past(said, clause)
            and not is_denied(said[: match.start("value")], "alarm.negation")
        ):
            return True
    return False


@cache
def _platelets() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{any_of('alarm.platelets')})[^\d\n,.;]{{0,10}}(?P<value>\d+(?:\.\d+)?)(?P<wan>{any_of('numerals_marks')})?"
    )


def _low_platelets(said: str) -> bool:
    for match in _platelets().finditer(said):
        value = float(match["value"]) * (10 if match["wan"] else 1)
        if value > 2000:
            value /= 1000
        rest = said[: match.start()] + " " + said[match.end() :]
        if value < LEAST_PLATELETS and says(rest, "alarm.bleeding") and not _is_past(said, clause_at(said, match)[1]):
            bleeding = matcher("alarm.bleeding").search(rest)
            if bleeding and not is_denied(rest[: bleeding.start()][-12:], "alarm.negation"):
                return True
    return False


@cache
def _temperature() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\d.])(?P<value>3[5-9]|4[0-3]|9\d|10\d)(?P<tenth>\.\d)?(?: ?(?:{any_of('alarm.degree')})(?P<after>\d)?)?(?!\d)"
    )


def _has_fever(said: str) -> bool:
    """38.5 or more, or 38.0 with chills, drowsiness, rash, bleeding or low white cells; or called high, without a number."""
    match = matcher("alarm.fever", "alarm.high_fever").search(said)
    if match is None:
        return False
    _, clause = clause_at(said, match)
    if _is_past(said, clause) or is_denied(clause[: clause.find(match[0])], "alarm.negation"):
        return False
    values = []
    for number in _temperature().finditer(said):
        tenths = number["tenth"] or (f".{number['after']}" if number["after"] else "")
        values.append(float(number["value"] + tenths))
    celsius = [value for value in values if 35 <= value <= HOTTEST]
    fahrenheit = [value for value in values if value > 95]
    with_signs = says(said, "alarm.fever_with")
    if celsius:
        return max(celsius) >= (FEVER_WITH_SIGNS if with_signs else FEVER)
    if fahrenheit:
        return max(fahrenheit) >= FAHRENHEIT[1 if with_signs else 0]
    return says(said, "alarm.high_fever")
