"""A typed yes or no to "I understood ...: is that right?"."""

from __future__ import annotations

from brasle_prescreen.reading import Outcome

# "Yes, that is right", and nothing besides.
LONGEST_AGREEMENT = 20


def agreed_to(said: str) -> bool | None:
    """Whether a few words say yes or no to "I understood ...: is that right?"; None for anything longer or unclear."""
    from brasle_prescreen.reading.yes_no import read_yes_no

    if len(said) > LONGEST_AGREEMENT:
        return None
    read = read_yes_no(said)
    return read.value if read.outcome is Outcome.VALUE else None
