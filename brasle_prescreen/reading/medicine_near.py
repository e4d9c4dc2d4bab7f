"""Names of medicines that sound like a piece of the text, or are spelled nearly like it: homophones, pinyin, typing errors."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, cached_property

from brasle_prescreen.medicines import Lexicon
from brasle_prescreen.reading.medicine_place import (
    CJK,
    NAME_MASK,
    SHORTEST_BY_SOUND,
    Place,
    form_after,
    stem,
    verb_before,
)
from brasle_prescreen.reading.words import any_of, load, matcher

CJK_RUN = re.compile("[\u3400-\u9fff]{2,}")
TWO_HAN = re.compile("(?<![\u3400-\u9fff])[\u3400-\u9fff]{2}(?![\u3400-\u9fff])")
LATIN_WORD = re.compile(r"[a-z][a-z-]*[a-z]")
SHORTEST_BY_SPELLING = 4
SHORTEST_LATIN = 5
LONGEST_JOINED = 6


class NearNames:
    """All names of one lexicon, arranged for looking up what is only nearly a name. `exact`: name -> entry."""

    def __init__(self, lexicon: Lexicon, exact: Mapping[str, str]) -> None:
        self._lexicon = lexicon
        self._exact = exact

    def find(self, text: str) -> list[Place]:
        """Call it with the names that stand there exactly taken out."""
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
            or verb_before().search(said[: piece.start()]) is not None
            or form_after().match(said, piece.end()) is not None
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
    return stem(window) != stem(name) and len(stem(name)) >= SHORTEST_BY_SOUND


# Spellings that sound alike in names of medicines.
_SOUNDS_LIKE = (("ph", "f"), ("th", "t"), ("qu", "k"), ("ck", "k"), ("y", "i"), ("z", "s"))


def _as_heard(name: str) -> str:
    for written, heard in _SOUNDS_LIKE:
        name = name.replace(written, heard)
    return name


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
