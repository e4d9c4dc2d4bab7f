"""A fake Telegram Bot API over real HTTP, true to the documented behaviour, with people and with faults.

async with FakeTelegram() as telegram:
    ...start the bot with telegram.url and telegram.token...
    parent = telegram.person("Li", language="zh-hans")
    parent.says("/start")
    await parent.sees_button("English")
    parent.taps("English")
"""

from .errors import Refusal, bad_request, forbidden, too_many_requests
from .faults import FloodRule, RandomFaults
from .formatting import parse_html, utf16_length
from .people import Group, Person
from .server import TOKEN, CallMade, FakeTelegram
from .world import Chat, Message, Tap, World

__all__ = [
    "TOKEN",
    "CallMade",
    "Chat",
    "FakeTelegram",
    "FloodRule",
    "Group",
    "Message",
    "Person",
    "RandomFaults",
    "Refusal",
    "Tap",
    "World",
    "bad_request",
    "forbidden",
    "parse_html",
    "too_many_requests",
    "utf16_length",
]
