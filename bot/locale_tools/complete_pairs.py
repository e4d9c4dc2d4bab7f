"""Which wording of each text is complete and passes every check: what may be remembered, or approved."""

from __future__ import annotations

from pathlib import Path

from bot.wording_choice import choose
from bot.wording_pairs import COMPLETE, Pair, Pairs, read_pairs
from bot.wording_sources import OF_THE_TEAM, Sources, read_sources


def complete_pairs(folder: Path) -> tuple[Pairs, dict[str, str]]:
    """Every text's last complete and checked wording; and the keys whose present one is not, with the reason.

    Only languages that have every text for families are in it: one that was never whole holds back nobody.
    """
    remembered = read_pairs(folder / COMPLETE)
    sources = read_sources(folder, remembered)
    changed = any(key not in remembered or remembered[key].texts != texts for key, texts in sources.now.items())
    if remembered and changed:
        # The first time there is nothing to fall back to: what is there is where we begin.
        leave_out_faulty(folder, sources)
    choice = choose(sources, remembered, None)
    offered = whole_languages(choice.pairs)
    pairs = {
        key: Pair({language: text for language, text in choice.pairs[key].texts.items() if language in offered})
        for key in choice.pairs
        # What the master no longer has is forgotten here, on purpose, and nowhere else.
        if key in sources.master
    }
    return pairs, choice.held


def whole_languages(pairs: Pairs) -> set[str]:
    """The languages that have every text for families."""
    languages = {language for pair in pairs.values() for language in pair.texts}
    for key, pair in pairs.items():
        if not key.startswith(OF_THE_TEAM):
            languages &= pair.texts.keys()
    return languages | {"en"}


def leave_out_faulty(folder: Path, sources: Sources) -> None:
    """Take out of `sources.now` what does not pass the checks: one language's wording, or the text altogether."""
    from bot.locale_checks.every import mistakes

    files = {f"{folder.name}/{language}.po": language for language in sources.languages}
    for finding in mistakes(folder):
        now = sources.now.get(finding.key)
        if now is None:
            continue
        why = f"{finding.what}. {finding.mend}."
        language = files.get(finding.file)
        if language is None:
            del sources.now[finding.key]
        elif now.pop(language, None) is None:
            continue
        sources.faults.setdefault(finding.key, f"{finding.file}, line {finding.line}: {why}")
