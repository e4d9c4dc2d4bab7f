"""The provisional result in the given wording: by tier, in plain words; no number, no verdict of eligibility."""

from __future__ import annotations

from collections.abc import Iterable

from bot.flows.buttons import navigation_button
from bot.flows.cards import joined
from bot.flows.dialogue import Dialogue, Interview
from bot.flows.papers import papers_to_bring
from bot.flows.plan import answers_of, next_card
from bot.flows.status import status_text
from bot.flows.turn import Happened, Surroundings, Turn, go, stay
from bot.flows.welcome import begin, site_lines
from bot.message import Button, Day, Incoming, Reply, Text
from brasle_prescreen import Screening, screen


def screened(dialogue: Dialogue, around: Surroundings) -> Screening:
    answers = answers_of(dialogue.interview, around.questions, around.protocol.medicines, around.today)
    return screen(around.protocol, answers, around.today)


def result_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    screening = screened(dialogue, around)
    return Reply(
        text=tier_text(screening, around),
        notes=dialogue.notes,
        details=tuple(_details(screening, around, is_whole=_is_whole(dialogue, around))),
        choices=tuple(_offers(dialogue, around)),
        navigation=(navigation_button("person"), navigation_button("change_answers"), navigation_button("help")),
        card="result",
    )


def tier_text(screening: Screening, around: Surroundings) -> Text:
    tier = str(screening.tier)
    if tier == "not_now":
        window = screening.shown_window()
        if window is None:
            return Text(key="result.not_now.undated")
        if window.earliest == window.latest:
            return Text(
                key="result.not_now.dated",
                values={"date": Day(earliest=window.earliest, latest=window.latest)},
            )
        earliest = Day(earliest=window.earliest, latest=window.earliest)
        latest = Day(earliest=window.latest, latest=window.latest)
        return Text(key="result.not_now.between", values={"earliest": earliest, "latest": latest})
    if tier == "unlikely":
        return Text(key="result.unlikely", values={"reason": joined(reasons(screening, around))})
    return Text(key=f"result.{tier}")


def reasons(screening: Screening, around: Surroundings) -> list[Text]:
    """The failed criteria in plain words. What only private answers touch is "one personal item", whatever it is."""
    keys: dict[str, None] = {}
    for finding in screening.findings:
        if finding.failed:
            private = finding.id in around.questions.private_criteria
            keys["reason.private" if private else f"reason.{finding.id}"] = None
    return [Text(key=key) for key in keys]


def _details(screening: Screening, around: Surroundings, *, is_whole: bool) -> Iterable[Text]:
    tier = str(screening.tier)
    if tier == "not_now":
        yield Text(key="result.because", values={"reasons": joined(reasons(screening, around))})
        window = screening.shown_window()
        if window is not None and window.others_later:
            yield Text(key="result.others_longer")
        yield Text(key="result.change_nothing")
    if is_whole:  # whoever stopped at a child too young is not sent for a dozen papers
        papers = (Text(key="list.bullet", values={"item": paper}) for paper in papers_to_bring(screening))
        yield Text(key="result.papers", values={"papers": joined(papers, lines=True)})
    yield Text(key="result.not_a_decision")


def _offers(dialogue: Dialogue, around: Surroundings) -> Iterable[Button]:
    if dialogue.handed_over:
        yield Button(id="no_contact", label=Text(key="result.to_status"), style="primary")
    elif around.may_hand_over:
        yield Button(id="want_contact", label=Text(key="result.want_contact"), style="primary")
        yield Button(id="no_contact", label=Text(key="result.no_contact"))
    else:
        yield Button(id="no_contact", label=Text(key="result.finish"), style="primary")


def take_result(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    if said.button == "want_contact" and around.may_hand_over:
        return Turn(go(dialogue, "want_contact"))
    if said.button == "no_contact":
        return Turn(go(dialogue, "no_contact"), happened=(Happened("no_contact"),))
    if said.button in ("change_answers", "back"):
        reviewing = dialogue.with_interview(card=None)
        return Turn(go(reviewing, "review_again"))
    return stay(dialogue, Text(key="please_tap"))


def done_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    """The end: the reference number and what happens next, or thanks. `/status` shows the same."""
    code = around.lead_code or dialogue.interview.lead_code
    if code and dialogue.handed_over:
        text = Text(key="done.handed_over", values={"code": code})
        details = (status_text(around), *_what_next(around), Text(key="done.withdraw"))
    elif code:
        text = Text(key="status.withdrawn", values={"code": code})
        details = site_lines(around)
    else:
        text = Text(key="done.thanks")
        details = site_lines(around) if around.recruiting != "closed" else ()
    choices = []
    if not dialogue.handed_over and around.may_hand_over:
        choices.append(Button(id="want_contact", label=Text(key="result.want_contact")))
    if _is_unfinished(dialogue, around):
        choices.append(Button(id="go_on", label=Text(key="early_end.go_on")))
    if dialogue.interview.given:
        choices.append(Button(id="change_answers", label=Text(key="nav.change_answers")))
    choices.append(Button(id="another_child", label=Text(key="done.another_child")))
    return Reply(
        text=text,
        notes=dialogue.notes,
        details=details,
        choices=tuple(choices),
        navigation=(navigation_button("status"), navigation_button("person"), navigation_button("stop")),
        card="done",
    )


def _is_unfinished(dialogue: Dialogue, around: Surroundings) -> bool:
    """A family that asked for a call before the last question may go on with them."""
    if dialogue.interview.screened or not dialogue.may_be_asked:
        return False
    return not _is_whole(dialogue, around)


def _is_whole(dialogue: Dialogue, around: Surroundings) -> bool:
    return next_card(dialogue.interview, around.questions, around.protocol.medicines, around.today) is None


def _what_next(around: Surroundings) -> tuple[Text, ...]:
    if around.recruiting == "paused":
        return (Text(key="done.paused"), *site_lines(around))
    if around.demo and not around.site.reachable:
        return (Text(key="done.demo"),)
    return (Text(key="done.next", values={"days": around.site.first_contact}), *site_lines(around))


def take_done(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    if said.button == "want_contact" and around.may_hand_over and not dialogue.handed_over:
        return Turn(go(dialogue, "want_contact"))
    if said.button in ("change_answers", "back") and dialogue.interview.given:
        return Turn(go(dialogue.with_interview(card=None), "review_again"))
    if said.button == "go_on" and _is_unfinished(dialogue, around):
        return begin(dialogue, around, "go_on").with_(happened=())
    if said.button == "another_child":
        return _another(dialogue, around)
    return stay(dialogue, Text(key="done.nothing_more"))


def _another(dialogue: Dialogue, around: Surroundings) -> Turn:
    """A second child in the same chat: its own interview, the permission and the contact details stay."""
    fresh = Interview(child=dialogue.interview.child + 1)
    moved = dialogue.having(interview=fresh, earlier=(*dialogue.earlier, dialogue.interview))
    if not dialogue.may_be_asked:
        return Turn(go(moved, "ask_permission_again"))
    return begin(moved, around, "another_child")
