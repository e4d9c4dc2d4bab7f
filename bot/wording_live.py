"""The texts of a running server: corrected files are put in place of the old ones between two turns, never within one."""

from __future__ import annotations

from bot.wording import Wording


class LiveWording(Wording):
    """Speaks as the `Wording` that was put in last. Every room of the server holds this one."""

    def __init__(self, first: Wording) -> None:
        self.put(first)

    def put(self, wording: Wording) -> None:
        """From now on everything is said in these texts. A `Wording` itself never changes."""
        vars(self).update(vars(wording))


def vanished(old: Wording, new: Wording) -> list[str]:
    """What would be missing if `new` took the place of `old`, in sentences."""
    languages = [code for code, _ in old.languages() if code not in dict(new.languages())]
    said = [f"{code} would no longer be offered: a text for families has no complete wording." for code in languages]
    gone = [key for key in old.all_keys() if not new.has(key)]
    return said + [f"{key}: this text would be missing, and the program shows it." for key in gone]
