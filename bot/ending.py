"""How a command ends: in words for whoever started it and with an exit status, never with a traceback."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable

STOPPED = 130  # as a shell tells of Ctrl-C


def in_words(work: Callable[[], int]) -> int:
    """Do the work and give its exit status, whatever happens: a pipe that is closed, a full disk, Ctrl-C."""
    _have_streams()
    try:
        status = work()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read along (head, less) has seen enough.
        _write_no_more()
        return 0
    except KeyboardInterrupt:
        _write_no_more()
        print("Stopped.", file=sys.stderr)
        return STOPPED
    except OSError as error:
        _write_no_more()
        print(f"{error.filename or 'The system refuses'}: {error.strerror or error}.", file=sys.stderr)
        if _is_a_server():
            raise
        return 2
    except Exception as error:
        if _is_a_server():
            raise
        print(_our_mistake(error), file=sys.stderr)
        return 1
    return status


def _is_a_server() -> bool:
    """Its log tells the rest. A developer, too, sees the whole: `python -X dev -m bot COMMAND`."""
    return sys.flags.dev_mode or sys.excepthook is not sys.__excepthook__


def _our_mistake(error: Exception) -> str:
    from bot.log import trouble

    found = trouble(error)  # never the message: it may hold what a family said
    return (
        f"This command ended by a mistake of ours: {found['kind']} at {found.get('place', 'an unknown place')}. "
        "Please tell it to whoever keeps the program; nothing personal stands in this line."
    )


def _have_streams() -> None:
    """A stream that was closed leads nowhere; a sign that a terminal cannot show is written as its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  as long as the process
        elif isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(io.UnsupportedOperation):  # it was read from already
                stream.reconfigure(errors="replace" if mode == "r" else "backslashreplace")


def _write_no_more() -> None:
    """What Python would still write at its end goes nowhere."""
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), number)
