"""`brasle-prescreen run`: everything that is set up, in one process."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING, Any

from bot.commands.argument import whole_number

if TYPE_CHECKING:
    from bot.app import App


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("run", help="start the browser chat, and Telegram if BOT_TOKEN is set")
    parser.add_argument(
        "--port", type=whole_number(0, 65535), help="port of the browser chat (default: 8080, or BRASLE_PORT)"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")


def run(args: argparse.Namespace) -> int:
    from bot.collector import begin_loading

    begin_loading("program")
    from bot import egress, log
    from bot.core_files import no_core_files
    from bot.doctor import load_settings, problems

    settings = load_settings()
    if isinstance(settings, str):
        print(settings, file=sys.stderr)
        return 2
    if args.port is not None:
        settings = settings.model_copy(update={"port": args.port})
    log.set_up(settings.log_level, settings.log_format)
    grave = [problem for problem in problems(settings) if problem.stops]
    for problem in grave:
        print(problem.line(), file=sys.stderr)
    if grave:
        return 2
    no_core_files()
    if settings.residency:
        egress.keep_home(settings.may_reach)
    from bot.app import App
    from bot.channels.listening import NoAddress
    from bot.store.errors import StoreError
    from bot.store.moments import utc_now
    from bot.store.server_lock import ServerLock
    from bot.wording import WordingError

    try:
        lock = ServerLock.take(settings.data, utc_now())
        app = App(settings)
    except (StoreError, WordingError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        asyncio.run(app.run(started=lambda address: _announce(address, app, not args.no_browser), invented=True))
    except NoAddress as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        lock.release()
    return 0


def _announce(address: str, app: App, open_window: bool) -> None:
    print(f"The conversation is open at {address}  (stop with Ctrl-C)", flush=True)
    if app.console_link is not None:
        print(f"The coordinators' side, for one press: {app.console_link}", flush=True)
        print("This is a try-out with invented data: nobody at the hospital is told anything.", flush=True)
    elif app.console_is_empty:
        print("Nobody may sign in to the coordinators' side yet. Let the first one in:", flush=True)
        print("  brasle-prescreen accounts invite NAME --role administrator", flush=True)
    if open_window and sys.stdout.isatty():
        import webbrowser

        webbrowser.open(address)
