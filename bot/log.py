"""The program's log: fixed sentences, and named fields whose values cannot hold anything personal.

Whatever is not on the list below does not reach the log: an unknown field is dropped, a value of another form is
withheld, and of what a library says or an exception quotes only the kind and the place are kept.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TextIO

from bot.plain_structlog import structlog
from bot.plain_words import PlainWords

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

Form = Literal["text", "json"]
WITHHELD = "[withheld]"


def _matching(pattern: str) -> Callable[[Any], bool]:
    whole = re.compile(pattern)
    return lambda value: isinstance(value, str) and whole.fullmatch(value) is not None


def _whole_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**12


_WORD = _matching(r"[a-z][a-z0-9_.:|-]{0,60}")

# Every field that may stand in the log, and what its value must look like.
FIELDS: dict[str, Callable[[Any], bool]] = {
    "update": _whole_number,  # the row's number in the inbox
    "attempts": _whole_number,
    "status": _whole_number,  # of HTTP, or of Telegram
    "missing": _whole_number,
    "count": _whole_number,
    "person": _matching(r"[0-9a-f]{16}"),  # a random number, no address
    "channel": _WORD,
    "op": _WORD,
    "key": _WORD,  # of a text
    "language": _matching(r"[A-Za-z]{2,3}(_[A-Za-z]{2,8})?"),
    "trail": _matching(r"[0-9]{1,12}[ :][0-9a-f]{8,64}"),
    "kind": _matching(r"[A-Za-z_][A-Za-z0-9_.]{0,60}"),  # of an exception
    "place": _matching(r"[A-Za-z0-9_<>. -]+:\d+( < [A-Za-z0-9_]+\.py:\d+)*"),
    "library": _matching(r"[A-Za-z_][A-Za-z0-9_.]{0,60}"),
    "cause": lambda value: isinstance(value, PlainWords),
}


def logger(name: str) -> Any:
    """The log of one module. Say a fixed sentence; what changes goes into the fields of FIELDS, by name."""
    return structlog.stdlib.get_logger(name)


def trouble(error: BaseException) -> dict[str, str]:
    """What the log may know of an exception: its kind and the lines it came from, never its message."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames[:-1] if "/bot/" in frame.filename or "/brasle_prescreen/" in frame.filename]
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in (*frames[-1:], *reversed(ours[-2:]))]
    found = {"kind": type(error).__name__}
    return found | {"place": " < ".join(places)} if places else found


def why(error: BaseException) -> dict[str, Any]:
    """The words of an error that were written for the operator; of any other its kind and place."""
    return {"cause": error} if isinstance(error, PlainWords) else trouble(error)


def only_allowed(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drops unknown fields and withholds values of another form. An exception becomes its kind and place."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    kept: EventDict = {"event": event["event"]}
    if isinstance(error, BaseException):
        event.update(trouble(error))
    for name, value in event.items():
        if name in FIELDS:
            kept[name] = (str(value) if name == "cause" else value) if FIELDS[name](value) else WITHHELD
    return kept


def of_a_library(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A library's own words may quote what it handled: only that it spoke, and where, is kept."""
    record: logging.LogRecord = event["_record"]
    said: EventDict = {
        "event": "A library reports something.",
        "library": record.name,
        "place": f"{Path(record.pathname).stem}.py:{record.lineno}",
        "_record": record,
        "_from_structlog": False,
    }
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        said.update(trouble(error))
    return said


def set_up(level: str, form: Form, stream: TextIO | None = None) -> None:
    """Send the whole process's log, libraries and crashes included, to `stream` (standard error)."""
    shown: list[Processor] = [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.add_log_level,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    ]
    if form == "json":
        shown.append(structlog.processors.JSONRenderer(ensure_ascii=False))
    else:
        shown.append(
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"], drop_missing=True)
        )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=shown, foreign_pre_chain=[of_a_library]),
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # A machine's every step is no news, nor that aiogram has handled one more update.
    for library in ("transitions", "aiogram.event"):
        logging.getLogger(library).setLevel(logging.WARNING)
    _catch_crashes()


def _catch_crashes() -> None:
    """What nobody caught reaches the log in the same few words, not as a traceback that quotes values."""
    log = logger("bot")

    def died(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            return
        log.critical("The program ended by a mistake of ours.", **trouble(error))

    def thread_died(given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None:
            log.critical("A thread ended by a mistake of ours.", **trouble(given.exc_value))

    def could_not_be_raised(given: Any) -> None:
        if given.exc_value is not None:
            log.error("Something failed while it was cleared away.", **trouble(given.exc_value))

    sys.excepthook = died
    threading.excepthook = thread_died
    sys.unraisablehook = could_not_be_raised


structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        only_allowed,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
