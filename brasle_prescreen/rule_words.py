"""All words that a rule may use, and how a rule is read from a trial file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from brasle_prescreen.rule import OnlyFor, Rule, Trial, UnlessListed
from brasle_prescreen.rule_age import read_age_at_least
from brasle_prescreen.rule_antibody import read_any_positive_within
from brasle_prescreen.rule_choice import read_choice, read_listed, read_site_only
from brasle_prescreen.rule_dose import read_no_dose_within, read_no_vaccine_within
from brasle_prescreen.rule_lab import (
    read_at_most_upper_limits,
    read_measured,
    read_measured_by_age,
    read_score_at_least,
)
from brasle_prescreen.rule_resistance import read_resistant_to
from brasle_prescreen.rule_stable import read_stable_treatment
from brasle_prescreen.rule_trial import read_no_study_drug_within, read_no_trial_within
from brasle_prescreen.rule_window import read_no_event_within
from brasle_prescreen.trial_entry import Entry, did_you_mean

WORDS: Mapping[str, Callable[[Entry, Trial], Rule]] = {
    "age_at_least": read_age_at_least,
    "any_positive_within": read_any_positive_within,
    "choice": read_choice,
    "listed_in": read_listed,
    "measured": read_measured,
    "measured_by_age": read_measured_by_age,
    "no_dose_within": read_no_dose_within,
    "no_event_within": read_no_event_within,
    "no_study_drug_within": read_no_study_drug_within,
    "no_trial_within": read_no_trial_within,
    "no_vaccine_within": read_no_vaccine_within,
    "resistant_to": read_resistant_to,
    "score_at_least": read_score_at_least,
    "site_only": read_site_only,
    "stable_treatment": read_stable_treatment,
    "upper_limits_of": read_at_most_upper_limits,
}


def read_rule(entry: Entry, trial: Trial) -> Rule:
    """The rule that one table says; ProtocolError for an unknown word, a missing or a wrong parameter."""
    words = [word for word in WORDS if word in entry]
    if not words:
        given = next(iter(entry), "")
        raise entry.wrong(f"no word of a rule among its keys, such as {given!r}", did_you_mean(given, WORDS))
    if len(words) > 1:
        raise entry.wrong(f"two words of a rule, {words[0]!r} and {words[1]!r}", "Keep one; make two parts of it")
    rule = WORDS[words[0]](entry, trial)
    if "only_for" in entry:
        condition = trial.conditions[entry.one_of("only_for", trial.conditions)]
        rule = OnlyFor(rule, condition, entry.yes("certainly"))
    cues = entry.texts("unless_listed")
    if cues:
        for id in cues:
            entry.known(id, [one.id for one in trial.lexicon], "'unless_listed' names the medicine")
        rule = UnlessListed(rule, frozenset(cues))
    entry.finish()
    return rule
