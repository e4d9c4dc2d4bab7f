"""Stand-alone, for trying the bot by hand: `python -m tests.fake_telegram`, then write and tap here."""

from __future__ import annotations

import argparse
import asyncio
import sys

from .people import Person
from .server import TOKEN, FakeTelegram

HELP = """A line is said to the bot. A line of its own kind:
  1, 2, 3 ..  tap that button of the newest card      ?  show the whole chat
  !photo !sticker !voice !block !unblock              Ctrl-D ends
"""


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--language", default="zh-hans", help="language_code of the person's Telegram")
    options = parser.parse_args()
    async with FakeTelegram(options.token, port=options.port) as telegram:
        print(f"Start the bot with:\n  TELEGRAM_API_BASE={telegram.url} BOT_TOKEN={telegram.token}\n{HELP}")
        person = telegram.person("Parent", options.language)
        printer = asyncio.create_task(_print_changes(telegram, person))
        try:
            while line := await asyncio.to_thread(sys.stdin.readline):
                _act(person, line.strip())
        finally:
            printer.cancel()


def _act(person: Person, line: str) -> None:
    match line:
        case "":
            return
        case "?":
            print(person.screen())
        case "!photo":
            person.sends_photo()
        case "!sticker":
            person.sends_sticker()
        case "!voice":
            person.sends_voice()
        case "!block":
            person.blocks_bot()
        case "!unblock":
            person.unblocks_bot()
        case _ if line.isdigit() and person.card and 1 <= int(line) <= len(person.card.buttons):
            person.taps(person.card.buttons[int(line) - 1], message=person.card)
        case _:
            person.says(line)


async def _print_changes(telegram: FakeTelegram, person: Person) -> None:
    shown: dict[int, int] = {}
    while True:
        for message in person.heard:
            if shown.get(message.id) == message.versions:
                continue
            print(f"\n[{'edited' if message.id in shown else 'bot'}] {message.text}")
            for number, label in enumerate(message.buttons, 1):
                print(f"   {number}. {label}")
            shown[message.id] = message.versions
        await telegram.world.next_change()


if __name__ == "__main__":
    asyncio.run(main())
