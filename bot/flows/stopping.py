"""/stop silences, then asks whether to keep or delete; deleting is confirmed once and acknowledged."""

from __future__ import annotations

from bot.flows.dialogue import Dialogue
from bot.flows.person import resume
from bot.flows.turn import Happened, PermissionChange, Surroundings, Turn, go, pause, stay
from bot.message import Button, Incoming, Reply, Text, Value

HANDOVER_TEXT = "permission.handover.ask"
KEPT = "stop.kept"


def stop(dialogue: Dialogue) -> Turn:
    return Turn(pause(dialogue, "stop", silent=True, asking_delete=""), happened=(Happened("stopped"),))


def stopped_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    if dialogue.asking_delete:
        return Reply(
            text=Text(key="delete.ask"),
            notes=dialogue.notes,
            details=(Text(key="delete.handed_over"),) if _was_handed_over(dialogue) else (),
            choices=(
                Button(id="delete_yes", label=Text(key="delete.yes"), style="danger"),
                Button(id="delete_no", label=Text(key="delete.no")),
            ),
            card="delete",
        )
    kept = any(note.key == KEPT for note in dialogue.notes)
    choices = [Button(id="resume", label=Text(key="stop.resume"))]
    if not kept:
        choices.append(Button(id="keep", label=Text(key="stop.keep")))
    if dialogue.standing:
        choices.append(Button(id="withdraw", label=Text(key="stop.withdraw")))
    choices.append(Button(id="delete", label=Text(key="stop.delete"), style="danger"))
    if kept:
        return Reply(text=Text(key=KEPT), choices=tuple(choices), card="stopped")
    return Reply(text=Text(key="stop.text"), notes=dialogue.notes, choices=tuple(choices), card="stopped")


def _was_handed_over(dialogue: Dialogue) -> bool:
    return any(one.lead_code for one in (dialogue.interview, *dialogue.earlier))


def take_stopped(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    if said.button == "delete":
        return Turn(dialogue.having(asking_delete="stopped", notes=()))
    if said.button == "delete_no":
        return _not_deleted(dialogue)
    if said.button == "delete_yes" and dialogue.asking_delete:
        return erased(dialogue)
    if said.button == "keep":
        return stay(dialogue, Text(key=KEPT))
    if said.button == "withdraw" and dialogue.standing:
        return withdraw(dialogue)
    if said.button in ("resume", "back"):
        return resume(dialogue.having(silent=False))
    return stay(dialogue)


def _not_deleted(dialogue: Dialogue) -> Turn:
    """Back to the card of the stop, or, where nobody wanted to stop, to where the family was."""
    if dialogue.asking_delete == "at_once":
        return resume(dialogue.having(silent=False, notes=()))
    return Turn(dialogue.having(asking_delete="", notes=()))


def withdraw(dialogue: Dialogue) -> Turn:
    """A hand-over is taken back: what has not been sent is undone, the coordinator learns the rest.

    A sister's or brother's lead is asked about next; the permission ends with the last one.
    """
    first, *others = dialogue.standing
    values: dict[str, Value] = {"code": first.lead_code}
    if others:
        note = Text(key="stop.withdrawn_one", values={**values, "other": others[0].lead_code})
    else:
        note = Text(key="stop.withdrawn")
    ended = () if others else (PermissionChange("handover", "withdrawn", HANDOVER_TEXT),)
    return stay(dialogue.taken_back(first.child), note).with_(
        permissions=ended, withdraw=first.child, happened=(Happened("withdrawn"),)
    )


def ask_delete(dialogue: Dialogue) -> Turn:
    on_its_card = dialogue.state == "stopped" and dialogue.asking_delete != "at_once"
    turn = stop(dialogue)
    return turn.with_(dialogue=turn.dialogue.having(asking_delete="stopped" if on_its_card else "at_once"))


def erased(dialogue: Dialogue) -> Turn:
    """Nothing of the person is kept: what follows starts from an empty page in the same language."""
    empty = Dialogue(channel=dialogue.channel, language=dialogue.language, language_chosen=True, state=dialogue.state)
    return Turn(go(empty, "erase"), erase=True)


def erased_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    return Reply(
        text=Text(key="delete.done"),
        notes=dialogue.notes,
        details=(Text(key="delete.telegram_copy"),) if dialogue.channel == "telegram" else (),
        choices=(Button(id="hello", label=Text(key="delete.start_again")),),
        card="erased",
    )


def take_erased(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    return Turn(go(dialogue, "hello"))
