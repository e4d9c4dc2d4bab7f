"""The dialogue on one page: every state and every move between them.

A move is [trigger, from, to]. States are plain strings, stored with each dialogue: renaming one needs a step in
`dialogue.upgrade()` and a saved sample in the tests. The machine holds no model and no data.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from transitions import Machine, MachineError

# Where a pause may begin, and so where it may return to.
PAUSABLE = [
    "choosing_language",
    "asking_permission",
    "asking_abroad",
    "looking",
    "declined",
    "answering",
    "fetching_adult",
    "ending_early",
    "reviewing",
    "showing_result",
    "asking_handover",
    "giving_contact",
    "done",
]
# They return to where they came from.
PAUSES = ["urgent", "talking_to_person", "stopped"]
STATES = [*PAUSABLE, *PAUSES, "erased"]

# States in which a health question may stand on the screen: reachable only through "agree".
HEALTH = ["answering", "ending_early", "reviewing", "showing_result"]

TRANSITIONS: list[list[Any]] = [
    ["choose_language", "choosing_language", "asking_permission"],
    ["agree", "asking_permission", "answering"],
    ["agree_first", "asking_permission", "asking_abroad"],
    ["agree", "asking_abroad", "answering"],
    ["agree_again", ["asking_permission", "asking_abroad"], "reviewing"],
    ["refuse", ["asking_permission", "asking_abroad"], "declined"],
    ["reconsider", "declined", "asking_permission"],
    ["look", "asking_permission", "looking"],
    ["looked", "looking", "asking_permission"],
    ["take_back", [*PAUSABLE, *PAUSES], "declined"],
    ["answer", "answering", "answering"],
    ["child_alone", "answering", "fetching_adult"],
    ["adult_came", "fetching_adult", "asking_permission"],
    ["end_early", "answering", "ending_early"],
    ["go_on", ["ending_early", "done"], "answering"],
    ["finish", ["answering", "ending_early"], "reviewing"],
    ["change", "reviewing", "answering"],
    ["review_again", ["showing_result", "done"], "reviewing"],
    ["confirm", "reviewing", "showing_result"],
    ["want_contact", ["showing_result", "done"], "asking_handover"],
    ["agree", "asking_handover", "giving_contact"],
    ["refuse", "asking_handover", "done"],
    ["no_contact", "showing_result", "done"],
    ["contact_given", "giving_contact", "done"],
    ["drop_contact", "giving_contact", "done"],
    ["ask_handover_again", "giving_contact", "asking_handover"],
    ["another_child", "done", "answering"],
    ["ask_permission_again", "done", "asking_permission"],
    ["alarm", [*PAUSABLE, *PAUSES], "urgent"],
    ["ask_person", [*PAUSABLE, *PAUSES], "talking_to_person"],
    ["call_me", "talking_to_person", "asking_handover"],
    ["stop", [*PAUSABLE, "urgent", "talking_to_person", "stopped"], "stopped"],
    ["erase", [*PAUSABLE, *PAUSES], "erased"],
    ["start_over", [*PAUSABLE, *PAUSES, "erased"], "asking_permission"],
    ["start_over_permitted", [*PAUSABLE, *PAUSES], "answering"],
    ["hello", "erased", "choosing_language"],
    *(["resume_" + state, PAUSES, state] for state in PAUSABLE),
]

_machine = Machine(model=None, states=STATES, transitions=TRANSITIONS, initial=STATES[0], auto_transitions=False)


class _Cursor:
    """The bare object that the shared machine moves: it holds nothing but a state's name."""

    def __init__(self, state: str) -> None:
        self.state = state


@cache
def move(state: str, trigger: str) -> str:
    """The state after `trigger`; MoveError if the table has no such move."""
    cursor = _Cursor(state)
    try:
        _machine.events[trigger].trigger(cursor)
    except (KeyError, MachineError) as error:
        raise MoveError(f"no move {trigger!r} from {state!r}") from error
    return cursor.state


class MoveError(Exception):
    """A flow asked for a move that the table does not have: a programming mistake."""
