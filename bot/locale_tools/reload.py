"""`locales reload`: a running server looks at the corrected files, and serves them if nothing stands against it."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time
from pathlib import Path

TAKEN_UP_WITHIN = 15.0
ANSWERED_WITHIN = 120.0
LOOK_EVERY = 0.05


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, help="the server's data folder (default: BRASLE_DATA)")


def run(args: argparse.Namespace) -> int:
    from bot.doctor import load_settings
    from bot.store.server_lock import holder_of

    data = args.data
    if data is None:
        settings = load_settings()
        if isinstance(settings, str):
            print(settings, file=sys.stderr)
            return 2
        data = settings.data
    if holder_of(data) is None:
        print(f"No server runs on the data folder {data}. One that starts reads the files by itself.", file=sys.stderr)
        return 2
    told = ask(data)
    if told is None:
        print(f"The server of the data folder {data} gives no answer: look at its log.", file=sys.stderr)
        return 2
    print(*told["lines"], sep="\n") if told["lines"] else print("Nothing reads differently.")
    if not told["taken"]:
        print("Not taken: the server goes on with the texts it has. Mend the above and ask again.", file=sys.stderr)
        return 1
    print("Taken.")
    return 0


def ask(data: Path) -> dict[str, list[str]] | None:
    """The server's answer, or None if none took up the request."""
    from bot.wording_reload import ASKED, TOLD

    who = secrets.token_hex(8)
    request = data / ASKED
    try:
        request.write_text(who, encoding="utf-8")
    except OSError:
        return None
    began = time.monotonic()
    while time.monotonic() - began < ANSWERED_WITHIN:
        if request.exists() and time.monotonic() - began > TAKEN_UP_WITHIN:
            request.unlink(missing_ok=True)
            return None
        try:
            told = json.loads((data / TOLD).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            told = {}
        if told.get("asked") == who:
            answer: dict[str, list[str]] = told
            return answer
        time.sleep(LOOK_EVERY)
    return None
