"""Reads a telephone number into E.164. Without a country code only a mainland mobile is certain."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from brasle_prescreen.reading.plain import is_too_long, plain
from brasle_prescreen.reading.reading import Reading, ask_back, found
from brasle_prescreen.reading.words import any_of, names, says

LONGEST = 300
MASKED = re.compile(r"\d[\s-]*[*x#\u2022]{2,}[\s-]*\d|\d[*x#]{3,}")
EMAIL = re.compile(r"[\w.+-]+@[\w.-]+")
# Digits with the signs that people put between them; a sign of a list ends a number.
NUMBER = re.compile(r"(?:\+ ?|(?<!\d)00[ -]?)?\(?\d(?:[ ().\-\u00b7/]{0,3}\d){4,24}")


class Candidate(NamedTuple):
    digits: str
    is_international: bool


def read_phone(text: str, region: str = "CN") -> Reading[str]:
    """A number in E.164. Masked, too short or long, an address or a chat id: ask back.

    `region` is where a number without a country code is taken to be, if it is a mobile number there.
    """
    if is_too_long(text, LONGEST):
        return ask_back("too_long", text)
    said = EMAIL.sub(" ", plain(text))
    if MASKED.search(said):
        return ask_back("masked", text)
    candidates = _candidates(said)
    if not candidates:
        return ask_back("no_number", text)
    valid = [number for candidate in candidates if (number := _as_e164(candidate, said, region))]
    different = list(dict.fromkeys(valid))
    if len(different) > 1:
        return ask_back("two_numbers", text)
    if not different:
        return ask_back("not_valid", text)
    return found(different[0], text)


def _candidates(said: str) -> list[Candidate]:
    found_numbers = []
    for match in NUMBER.finditer(said):
        before, after = said[match.start() - 1 : match.start()], said[match.end() : match.end() + 1]
        if re.match("[a-z_*]", before) or re.match(r"[a-z_*\d~]", after):
            continue
        if _is_chat_id(said, match.start()):
            continue
        whole = match[0]
        digits = re.sub(r"\D", "", whole)
        is_international = whole.startswith(("+", "00"))
        found_numbers.append(
            Candidate(digits.removeprefix("00") if whole.startswith("00") else digits, is_international)
        )
    return found_numbers


def _is_chat_id(said: str, start: int) -> bool:
    """A number that is given as a chat id: it may be no telephone at all."""
    return _chat_id().search(said[:start]) is not None and not says(said, "phone.same_number")


@cache
def _chat_id() -> re.Pattern[str]:
    return re.compile(rf"{any_of('phone.chat_id')}[\s:]*(?:{any_of('phone.is')})?[\s:]*$")


def _as_e164(candidate: Candidate, said: str, region: str) -> str | None:
    import phonenumbers

    if candidate.is_international:
        return _valid("+" + candidate.digits, None)
    digits = candidate.digits
    if number := _valid(digits, region, mobile_only=True):
        return number
    if region == "CN" and digits.startswith("86") and len(digits) == 13:
        return _valid("+" + digits, None, mobile_only=True)
    named = next((code for code in names("phone.regions") if says(said, f"phone.regions.{code}")), None)
    for code in [named] if named else []:
        prefix = str(phonenumbers.country_code_for_region(code))
        if number := _valid(digits, code):
            return number
        if digits.startswith(prefix) and (number := _valid("+" + digits, None)):
            return number
    for prefix in ("852", "853"):
        # Hong Kong and Macau families leave the plus sign out; no mainland number looks like that.
        if digits.startswith(prefix) and len(digits) == 11 and (number := _valid("+" + digits, None)):
            return number
    return None


def _valid(digits: str, region: str | None, *, mobile_only: bool = False) -> str | None:
    import phonenumbers

    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if mobile_only and phonenumbers.number_type(number) not in kinds:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
