"""Reference numbers of leads: random, short, and safe to read out on the telephone or to copy by hand."""

from __future__ import annotations

import secrets

PREFIX = "BR-"
# Without what is confused in writing (0 O, 1 I L, 2 Z, 5 S, 8 B, U V), and without A and E, so that no word arises.
# Six of 21 are 85 million: nobody guesses one of a few hundred.
ALPHABET = "34679CDFGHJKMNPQRTWXY"
LENGTH = 6


def new_code() -> str:
    """One at random; the store sees to it that it is not taken."""
    return PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def as_code(typed: str) -> str:
    """What somebody typed or heard, in the form it is stored.

    Capitals, with the prefix, without spaces or other dashes.
    """
    bare = "".join(letter for letter in typed.upper() if letter.isalnum())
    return PREFIX + bare.removeprefix("BR")
