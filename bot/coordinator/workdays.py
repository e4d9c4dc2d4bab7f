"""Which days are worked on in China, make-up Saturdays and Sundays included, as far as a year has been
announced.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from brasle_prescreen.working_hours import Workday, monday_to_friday


@lru_cache(4096)
def china(day: date) -> Workday:
    """As announced by the State Council; a year that `chinese_calendar` does not know goes from Monday to
    Friday.
    """
    try:
        import chinese_calendar

        return Workday(chinese_calendar.is_workday(day))
    except (NotImplementedError, ImportError):  # the extra "holidays"; doctor says that it is missing
        return monday_to_friday(day)
