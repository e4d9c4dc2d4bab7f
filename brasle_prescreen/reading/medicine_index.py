"""Finds names of medicines inside running text: letter by letter, or nearly.

The lexicon says what a name means; this only finds where a name stands. Built once for a lexicon, when first needed.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property, lru_cache

from brasle_prescreen.medicines import Lexicon
from brasle_prescreen.reading.medicine_near import NearNames
from brasle_prescreen.reading.medicine_place import (
    CJK,
    SHORTEST_BY_SOUND,
    Place,
    form_after,
    form_before,
    glue_after,
    glue_before,
    stem,
    topical_after,
    topical_before,
    verb_before,
)
from brasle_prescreen.reading.plain import plain, tight
from brasle_prescreen.reading.words import load


@lru_cache(maxsize=4)
def index_of(lexicon: Lexicon) -> MedicineIndex:
    return MedicineIndex(lexicon)


class MedicineIndex:
    """All names of one lexicon, arranged for looking them up in text."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._exact: dict[str, str] = {}
        for medicine in lexicon:
            for name in (medicine.zh, *medicine.brands, *medicine.aliases, medicine.inn.partition(" (")[0]):
                self._add(name, medicine.id)
            self._add(medicine.id.replace("_", " "), medicine.id)
        spoken = load("medicine_names.toml")["spoken"]
        # Often the first characters of a longer name: only heard alone, lest a slip in the rest of the name is lost.
        self._short_forms = frozenset(name for names in spoken.values() for name in names)
        for id, names in spoken.items():
            if id in lexicon:
                for name in names:
                    self._add(name, id)
        for name, id in list(self._exact.items()):
            short = stem(name)
            if short != name and len(short) >= SHORTEST_BY_SOUND:
                self._exact.setdefault(short, id)
        self._lengths: dict[str, list[int]] = defaultdict(list)
        for name in sorted(self._exact, key=len, reverse=True):
            if len(name) not in self._lengths[name[:2]]:
                self._lengths[name[:2]].append(len(name))

    def _add(self, name: str, id: str) -> None:
        key = tight(plain(name))
        if len(key) >= 2:
            self._exact.setdefault(key, id)

    # -------------------------------------------------------------- exactly

    def exact(self, text: str) -> list[Place]:
        """Names that stand in the text letter by letter, the longest first, with words of salt and form taken along."""
        found: list[Place] = []
        position = 0
        while position < len(text) - 1:
            place = self._at(text, position)
            if place:
                found.append(place)
                position = place.end
            else:
                position += 1
        return found

    def _at(self, text: str, start: int) -> Place | None:
        for length in self._lengths.get(text[start : start + 2], ()):
            name = text[start : start + length]
            id = self._exact.get(name)
            if id is not None and len(name) == length and self._stands_alone(text, start, start + length):
                return self._with_form(text, start, start + length, id)
        return None

    def _stands_alone(self, text: str, start: int, end: int) -> bool:
        """Latin names are whole words; Chinese ones of two characters need words that go with medicines beside them.

        Before a brand name they are enough, whatever follows.
        """
        before, after = text[start - 1 : start], text[end : end + 1]
        if CJK.match(text[start]) is None or CJK.match(text[end - 1]) is None:
            letter_before = before.isalpha() and before.isascii() and text[start].isascii()
            digit_before = before.isdigit() and text[start].isdigit()
            letter_after = after.isalpha() and after.isascii() and text[end - 1].isascii()
            digit_after = after.isdigit() and text[end - 1].isdigit()
            return not (letter_before or letter_after or digit_before or digit_after)
        if end - start > 2:
            return True
        if verb_before().search(text[:start]) and text[start:end] not in self._short_forms:
            return True
        left = not CJK.match(before) or glue_before().search(text[:start]) is not None or self._ends_name(text, start)
        if left and text[start:end] in self._brands_of_two:
            return True
        right = not CJK.match(after) or glue_after().match(text, end) is not None or self._begins_name(text, end)
        return left and right

    def hides_a_name(self, text: str) -> bool:
        """Whether a name of two characters stands in the text, though the words around it do not tell that it is one."""
        return bool(self.hidden(text))

    def hidden(self, text: str) -> list[tuple[str, str]]:
        """These names, each with what it means."""
        pairs = (text[at : at + 2] for at in range(len(text) - 1))
        return [(pair, self._exact[pair]) for pair in pairs if pair in self._brands_of_two]

    @cached_property
    def _brands_of_two(self) -> frozenset[str]:
        """Brand names of two Chinese characters: none of them is an everyday word."""
        brands = (tight(plain(name)) for medicine in self._lexicon for name in medicine.brands)
        return frozenset(name for name in brands if len(name) == 2 and CJK.match(name[0]) and CJK.match(name[1]))

    def _begins_name(self, text: str, start: int) -> bool:
        lengths = self._lengths.get(text[start : start + 2], ())
        return any(text[start : start + length] in self._exact for length in lengths)

    def _ends_name(self, text: str, end: int) -> bool:
        return any(text[end - length : end] in self._exact for length in range(2, 7) if end >= length)

    def _with_form(self, text: str, start: int, end: int, id: str) -> Place:
        """Tablets, for injection: part of the name as written, and a hint at the way it is given."""
        front, back = form_before().search(text[:start]), form_after().match(text, end)
        if not back and topical_before().search(text[:start]):
            return Place(start, end, (id,), "exact", "topical")
        if not front and not back:
            apart = topical_after().match(text, end + 1) if text[end : end + 1] == " " else None
            return Place(start, apart.end() if apart else end, (id,), "exact", "topical" if apart else None)
        whole = text[front.start() if front else start : back.end() if back else end]
        match = self._lexicon.find(whole)
        if match is None and topical_after().match(text, end):
            other = self._lexicon.find(text[start : end + 2])
            return Place(start, end + 2, (other.medicine.id if other else id,), "exact", None if other else "topical")
        return Place(
            front.start() if front else start,
            back.end() if back else end,
            (match.medicine.id if match else id,),
            "exact" if match is None or match.exact else "stripped",
            match.route if match else None,
        )

    # -------------------------------------------------------------- nearly

    def nearly(self, text: str) -> list[Place]:
        """Names that sound like, or are spelled nearly like, a piece of the text. Call it with exact names taken out."""
        return self._near.find(text)

    @cached_property
    def _near(self) -> NearNames:
        return NearNames(self._lexicon, self._exact)
