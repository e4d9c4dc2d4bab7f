"""Reads which vaccines a family names. Asked for vaccines, people leave the word "vaccine" away: "chickenpox", "had flu"."""

from __future__ import annotations

import re
from functools import lru_cache

from brasle_prescreen.medicines import Lexicon
from brasle_prescreen.reading.medicine_place import Place, mask
from brasle_prescreen.reading.medicines_said import Mention, find_names, mentions_of, prepared
from brasle_prescreen.reading.plain import plain, tight
from brasle_prescreen.reading.words import any_of, phrases


def read_vaccines(text: str, lexicon: Lexicon) -> tuple[Mention, ...]:
    """Every vaccine named, in order; medicines are among them, as in `read_medicines`."""
    said = prepared(text)
    known = find_names(said, lexicon)
    pattern, entries = _short_names(lexicon)
    short = [
        Place(*match.span("name"), entries[match["name"]], "exact")
        for match in pattern.finditer(mask(said, known))
        if match["name"]
    ]
    return mentions_of(said, [*known, *short], lexicon, "ever")


@lru_cache(maxsize=4)
def _short_names(lexicon: Lexicon) -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    """The names without the word "vaccine", alone in their place of a list or after "had": elsewhere it is the illness."""
    entries: dict[str, tuple[str, ...]] = {}
    for medicine in lexicon:
        if medicine.is_vaccine:
            for name in (tight(plain(name)) for name in medicine.names):
                for word in phrases("medicines.vaccine_word"):
                    short = name.removesuffix(word).strip()
                    if short != name and len(short) >= 2:
                        entries[short] = tuple(dict.fromkeys((*entries.get(short, ()), medicine.id)))
    names = "|".join(map(re.escape, sorted(entries, key=len, reverse=True)))
    edge = rf"[,;.!\n\u3001\u3002]|{any_of('medicines.joins')}"
    before = rf"(?:^|{edge}|{any_of('medicines.vaccine_verbs')}) ?"
    return re.compile(rf"{before}(?P<name>{names})(?= ?(?:$|{edge}))"), entries
