"""The first hello: language and permission before anything about health; a child alone fetches an adult."""

from __future__ import annotations

from bot.flows import looking
from bot.flows.buttons import navigation_button
from bot.flows.dialogue import Dialogue, Interview
from bot.flows.plan import next_card
from bot.flows.turn import Happened, PermissionChange, Surroundings, Turn, go, stay
from bot.message import Button, Day, Incoming, Reply, Text

PERMISSION_TEXT = "permission.health.ask"
ABROAD_TEXT = "permission.abroad.ask"


def choosing_language_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    return Reply(
        text=Text(key="language.ask"),
        notes=dialogue.notes,
        choices=tuple(
            Button(id=f"language:{code}", label=Text(key="button.plain", values={"text": name}))
            for code, name in around.languages
        ),
        card="language",
    )


def take_language(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    code = _language(said, around)
    if code is None:
        return stay(dialogue, Text(key="please_tap"))
    return Turn(go(dialogue, "choose_language", language=code, language_chosen=True), happened=(Happened("started"),))


def _language(said: Incoming, around: Surroundings) -> str | None:
    wanted = (said.button or "").removeprefix("language:") or (said.text or "").strip().casefold()
    for code, name in around.languages:
        if wanted in (code, name.casefold()):
            return code
    return None


def permission_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    """Who runs this, what is kept, that it is a program, not watched, not a doctor, and provisional only."""
    return Reply(
        text=Text(key=PERMISSION_TEXT, values={"site": around.site.name or Text(key="site.unnamed")}),
        notes=(*dialogue.notes, *recruiting_notes(around)),
        details=(
            Text(key="permission.program"),
            Text(key="permission.kept"),
            Text(key="permission.how_long", values={"days": around.site.keep_unfinished}),
            Text(key="permission.provisional"),
            Text(key=f"permission.channel.{dialogue.channel}"),
        ),
        choices=(
            Button(id="agree", label=Text(key="permission.agree"), style="primary"),
            *looking.offer(dialogue),
            Button(id="refuse", label=Text(key="permission.refuse")),
        ),
        navigation=(navigation_button("about"), navigation_button("privacy"), navigation_button("person")),
        card="permission",
    )


def recruiting_notes(around: Surroundings) -> tuple[Text, ...]:
    """Closed is said first, a waitlist or a pause too. Of an open trial nothing: places are the site's to tell."""
    if around.recruiting == "open":
        return ()
    as_of = around.recruiting_as_of or around.today
    return (Text(key=f"recruiting.{around.recruiting}", values={"date": Day(earliest=as_of, latest=as_of)}),)


def take_permission(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    if said.button == "agree":
        given = (PermissionChange("health", "given", PERMISSION_TEXT),)
        if dialogue.channel == "telegram" and not dialogue.permitted("abroad"):
            return Turn(go(dialogue, "agree_first"), permissions=given)
        return begin(dialogue, around).with_(permissions=given)
    if said.button == "look" and looking.offer(dialogue):
        return looking.begin(dialogue)
    if said.button == "refuse":
        return Turn(
            go(dialogue, "refuse"),
            permissions=(PermissionChange("health", "refused", PERMISSION_TEXT),),
            happened=(Happened("refused"),),
        )
    return stay(dialogue, Text(key="please_tap"))


def abroad_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    """This channel's servers stand abroad: a permission of its own, with the browser as the other way."""
    return Reply(
        text=Text(key=ABROAD_TEXT),
        notes=dialogue.notes,
        details=_browser_way(around),
        choices=(
            Button(id="agree", label=Text(key="permission.abroad.agree"), style="primary"),
            Button(id="refuse", label=Text(key="permission.abroad.refuse")),
        ),
        navigation=(navigation_button("privacy"), navigation_button("person")),
        card="abroad",
    )


def _browser_way(around: Surroundings) -> tuple[Text, ...]:
    url = around.site.public_url
    return (Text(key="permission.abroad.browser", values={"url": url}),) if url else ()


def take_abroad(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    if said.button == "agree":
        return begin(dialogue, around).with_(permissions=(PermissionChange("abroad", "given", ABROAD_TEXT),))
    if said.button == "refuse":
        return Turn(
            go(dialogue, "refuse"),
            permissions=(PermissionChange("abroad", "refused", ABROAD_TEXT),),
            happened=(Happened("refused"),),
        )
    return stay(dialogue, Text(key="please_tap"))


def begin(dialogue: Dialogue, around: Surroundings, trigger: str = "agree") -> Turn:
    """The first question of an interview, or the one at which it stood. A new one takes the version now in force."""
    if around.in_force is not None and not dialogue.interview.is_begun:
        around = around.led_by(around.in_force)
        dialogue = dialogue.with_interview(protocol=around.version)
    following = next_card(dialogue.interview, around.questions, around.protocol.medicines, around.today)
    if following is None:  # all was answered before the permission was taken back and given again
        trigger = "agree_again"
    return Turn(go(dialogue.with_interview(card=following), trigger), happened=(Happened("permitted"),))


def declined_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    """No question any more. Whoever has answered some before learns that they are still kept, and can delete them."""
    kept = bool(dialogue.interview.given or dialogue.earlier or dialogue.contact.name)
    here = dialogue.channel == "telegram" and dialogue.permitted("health")
    return Reply(
        text=Text(key="declined.kept" if kept else "declined.text"),
        notes=dialogue.notes,
        details=(*(_browser_way(around) if here else ()), *site_lines(around)),
        choices=(
            Button(id="reconsider", label=Text(key="declined.reconsider")),
            *([Button(id="delete", label=Text(key="stop.delete"), style="danger")] if kept else []),
        ),
        navigation=(navigation_button("person"), navigation_button("about")),
        card="declined",
    )


def take_declined(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    if said.button == "reconsider":
        return Turn(go(dialogue, "reconsider"))
    if said.button == "delete":
        from bot.flows.stopping import ask_delete

        return ask_delete(dialogue)
    return stay(dialogue)


def fetching_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    return Reply(
        text=Text(key="fetch_adult.text"),
        notes=dialogue.notes,
        choices=(Button(id="adult_here", label=Text(key="fetch_adult.here"), style="primary"),),
        navigation=(navigation_button("person"),),
        card="fetch_adult",
    )


def take_fetching(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    if said.button == "adult_here":
        fresh = dialogue.having(interview=Interview(child=dialogue.interview.child))
        return Turn(go(fresh, "adult_came"))
    return stay(dialogue)


def site_lines(around: Surroundings) -> tuple[Text, ...]:
    """The site's number and hours as set by the operator, or that they are not set: never an invented one."""
    if not around.site.reachable:
        return (Text(key="site.no_contact"),)
    lines = [Text(key="site.phone", values={"name": around.site.name, "phone": around.site.phone})]
    if around.site.hours:
        lines.append(Text(key="site.hours", values={"hours": around.site.hours}))
    return tuple(lines)
