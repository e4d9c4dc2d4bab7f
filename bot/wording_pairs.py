"""Remembered pairs: a text's English with its translations, as they last were complete, or as they were approved.

Two files of one form stand beside the texts: `complete.json`, kept by `locales sync`, and `approved.json`, the ethics
committee's manifest, kept by `locales approve`. A server keeps a third of its own in its data folder.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.wording_error import WordingError

COMPLETE = "complete.json"
APPROVED = "approved.json"
# In the data folder: what this server last served.
SERVED = "texts_served.json"

# Of an entry: these are about the approval, every other name is a language.
_OF_APPROVAL = ("number", "date", "sha256")


@dataclass(frozen=True, slots=True)
class Pair:
    """One text in every language that says the same; `texts` has English always. Approved ones name their approval."""

    texts: Mapping[str, str]
    number: str = ""
    date: str = ""


Pairs = dict[str, Pair]


def pair_hash(key: str, texts: Mapping[str, str], *approval: str) -> str:
    """SHA-256 over the key, every language's wording and the approval: any edit of any of them changes it."""
    canonical = json.dumps([key, sorted(texts.items()), *approval], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def read_pairs(path: Path) -> Pairs:
    """The pairs of one file, none if there is no such file; WordingError if it was damaged or edited by hand."""
    try:
        written = path.read_bytes().decode("utf-8")
        content = json.loads(written)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise WordingError(f"{path.name}: cannot be read ({type(error).__name__}); fetch its last version.") from error
    if not isinstance(content, dict):
        raise WordingError(f"{path.name}: this is no list of pairs; fetch its last version.")
    pairs = {key: _pair(path, key, entry) for key, entry in content.items()}
    if path.name == APPROVED and written != _whole(pairs):
        raise WordingError(f"{path.name}: this is not the file that 'locales approve' wrote; fetch its last version.")
    return pairs


def _pair(path: Path, key: str, entry: object) -> Pair:
    if not isinstance(entry, dict) or "en" not in entry or not all(isinstance(said, str) for said in entry.values()):
        raise WordingError(f"{path.name}, {key}: this is no pair of texts; fetch the file's last version.")
    if "sha256" not in entry and path.name != APPROVED:
        return Pair(entry)
    texts = {name: said for name, said in entry.items() if name not in _OF_APPROVAL}
    approval = (entry.get("number", ""), entry.get("date", ""))
    if pair_hash(key, texts, *approval) != entry.get("sha256"):
        raise WordingError(
            f"{path.name}, {key}: the text is not the one that was approved; fetch the file's last version, "
            "and approve a new wording with 'brasle-prescreen locales approve'."
        )
    return Pair(texts, *approval)


def write_pairs(path: Path, pairs: Mapping[str, Pair]) -> bool:
    """One line a text, in the order given; a reader sees the old file or the new one whole. False if nothing changed."""
    wanted = _whole(pairs)
    if path.exists() and path.read_text(encoding="utf-8") == wanted:
        return False
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(wanted, encoding="utf-8")
    draft.replace(path)
    return True


def _whole(pairs: Mapping[str, Pair]) -> str:
    body = ",\n".join(_line(key, pair) for key, pair in pairs.items())
    return f"{{\n{body}\n}}\n" if body else "{}\n"


def _line(key: str, pair: Pair) -> str:
    entry = {language: pair.texts[language] for language in _english_first(pair.texts)}
    if pair.number:
        entry = {
            "number": pair.number,
            "date": pair.date,
            "sha256": pair_hash(key, pair.texts, pair.number, pair.date),
            **entry,
        }
    return f"{json.dumps(key)}: {json.dumps(entry, ensure_ascii=False)}"


def _english_first(languages: Iterable[str]) -> list[str]:
    return sorted(languages, key=lambda language: (language != "en", language))
