"""Finds names of medicines inside running text: exactly, by sound (homophones, pinyin), or nearly (typing errors).

The lexicon says what a name means; this only finds where a name stands. Built once for a lexicon, when first needed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from brasle_prescreen.medicines import Lexicon
from brasle_prescreen.reading.plain import plain, tight
from brasle_prescreen.reading.words import any_of, load, matcher

NAME_MASK = "_"
CJK = re.compile("[\u3400-\u9fff]")
CJK_RUN = re.compile("[\u3400-\u9fff]{2,}")
TWO_HAN = re.compile("(?<![\u3400-\u9fff])[\u3400-\u9fff]{2}(?![\u3400-\u9fff])")
LATIN_WORD = re.compile(r"[a-z][a-z-]*[a-z]")
# Shorter names are only heard exactly: too many words sound like them.
SHORTEST_BY_SOUND = 3
SHORTEST_BY_SPELLING = 4
SHORTEST_LATIN = 5
LONGEST_JOINED = 6


class Place(NamedTuple):
    """A name at `start`..`end`. `entries` holds one id, or several that it may be. `how`: exact, stripped, sound, spelling."""

    start: int
    end: int
    entries: tuple[str, ...]
    how: str
    route: str | None = None


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
        for id, names in load("medicine_names.toml")["spoken"].items():
            if id in lexicon:
                for name in names:
                    self._add(name, id)
        for name, id in list(self._exact.items()):
            stem = next((name.removesuffix(end) for end in _antibody_endings() if name.endswith(end)), name)
            if stem != name and len(stem) >= SHORTEST_BY_SOUND:
                self._exact.setdefault(stem, id)
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
        """Latin names are whole words; Chinese ones of two characters need a word that goes with medicines beside them."""
        before, after = text[start - 1 : start], text[end : end + 1]
        if CJK.match(text[start]) is None or CJK.match(text[end - 1]) is None:
            letter_before = before.isalpha() and before.isascii() and text[start].isascii()
            digit_before = before.isdigit() and text[start].isdigit()
            letter_after = after.isalpha() and after.isascii() and text[end - 1].isascii()
            digit_after = after.isdigit() and text[end - 1].isdigit()
            return not (letter_before or letter_after or digit_before or digit_after)
        if end - start > 2:
            return True
        if _verb_before().search(text[:start]):
            return True
        left = (
            not CJK.match(before) or _glue_before().search(text[:start]) is not None or self._ends_name(text, start)
        )
        right = (
            not CJK.match(after)
            or _glue_after().match(text, end) is not None
            or text[end : end + 2] in self._lengths
        )
        return left and right

    def _ends_name(self, text: str, end: int) -> bool:
        return any(text[end - length : end] in self._exact for length in range(2, 7) if end >= length)

    def _with_form(self, text: str, start: int, end: int, id: str) -> Place:
        """Tablets, for injection: part of the name as written, and a hint at the way it is given."""
        front, back = _form_before().search(text[:start]), _form_after().match(text, end)
        if not front and not back:
            return Place(start, end, (id,), "exact")
        whole = text[front.start() if front else start : back.end() if back else end]
        match = self._lexicon.find(whole)
        if match is None and _never_stripped().match(text, end):
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
        found = [place for run in CJK_RUN.finditer(text) for place in self._in_chinese(run)]
        return sorted(found + self._in_latin(text))

    def _in_chinese(self, run: re.Match[str]) -> list[Place]:
        """By sound in the whole run; in what the everyday words leave of it also short names, and by spelling."""
        found = self._by_sound(run[0], run.start(), shortest=SHORTEST_BY_SOUND)
        rest = run[0]
        for place in found:
            rest = (
                rest[: place.start - run.start()]
                + NAME_MASK * (place.end - place.start)
                + rest[place.end - run.start() :]
            )
        found += self._by_spelling(rest, run.start())
        for place in found:
            rest = (
                rest[: place.start - run.start()]
                + NAME_MASK * (place.end - place.start)
                + rest[place.end - run.start() :]
            )
        rest = matcher("medicines.filler").sub(lambda match: NAME_MASK * len(match[0]), rest)
        for piece in TWO_HAN.finditer(rest):
            if self._may_be_short_name(run[0], piece):
                found += self._by_sound(piece[0], run.start() + piece.start(), shortest=2)
        return found

    def _may_be_short_name(self, said: str, piece: re.Match[str]) -> bool:
        """A word of two characters is only heard as a name alone, after "took", or before "tablets"."""
        return (
            len(piece[0]) == len(said)
            or _verb_before().search(said[: piece.start()]) is not None
            or _form_after().match(said, piece.end()) is not None
        )

    def _by_sound(self, piece: str, shift: int, *, shortest: int) -> list[Place]:
        sounds = _syllables(piece)
        found: list[Place] = []
        for length in range(min(len(sounds), self._most_syllables), shortest - 1, -1):
            for start in range(len(sounds) - length + 1):
                entries = self._sounds.get(sounds[start : start + length])
                free = all(start + shift >= other.end or start + length + shift <= other.start for other in found)
                if entries and free:
                    found.append(Place(start + shift, start + length + shift, entries, "sound"))
        return found

    def _by_spelling(self, piece: str, shift: int) -> list[Place]:
        """One character wrong in a name of four or more; the ending that many names share does not count as alike."""
        near: dict[tuple[int, int], dict[str, None]] = defaultdict(dict)
        for position in range(len(piece) - 1):
            for length in self._half_lengths:
                for name, offset in self._halves.get(piece[position : position + length], ()):
                    start = position - offset
                    window = piece[max(0, start) : start + len(name)]
                    if len(window) == len(name) and _differs_by_one(window, name):
                        near[start, start + len(name)][self._chinese_names[name]] = None
        found: list[Place] = []
        for (start, end), ids in sorted(near.items(), key=lambda item: item[0][0] - item[0][1]):
            if all(start + shift >= other.end or end + shift <= other.start for other in found):
                found.append(
                    Place(start + shift, end + shift, self._with_lookalikes(piece[start:end], tuple(ids)), "spelling")
                )
        return found

    @cached_property
    def _halves(self) -> dict[str, list[tuple[str, int]]]:
        """Half of a name -> the names, and where in them it stands: with one character wrong, one half is right."""
        halves: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for name, id in self._chinese_names.items():
            if len(name) >= SHORTEST_BY_SPELLING and id not in self._vague:
                middle = len(name) // 2
                halves[name[:middle]].append((name, 0))
                halves[name[middle:]].append((name, middle))
        return halves

    @cached_property
    def _half_lengths(self) -> tuple[int, ...]:
        return tuple(sorted({len(half) for half in self._halves}))

    def _with_lookalikes(self, said: str, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Of a group that is easily confused, every member whose name is nearly as near is a candidate too."""
        from rapidfuzz.distance import OSA

        others = {one.id for id in ids for one in self._lexicon.confusable_with(id) if one.id}
        near = [
            other
            for other in others
            if any(OSA.distance(said, name, score_cutoff=2) <= 2 for name in self._names_of(other))
        ]
        return (*ids, *sorted(set(near) - set(ids)))

    def _names_of(self, id: str) -> list[str]:
        return [name for name, owner in self._exact.items() if owner == id and len(name) >= SHORTEST_BY_SOUND]

    @cached_property
    def _most_syllables(self) -> int:
        return max(map(len, self._sounds), default=0)

    @cached_property
    def _chinese_names(self) -> dict[str, str]:
        return {name: id for name, id in self._exact.items() if CJK.match(name) and CJK.match(name[-1])}

    @cached_property
    def _sounds(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        gathered: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
        for name, id in self._chinese_names.items():
            if len(name) >= 2 and id not in self._vague:
                gathered[_syllables(name)][id] = None
        return {sounds: tuple(ids) for sounds, ids in gathered.items()}

    @cached_property
    def _spelled_sounds(self) -> dict[str, tuple[str, ...]]:
        gathered: dict[str, dict[str, None]] = defaultdict(dict)
        for name, id in self._chinese_names.items():
            if len(name) >= SHORTEST_BY_SOUND and id not in self._vague:
                for tone in (False, True):
                    gathered["".join(_syllables(name, loose=tone))][id] = None
        return {sounds: tuple(ids) for sounds, ids in gathered.items()}

    @cached_property
    def _vague(self) -> frozenset[str]:
        """Entries whose names are everyday words: never guessed at."""
        return frozenset(m.id for m in self._lexicon if m.marks & {"group", "unnamed", "vaccine"}) | frozenset(
            load("medicine_names.toml")["not_a_medicine"]["entries"]
        )

    def _in_latin(self, text: str) -> list[Place]:
        words = [word for word in LATIN_WORD.finditer(text) if not _common_word().fullmatch(word[0])]
        found: list[Place] = []
        taken = 0
        for index, word in enumerate(words):
            if word.start() < taken:
                continue
            place = self._as_pinyin(text, words[index : index + LONGEST_JOINED]) or self._as_typing_error(word)
            if place:
                found.append(place)
                taken = place.end
        return found

    def _as_pinyin(self, text: str, words: list[re.Match[str]]) -> Place | None:
        for count in range(len(words), 0, -1):
            start, end = words[0].start(), words[count - 1].end()
            joined = re.sub(r"[ '-]", "", text[start:end])
            if len(joined) >= SHORTEST_LATIN and joined.isalpha():
                entries = self._spelled_sounds.get(joined) if count > 1 or _looks_like_pinyin(joined) else None
                if entries:
                    return Place(start, end, entries, "sound")
        return None

    def _as_typing_error(self, word: re.Match[str]) -> Place | None:
        said = word[0]
        if len(said) < SHORTEST_LATIN:
            return None
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        allowed = 1 if len(said) < 8 else 2 if len(said) < 11 else 3
        names, ids = self._latin_names
        near = extract(_as_heard(said), names, scorer=OSA.distance, score_cutoff=allowed, limit=8)
        if not near:
            return None
        closest = min(distance for _, distance, _ in near)
        entries = tuple(dict.fromkeys(ids[index] for _, distance, index in near if distance <= closest))
        return Place(word.start(), word.end(), self._with_lookalikes(said, entries), "spelling")

    @cached_property
    def _latin_names(self) -> tuple[list[str], list[str]]:
        """Latin names as they sound, and beside each the entry that it means."""
        named = [
            (_as_heard(name), id)
            for name, id in self._exact.items()
            if len(name) >= SHORTEST_LATIN and name.isascii() and name.isalpha() and id not in self._vague
        ]
        return [name for name, _ in named], [id for _, id in named]


def _differs_by_one(window: str, name: str) -> bool:
    """In one character, which is not in the ending that many names share, and with enough of a name beside that."""
    if NAME_MASK in window or sum(a != b for a, b in zip(window, name, strict=True)) != 1:
        return False
    return _stem(window) != _stem(name) and len(_stem(name)) >= SHORTEST_BY_SOUND


def _stem(name: str) -> str:
    return next((name.removesuffix(end) for end in _antibody_endings() if name.endswith(end)), name)


# Spellings that sound alike in names of medicines.
_SOUNDS_LIKE = (("ph", "f"), ("th", "t"), ("qu", "k"), ("ck", "k"), ("y", "i"), ("z", "s"))


def _as_heard(name: str) -> str:
    for written, heard in _SOUNDS_LIKE:
        name = name.replace(written, heard)
    return name


@cache
def _antibody_endings() -> tuple[str, ...]:
    from brasle_prescreen.reading.words import phrases

    return phrases("medicines.shared_endings")


@cache
def _glue_before() -> re.Pattern[str]:
    return re.compile(rf"{any_of('medicines.glue_before', 'medicines.used', 'medicines.joins')}$")


@cache
def _verb_before() -> re.Pattern[str]:
    return re.compile(rf"{any_of('medicines.verbs')}$")


@cache
def _glue_after() -> re.Pattern[str]:
    return re.compile(any_of("medicines.glue_after", "medicines.joins"))


@cache
def _form_before() -> re.Pattern[str]:
    return re.compile(rf"{any_of('medicines.form_before')}$")


@cache
def _form_after() -> re.Pattern[str]:
    return re.compile(any_of("medicines.form_after", "medicines.topical"))


@cache
def _never_stripped() -> re.Pattern[str]:
    return matcher("medicines.topical")


@cache
def _common_word() -> re.Pattern[str]:
    return re.compile(any_of("medicines.common_words"))


# Sounds that many speakers do not tell apart, and how typing by sound mixes them up.
_LOOSE = (
    (re.compile("^([ln])(?:v|u:|\u00fc)(?=$|e)"), r"\1u"),
    (re.compile("^zh"), "z"),
    (re.compile("^ch"), "c"),
    (re.compile("^sh"), "s"),
    (re.compile("(?<=[aei])ng$"), "n"),
)


def _syllables(text: str, *, loose: bool = True) -> tuple[str, ...]:
    """The sound of each character without its tone; with `loose`, z and zh, n and ng are the same."""
    from pypinyin import Style, lazy_pinyin

    sounds = lazy_pinyin(text, style=Style.NORMAL, v_to_u=False)
    if not loose:
        return tuple(sounds)
    return tuple(_loosely(sound) for sound in sounds)


@cache
def _loosely(sound: str) -> str:
    for pattern, becomes in _LOOSE:
        sound = pattern.sub(becomes, sound)
    return sound


_PINYIN = re.compile(
    r"(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(?:i[aeo]ng?|iang|iong|iao|ian|ia|ie|iu|in|ing|i|uang|uai|uan|ua|ui|un|uo|ue|u|v|ang|ai|ao|an|a|eng|ei|en|er|e|ong|ou|o))+"
)


def _looks_like_pinyin(word: str) -> bool:
    return _PINYIN.fullmatch(word) is not None
