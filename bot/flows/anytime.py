"""The commands that work at any time: they show a page over the card, or move to where they say, and lose no answer."""

from __future__ import annotations

from dataclasses import replace

from bot.flows import allowed, answering, contact, family_questions, person, review, stopping
from bot.flows.dialogue import Dialogue, Interview, Remark
from bot.flows.status import status_text
from bot.flows.turn import Happened, Surroundings, Turn, go, stay
from bot.flows.welcome import begin, site_lines
from bot.message import Button, Day, Incoming, Reply, Row, Text

# What may be typed as /command; the first ones are offered in the menus.
COMMANDS = (
    "language", "back", "restart", "help", "why", "questions", "about", "privacy", "contact", "status", "stop",
    "delete", "mydata", "export", "later", "start",
)  # fmt: skip
PAGES = ("language", "help", "questions", "about", "privacy", "status", "later", "restart", "mydata", "export")


def take_command(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn | None:
    """The turn of a command, or None if it is no command of ours."""
    command = (said.command or "").lower()
    if command in ("contact", "person"):
        return person.ask_person(dialogue)
    if command == "stop":
        return stopping.stop(dialogue)
    if command == "delete":
        return stopping.ask_delete(dialogue)
    if command == "language" and said.argument in dict(around.languages):
        return _speak(dialogue, said.argument or "")
    if command == family_questions.PAGE:
        return family_questions.open_list(dialogue)
    if command == "export" and dialogue.channel == "browser":
        return Turn(dialogue.having(page="mydata", notes=()))
    if command in PAGES:
        return Turn(dialogue.having(page=command, notes=()))
    if command == "back":
        return _back(dialogue)
    if command == "why":
        return _why(dialogue, said, around)
    if command == "start":
        return _start(dialogue, said)
    return None


def _speak(dialogue: Dialogue, language: str) -> Turn:
    """The language asked for, on the same card with the same notes."""
    chosen = dialogue.having(language=language, language_chosen=True)
    if dialogue.state == "choosing_language":
        return Turn(go(chosen, "choose_language"), happened=(Happened("started"),))
    return Turn(chosen, refreshed=True)


def _start(dialogue: Dialogue, said: Incoming) -> Turn:
    """Hello again: the same card; a person who had left is welcome back."""
    awake = dialogue.having(silent=False, page=None, notes=())
    if dialogue.state == "stopped":
        return person.resume(awake)
    return Turn(awake)


def _back(dialogue: Dialogue) -> Turn:
    if dialogue.page is not None:
        return Turn(dialogue.having(page=None, notes=()))
    if dialogue.state == "answering":
        return answering.back(dialogue)
    if dialogue.state in ("urgent", "talking_to_person", "stopped"):
        return person.resume(dialogue)
    if dialogue.state in ("showing_result", "done") and dialogue.interview.given:
        return Turn(go(dialogue.with_interview(card=None), "review_again"))
    if dialogue.state == "giving_contact":
        before = contact.step_before(dialogue, dialogue.contact_step or contact.STEPS[0])
        return Turn(dialogue.having(contact_step=before, notes=()))
    return stay(dialogue, Text(key="back.first"))


def _why(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    if dialogue.state == "answering":
        return answering.take(dialogue, said.model_copy(update={"button": "why", "text": None}), around)
    return stay(dialogue, Text(key="why.everything"))


def page_card(dialogue: Dialogue, around: Surroundings) -> Reply:
    """A page laid over the card; the card itself waits underneath."""
    if family_questions.is_open(dialogue):
        return family_questions.page(dialogue, around)
    page = dialogue.page or "help"
    taking_back = allowed.asked_back(dialogue)
    if taking_back is not None:
        return allowed.card(taking_back)
    back = Button(id="close", label=Text(key="page.back"), style="primary")
    if page == "language":
        choices = tuple(
            Button(id=f"language:{code}", label=Text(key="button.plain", values={"text": name}))
            for code, name in around.languages
        )
        return Reply(text=Text(key="language.ask"), choices=choices, navigation=(back,), card="language")
    if page == "status":
        return Reply(
            text=status_text(around),
            notes=dialogue.notes,
            details=site_lines(around),
            choices=(back,),
            card="status",
        )
    if page == "later":
        return _later(dialogue, back, around)
    if page == "restart":
        choices = (
            Button(id="restart:yes", label=Text(key="restart.yes")),
            Button(id="close", label=Text(key="restart.no"), style="primary"),
        )
        return Reply(text=Text(key="restart.ask"), choices=choices, card="restart")
    if page == "mydata":
        return Reply(
            text=Text(key="mydata.text"),
            notes=dialogue.notes,
            rows=(*(replace(row, change=None) for row in _kept(dialogue, around)), *allowed.rows(dialogue)),
            choices=(
                *_download(dialogue),
                Button(id="delete_all", label=Text(key="stop.delete"), style="danger"),
                back,
            ),
            card="mydata",
        )
    if page == "export":
        link = (Button(id="link", label=Text(key="later.link")),) if around.site.public_url else ()
        key = "export.elsewhere" if link else "export.ask"
        return Reply(text=Text(key=key), notes=dialogue.notes, choices=(*link, back), card="export")
    return Reply(
        text=Text(key=f"page.{page}.text"),
        notes=dialogue.notes,
        details=_page_details(page, around),
        choices=(back,),
        card=page,
    )


def _download(dialogue: Dialogue) -> tuple[Button, ...]:
    """Everything as a file, where it need not pass through another company's servers."""
    if dialogue.channel != "browser":
        return ()
    return (Button(id="export", label=Text(key="mydata.download"), url="/my-data.json"),)


def _kept(dialogue: Dialogue, around: Surroundings) -> list[Row]:
    """What is kept, to look at: each child's answers and words, private ones folded, and how to be reached."""
    abroad = dialogue.channel == "telegram" and not dialogue.permitted("abroad")
    if abroad:
        return []
    answers = []
    for one in (*dialogue.earlier, dialogue.interview):
        if dialogue.earlier:
            answers.append(Row(label=Text(key="mydata.child", values={"n": one.child}), answer=_code_of(one)))
        answers += review.rows(dialogue.having(interview=one), around)
        answers += [_remark(said, around) for said in one.remarks]
    return [
        *answers,
        *family_questions.rows(dialogue),
        *(contact.check_rows(dialogue) if dialogue.contact.name else ()),
    ]


def _code_of(interview: Interview) -> Text:
    return Text(key="answer", values={"answer": interview.lead_code or "\N{EM DASH}"})


def _remark(remark: Remark, around: Surroundings) -> Row:
    """Words of the family's own that are kept for the call; those said at a private card stay folded."""
    private = _is_private(remark.card, around)
    answer = Text(key="answered.private") if private else Text(key="answer", values={"answer": remark.said})
    return Row(label=Text(key="mydata.words"), answer=answer, private=private)


def _is_private(card: str, around: Surroundings) -> bool:
    try:
        return around.questions.template(card)[0].private
    except (KeyError, StopIteration):  # typed where no question stood
        return False


def _page_details(page: str, around: Surroundings) -> tuple[Text, ...]:
    if page == "about":
        record = around.protocol.record
        source = Text(
            key="page.about.source",
            values={"registry_id": record.registry_id, "date": Day(earliest=record.updated, latest=record.updated)},
        )
        return (source, Text(key="page.about.not_a_doctor"), *site_lines(around))
    if page == "privacy":
        named = around.site.privacy_contact
        who = (
            Text(key="page.privacy.contact", values={"contact": named})
            if named
            else Text(key="page.privacy.no_contact")
        )
        return (
            Text(key="page.privacy.kept"),
            Text(key="page.privacy.seen"),
            *_how_long(around),
            Text(key="page.privacy.rights"),
            who,
        )
    return ()


def _how_long(around: Surroundings) -> tuple[Text, ...]:
    """When everything goes by itself."""
    site = around.site
    return (
        Text(
            key="page.privacy.unfinished", values={"unfinished": site.keep_unfinished, "finished": site.keep_finished}
        ),
        Text(key="page.privacy.closed", values={"days": site.keep_closed}),
        Text(key="page.privacy.copies", values={"days": site.key_copies}),
    )


def _later(dialogue: Dialogue, back: Button, around: Surroundings) -> Reply:
    choices = [back]
    if dialogue.channel == "telegram":
        remind = "later.reminding" if dialogue.remind else "later.remind"
        choices.append(Button(id="remind", label=Text(key=remind), chosen=dialogue.remind))
    if around.site.public_url:
        choices.append(Button(id="link", label=Text(key="later.link")))
    return Reply(
        text=Text(key="later.text"),
        notes=dialogue.notes,
        details=(Text(key="later.same_browser"),) if dialogue.channel == "browser" else (),
        choices=tuple(choices),
        card="later",
    )


def take_page(dialogue: Dialogue, said: Incoming, around: Surroundings) -> Turn:
    """A press or a text while a page lies over the card. Typing anything goes on with the card underneath."""
    if family_questions.is_open(dialogue):
        return family_questions.take(dialogue, said, around)
    if allowed.asked_back(dialogue) is not None:
        return allowed.take(dialogue, said, around)
    word, _, rest = (said.button or "").partition(":")
    if word == allowed.PAGE and dialogue.page == "mydata" and rest in allowed.TEXTS:
        return Turn(dialogue.having(page=said.button, notes=()))
    if word == "language" and rest in dict(around.languages):
        return Turn(dialogue.having(language=rest, language_chosen=True, page=None, notes=()))
    if word == "remind":
        return stay(dialogue.having(remind=not dialogue.remind)).with_(remind=not dialogue.remind)
    if word == "link":
        return stay(dialogue).with_(wants_link=True)
    if word == "restart" and rest == "yes":
        return restarted(dialogue, around)
    if word == "delete_all":
        return stopping.ask_delete(dialogue.having(page=None))
    return Turn(dialogue.having(page=None, notes=()))


def restarted(dialogue: Dialogue, around: Surroundings) -> Turn:
    """The same child from the first question; a lead already handed over stays and follows the new answers."""
    interview = dialogue.interview
    fresh = Interview(
        child=interview.child,
        lead_code=interview.lead_code,
        wants_call=interview.wants_call,
        asked_for_call=interview.asked_for_call,
        safety=interview.safety,
        asked=interview.asked,
    )
    clean = dialogue.having(interview=fresh, back_to=None, alarm=None, contact_step=None, page=None)
    if dialogue.may_be_asked:
        return begin(clean, around, "start_over_permitted")
    return Turn(go(clean, "start_over"))
