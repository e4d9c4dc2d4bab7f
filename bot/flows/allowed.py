"""What a family has allowed, to look at and to take back, each permission by itself and at any time."""

from __future__ import annotations

from bot.flows.dialogue import Dialogue, Permission, PermissionName
from bot.flows.stopping import HANDOVER_TEXT
from bot.flows.table import PAUSES
from bot.flows.turn import SITE_ZONE, Happened, PermissionChange, Surroundings, Turn, go
from bot.flows.welcome import ABROAD_TEXT, PERMISSION_TEXT
from bot.message import Button, Day, Incoming, Reply, Row, Text

PAGE = "take_back"
TEXTS: dict[PermissionName, str] = {
    "health": PERMISSION_TEXT,
    "abroad": ABROAD_TEXT,
    "handover": HANDOVER_TEXT,
}


def rows(dialogue: Dialogue) -> list[Row]:
    """Each permission that was asked for: how it stands, since when, and the way to take it back."""
    return [
        Row(
            label=Text(key=f"permission.short.{name}"),
            answer=Text(key=f"permission.state.{found.state}", values={"date": _day(found)}),
            change=Button(id=f"{PAGE}:{name}", label=Text(key="permission.take_back"))
            if found.state == "given"
            else None,
        )
        for name in TEXTS
        if (found := dialogue.permissions.get(name)) is not None
    ]


def _day(permission: Permission) -> Day:
    day = permission.at.astimezone(SITE_ZONE).date()
    return Day(earliest=day, latest=day)


def asked_back(dialogue: Dialogue) -> PermissionName | None:
    """The permission whose taking back is being confirmed on the page that lies over the card."""
    page, _, name = (dialogue.page or "").partition(":")
    return next((one for one in TEXTS if page == PAGE and one == name), None)


def card(name: PermissionName) -> Reply:
    """What taking it back means, before it is done."""
    return Reply(
        text=Text(key=f"take_back.{name}"),
        choices=(
            Button(id=f"{PAGE}:{name}", label=Text(key="take_back.yes"), style="danger"),
            Button(id="close", label=Text(key="take_back.no"), style="primary"),
        ),
        card=PAGE,
    )


def take(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    """A press on the page that asks whether to take a permission back."""
    name = asked_back(dialogue)
    closed = dialogue.having(page=None, notes=())
    if name is None or said.button != f"{PAGE}:{name}" or not dialogue.permitted(name):
        return Turn(closed)
    if name == "handover":
        return _handover(closed)
    return _no_more_questions(closed, name)


def _handover(dialogue: Dialogue) -> Turn:
    """Nobody is to call: what waits is not sent, and the coordinator learns the rest."""
    children = [one.child for one in dialogue.standing]
    quiet = dialogue.having(notes=(Text(key="stop.withdrawn" if children else "take_back.done"),))
    for child in children:
        quiet = quiet.taken_back(child)
    if quiet.state == "giving_contact":
        quiet = go(quiet.having(contact_step=None), "drop_contact", *quiet.notes)
    elif quiet.back_to == "giving_contact" and quiet.state in PAUSES:
        quiet = quiet.having(back_to="done")
    return Turn(
        quiet,
        permissions=(PermissionChange("handover", "withdrawn", HANDOVER_TEXT),),
        withdraw=children[0] if children else None,
        withdraw_also=tuple(children[1:]),
        happened=(Happened("withdrawn"),),
    )


def _no_more_questions(dialogue: Dialogue, name: PermissionName) -> Turn:
    """No question any more. Without the permission for health data nobody is to call about them either."""
    turn = Turn(dialogue)
    if name == "health" and dialogue.permitted("handover"):
        turn = _handover(dialogue)
    declined = turn.dialogue.having(back_to=None, alarm=None, contact_step=None)
    withdrawn = PermissionChange(name, "withdrawn", TEXTS[name])
    return turn.with_(
        dialogue=go(declined, "take_back"),
        permissions=(*turn.permissions, withdrawn),
        happened=(*turn.happened, Happened("refused")),
    )
