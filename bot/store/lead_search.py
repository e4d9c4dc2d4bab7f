"""Finding a lead by what a family is called or by their number: through keyed hashes, so that the file
names nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from bot.store import audit
from bot.store.audit_entry import Did, Hidden
from bot.store.ledger import Ledger
from bot.store.queries import load_queries

_SQL = load_queries("work")
_COUNTRY = re.compile(r"^(?:\+|00)?86(?=1[0-9]{10}$)")
_LAST_DIGITS = 4
_FEWEST_DIGITS = 7


def index(ledger: Ledger, lead: int, contact: Mapping[str, Any]) -> None:
    """Write under which hashes a lead is found; replaces the earlier ones."""
    ledger.sql.execute(_SQL["drop_marks"], (lead,))
    words = {*_words_of(str(contact.get("name", ""))), *_words_of(str(contact.get("value", "")), ending=True)}
    ledger.sql.executemany(_SQL["add_mark"], [(_mark(ledger, word), lead) for word in sorted(words)])


def search(ledger: Ledger, typed: str, by: str) -> list[str]:
    """Reference numbers of the leads that are called so, or have this number or these last four digits;
    newest first.
    """
    found: dict[str, None] = {}
    for word in sorted(_words_of(typed, ending=_is_ending(typed))):
        for (code,) in ledger.sql.execute(_SQL["find_mark"], (_mark(ledger, word),)).fetchall():
            found[code] = None
    audit.append(ledger, by, Did("queue.search", "", "found", None, len(found), Hidden(typed)))
    return list(found)


def _mark(ledger: Ledger, word: str) -> bytes:
    return ledger.marks.of("contact", word)


def _words_of(text: str, *, ending: bool = False) -> set[str]:
    """What is hashed: the text without spaces, dashes and case; a number without its country; its last
    digits.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    if not plain:
        return set()
    digits = re.sub(r"[^0-9]", "", plain)
    if len(digits) < _LAST_DIGITS or len(digits) < len(re.sub(r"[-+().]", "", plain)):
        return {plain}  # a name, a WeChat id, an address
    number = _COUNTRY.sub("", re.sub(r"[^0-9+]", "", plain)).lstrip("+")
    words = {number} if len(number) >= _FEWEST_DIGITS else {plain}
    return words | {f"..{number[-_LAST_DIGITS:]}"} if ending else words


def _is_ending(typed: str) -> bool:
    return len("".join(typed.split())) == _LAST_DIGITS
