"""What one version of the trial files says otherwise than the one before: sentence by sentence, word of a rule by word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

CRITERIA = ("inclusion.toml", "exclusion.toml")
# Only where a sentence stands in the listing.
_UNTOLD = ("line",)
_WORDS = ("text", "reading", "ask_site")


class Change(NamedTuple):
    """One difference. `kind`: text, reading or ask_site of a criterion, its rule, another word of it (criterion), a
    medicine, the windows of a question (window), the score, or what several criteria share (shared).

    `where` is the place below the criterion, or in the file. `criteria`: those that it touches, as far as the files tell.
    `before_zh` and `after_zh`: the same in Chinese, where the files have both.
    """

    kind: str
    file: str
    where: str
    before: str
    after: str
    criteria: tuple[str, ...] = ()
    before_zh: str = ""
    after_zh: str = ""


Files = Mapping[str, Mapping[str, Any]]


def changes(before: Files, after: Files) -> tuple[Change, ...]:
    """Compare the tables of files, by their name; those of CRITERIA must be among them, others may."""
    found: list[Change] = []
    for file in CRITERIA:
        for id in {**before[file], **after[file]}:
            found += _criterion(file, id, before[file].get(id, {}), after[file].get(id, {}))
    named = {id: frozenset(_strings(table)) for file in CRITERIA for id, table in after[file].items()}
    found += _medicines(before.get("medicines.toml", {}), after.get("medicines.toml", {}), named)
    found += _windows(before.get("questions.toml", {}), after.get("questions.toml", {}))
    for file in ("study.toml", "glucocorticoids.toml", "eligibility.toml", "score.toml"):
        for where, old, new in _differing(before.get(file, {}), after.get(file, {})):
            if (file, where) != ("eligibility.toml", "text"):  # told with each criterion
                kind = "score" if file == "score.toml" else "shared"
                touched = (
                    tuple(id for id, words in named.items() if words & set(where.split(".")))
                    if kind == "shared"
                    else ()
                )
                found.append(Change(kind, file, where, old, new, touched))
    return tuple(found)


def _criterion(file: str, id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for old, new in _sentences(_list(before.get("text")), _list(after.get("text"))):
        yield Change("text", file, "text", old, new, (id,))
    for key in ("reading", "ask_site"):
        both = [table.get(f"{key}{end}", "") for end in ("", "_zh") for table in (before, after)]
        if both[0] != both[1] or both[2] != both[3]:
            yield Change(key, file, key, both[0], both[1], (id,), both[2], both[3])
    told = {key for one in _WORDS for key in (one, f"{one}_zh")} | set(_UNTOLD)
    rest = [{key: value for key, value in table.items() if key not in told} for table in (before, after)]
    for where, old, new in _differing(*rest):
        kind = "rule" if where.split(".")[0] in ("rule", "part") else "criterion"
        yield Change(kind, file, where, old, new, (id,))


def _medicines(
    before: Mapping[str, Any], after: Mapping[str, Any], named: Mapping[str, frozenset[str]]
) -> Iterator[Change]:
    for where, old, new in _differing(before, after):
        # A flag is named by the rules that go by it.
        flag = where.rpartition(".flags.")[2] if ".flags." in where else ""
        touched = tuple(id for id, words in named.items() if flag in words)
        yield Change("medicine", "medicines.toml", where.removeprefix("medicine."), old, new, touched)


def _windows(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    new = dict(_cards(after))
    for id, card in _cards(before):
        other = new.get(id, {})
        if card.get("windows") != other.get("windows"):
            why = tuple(card.get("why", ()))
            yield Change(
                "window", "questions.toml", id, _shown(card.get("windows", [])), _shown(other.get("windows", [])), why
            )


def _cards(questions: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for card in questions.get("card", ()):
        yield card["id"], card
    for group in ("medicine", "vaccine"):
        for card in questions.get(group, {}).get("card", ()):
            yield f"{group}.{card['id']}", card


def _sentences(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    from difflib import SequenceMatcher  # only where there is an amendment

    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        old, new = before[i1:i2], after[j1:j2]
        for place in range(max(len(old), len(new))):
            yield (old[place] if place < len(old) else "", new[place] if place < len(new) else "")


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Dotted place, value before and after; "" where there is none."""
    old, new = dict(_flat(before)), dict(_flat(after))
    for where in {**old, **new}:
        if old.get(where, "") != new.get(where, ""):
            yield where, old.get(where, ""), new.get(where, "")


def _flat(value: object, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{where}.{key}" if where else key)
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        for place, inner in enumerate(value):
            yield from _flat(inner, f"{where}[{place}]")
    else:
        yield where, _shown(value)


def _shown(value: object) -> str:
    """A value of a trial file for people: lists with commas, tables with their keys."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return " ".join(f"{key} {_shown(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "–"
    return str(value)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _list(text: object) -> list[str]:
    return [text] if isinstance(text, str) else list(text) if isinstance(text, list) else []
