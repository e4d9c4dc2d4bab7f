"""Reads yes, no and "we are not sure" to a question about the patient; what is said of a relative is not said of the patient."""

from __future__ import annotations

import re
from enum import Enum
from functools import cache

from brasle_prescreen.reading.plain import is_too_long, plain, tight
from brasle_prescreen.reading.reading import Outcome, Reading, ask_back, found, state
from brasle_prescreen.reading.words import any_in, any_of, is_only, matcher, name_of, says

LONGEST = 400
NO_WORDS = re.compile(r"^[\W_]*$")


class Said(Enum):
    """What one clause says. AGREE and DENY are bare particles: they only agree or disagree with something.

    UNCLEAR is a "no" that is denied in turn: most mean yes by it, not all.
    """

    YES = "yes"
    NO = "no"
    AGREE = "agree"
    DENY = "deny"
    UNCLEAR = "unclear"
    NOTHING = "nothing"


def read_yes_no(text: str, about: str = "") -> Reading[bool]:
    """True for yes, False for no. `about` is the question: words of its subject are heard as its subject.

    Hedged, not tested, pending: UNSURE. Small talk, a counter-question, "later", somebody else's illness: ask back.
    """
    if is_too_long(text, LONGEST):
        return ask_back("too_long", text)
    said = matcher("yes_no.laughter").sub("", tight(plain(text))).strip()
    if not said or NO_WORDS.match(said):
        return ask_back("no_words", text)
    said = _after_correction(said)
    question = tight(plain(about)) if about else ""
    if says(said, "yes_no.both"):
        return ask_back("both", text)
    whether = matcher("yes_no.whether").search(said) is not None
    said = matcher("yes_no.whether").sub(" ", said)
    if _is_unsure(said):
        return state(Outcome.UNSURE, text)
    if says(said, "puts_off", "yes_no.declines"):
        return ask_back("put_off", text)
    heard = [_clause(clause, question) for clause in _clauses(said)]
    if says(said, "asks") and not any(what in (Said.YES, Said.NO) for what, _ in heard):
        return ask_back("asks", text)
    if whether and not _certain(heard):
        return ask_back("asks", text)
    answer = _together(heard, said, text)
    return ask_back("another_time", text) if _is_of_another_time(answer, said, question) else answer


def _is_of_another_time(answer: Reading[bool], said: str, question: str) -> bool:
    """Asked of the last months, told of years ago; or asked whether ever, told "no longer"."""
    of_a_window = says(question, "yes_no.asks_of_a_window") and not says(question, "yes_no.asks_ever")
    if of_a_window:
        return answer.value is True and says(said, "yes_no.long_ago")
    return bool(question) and answer.value is False and says(said, "yes_no.no_longer")


def _after_correction(said: str) -> str:
    """No, wait: what comes after it counts, if it says anything."""
    parts = matcher("correction").split(said)
    if (
        len(parts) > 1
        and len(parts[-1].strip(" ,.!;\u3002")) > 0
        and _certain([_clause(c, "") for c in _clauses(parts[-1])])
    ):
        return str(parts[-1])
    return said


def _is_unsure(said: str) -> bool:
    said = matcher("yes_no.not_a_no").sub(" ", said)
    return says(said, "yes_no.not_known") or (says(said, "unsure") and not says(said, "yes_no.certain_besides"))


def _clauses(said: str) -> list[str]:
    return [clause.strip() for clause in _clause_end().split(said) if clause.strip()]


@cache
def _clause_end() -> re.Pattern[str]:
    return re.compile(rf"[,;!?\n()\u3002\u3001~]|\.(?!\d)| -+ |(?={any_of('yes_no.turns')})")


def _clause(clause: str, question: str) -> tuple[Said, bool]:
    """What a clause says, and whether it is hedged."""
    hedged = says(clause, "hedge", "yes_no.hedge") and not says(clause, "yes_no.sure")
    filler = matcher("yes_no.filler_first").match(clause)
    rest = clause[filler.end() :].strip() if filler else ""
    if rest and not is_only(rest, "yes_no.courtesy"):
        return _clause(rest, question)  # "hm, no": what follows counts
    clause = matcher("yes_no.not_a_no").sub(" yesno ", clause)
    if says(clause, "yes_no.of_others") and not _illnesses(clause) & _illnesses(question):
        return Said.NOTHING, hedged
    if _is_about_others(clause) or says(clause, "asks") or is_only(clause, "yes_no.neutral"):
        return Said.NOTHING, hedged
    if is_only(clause, "yes_no.agree"):
        return Said.AGREE, hedged
    if is_only(clause, "yes_no.deny"):
        return Said.DENY, hedged
    if _is_about_another_illness(clause, question):
        return Said.NOTHING, hedged
    if says(clause, "yes_no.double_negative"):
        return Said.UNCLEAR, hedged
    no, yes = says(clause, "yes_no.no"), says(clause, "yes_no.yes")
    if no:
        return Said.NO, hedged
    if yes and says(clause, "yes_no.not_the_illness"):
        return Said.NOTHING, hedged  # a positive skin test, or a preventive treatment, is no illness
    if yes or "yesno" in clause:
        return Said.YES, hedged
    if says(clause, "yes_no.agree_first"):
        return Said.AGREE, hedged
    if says(clause, "yes_no.deny_first"):
        return Said.DENY, hedged
    return Said.NOTHING, hedged


def _is_about_others(clause: str) -> bool:
    return says(clause, "relative") and not says(clause, "patient") and not says(clause, "nobody")


def _is_about_another_illness(clause: str, question: str) -> bool:
    """No hepatitis B, but hepatitis A: the second says nothing about the first."""
    named, asked = _illnesses(clause), _illnesses(question)
    if named and asked and not named & asked:
        return True
    others = [match[0] for match in matcher("yes_no.other_illness").finditer(clause)]
    if not others and says(clause, "yes_no.vaccine"):
        return not says(clause, "yes_no.had", "yes_no.deny_then")
    if not others:
        return False
    topics = [match[0] for match in re.finditer(any_in("yes_no.illness"), clause) if match[0] not in others]
    return not topics and all(other not in question for other in others)


def _illnesses(said: str) -> set[str]:
    return {name_of("yes_no.illness", match[0]) or match[0] for match in re.finditer(any_in("yes_no.illness"), said)}


def _certain(heard: list[tuple[Said, bool]]) -> bool:
    return any(what in (Said.YES, Said.NO, Said.AGREE, Said.DENY) for what, _ in heard)


def _together(heard: list[tuple[Said, bool]], said: str, text: str) -> Reading[bool]:
    """All clauses together. "Yes, none" agrees with the none; "no, she had it" says both and is asked about."""
    spoken = [(what, hedged) for what, hedged in heard if what is not Said.NOTHING]
    if any(what is Said.UNCLEAR for what, _ in spoken):
        return ask_back("double_negative", text)
    statements = [what for what, _ in spoken if what in (Said.YES, Said.NO)]
    particles = [what for what, _ in spoken if what in (Said.AGREE, Said.DENY)]
    hedged = any(hedge for _, hedge in heard)
    if not spoken:
        if says(said, "relative") and not says(said, "patient"):
            return ask_back("somebody_else", text)
        if hedged and says(said, "yes_no.maybe_alone"):
            return state(Outcome.UNSURE, text)
        return ask_back("no_answer", text)
    if hedged:
        return state(Outcome.UNSURE, text)
    if Said.YES in statements and Said.NO in statements:
        return ask_back("both", text)
    if statements:
        if statements[0] is Said.YES and Said.DENY in particles:
            return ask_back("both", text)
        return found(statements[0] is Said.YES, text)
    if Said.AGREE in particles and Said.DENY in particles:
        # "Yes, no": in both languages the no is what is meant only if it comes last.
        return (
            found(False, text) if particles[-1] is Said.DENY and particles[0] is Said.AGREE else ask_back("both", text)
        )
    return found(particles[0] is Said.AGREE, text)
