"""Updates of every shape: what families send, the same mutated, and bytes that are hardly JSON. Endless, and the same
for the same seed.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any, NamedTuple

FIRST_CHAT = 500_000
# What is typed: plausible answers, and texts that tempt a reader to err or to take for ever.
ANSWERS = (
    "2015年3月", "去年三月", "１２岁", "12 岁半", "35公斤", "35.5 kg", "0.5mg/kg", "三年前确诊的", "不知道", "没有", "no", "yes", "I do not know",
    "last March", "5/3/2015", "2015-02-30", "31.2.2020", "ANA 1:320, dsDNA +", "eGFR 92", "24h 尿蛋白 0.3g", "强的松 一天两片", "belimumab 2021",
    "+86 138 0013 8000", "一三八零零一三八零零零", "妈妈", "mother", "他发烧39度", "昨天抽搐了", "我不想活了", "/start", "/start ward-7", "/help", "/mydata",
    "/delete", "/language", "/back", "/stop", "/human", "/nonsense", "1", "２", "③", "第二个",
)  # fmt: skip
ODD = (
    "", " ", "\x00", "a\x00b", "\ud83d", "\udc00\ud800", "\u202eabc\u202c", "\u200b" * 50, "🧑🏽‍🤝‍🧑🏻" * 30, "e" + "\u0301" * 500, "٣٤٥", "²³", "Ⅻ",
    "１２３４５６７８９０", "<b>bold</b>", "<script>", "&amp;&#x202e;", "{name}", "%s%n", "'; DROP TABLE person; --", "\\u0000", "\r\n\r\n", "\ufeff", "﷽" * 40,
    "9" * 400, "0" * 400 + "1", "1e309", "NaN", "-0", "1/0", "99999999999999年", "0000-00-00", "year 10000",
)  # fmt: skip
# Repeated up to a message's length: whatever reads them must not go back and forth.
REPEATED = (
    "1", "a ", "年", "1年", " ", "-", "1.", "1:", "ANA 1:", "(", "二十", "去年", "mg/", "/", "岁", "\n", "no ", "１", "é", "👶", "3月5日", "\u0301", "12,", "一三八",
)  # fmt: skip
WRONG: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63, 10**30, 1.5, float("1e308"), "", "x", "\ud83d", "\x00", [], {}, [[]], [None], {"id": 1}, "1", "１",
)  # fmt: skip
BUTTONS = (
    "agree",
    "confirm",
    "back",
    "done",
    "skip",
    "unsure",
    "choose:no",
    "choose:parent",
    "why",
    "questions",
    "person",
    "change:0",
    "tick:a",
    "",
)
LONGEST_TEXT = 4096
# As large as nothing that Telegram sends.
HUGE = 10_000_000


class Sent(NamedTuple):
    """One update as bytes. `plain`: of a form in which Telegram sends them, whatever was typed."""

    number: int
    body: bytes
    plain: bool


class Oddities:
    """`screens` gives the callback data of the buttons that stand in a chat now."""

    def __init__(self, seed: int, chats: int, screens: Callable[[int], list[str]]) -> None:
        self._chance = random.Random(seed)
        self._chats = chats
        self._first = FIRST_CHAT
        self._screens = screens
        self._number = 1_000_000
        self._message = 10

    def next(self) -> Sent:
        """What comes next; now and then a family that was never seen takes the place of another."""
        chance, draw = self._chance, self._chance.random()
        self._number += 1
        self._message += 1
        self._first += chance.random() < 0.002
        if draw < 0.5:
            return Sent(self._number, _json({"update_id": self._number, **self._plain()}), plain=True)
        if draw < 0.96:
            update = {"update_id": self._number, **self._rich()}
            for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
                self._mutate(update)
            return Sent(self._number, _json(update), plain=False)
        return Sent(self._number, self._hardly_json(), plain=False)

    def huge(self) -> Sent:
        """Ten megabytes typed."""
        self._number += 1
        update = {"update_id": self._number, "message": self._said("长" * (HUGE // 3))}
        return Sent(self._number, json.dumps(update, ensure_ascii=False).encode(), plain=False)

    def again(self, raw: bytes) -> Sent:
        """The same as a new one."""
        self._number += 1
        self._message += 1
        try:
            update = json.loads(raw)
            update["update_id"] = self._number
            for part in update.values():
                if isinstance(part, dict) and "message_id" in part:
                    part["message_id"] = self._message
            return Sent(self._number, _json(update), plain=False)
        except (ValueError, TypeError, RecursionError):
            return Sent(self._number, raw, plain=False)

    def typed(self) -> str:
        chance, draw = self._chance, self._chance.random()
        if draw < 0.5:
            return chance.choice(ANSWERS)
        if draw < 0.7:
            return chance.choice(ODD)
        if draw < 0.78:
            piece = chance.choice(REPEATED)
            return (piece * LONGEST_TEXT)[: chance.choice((40, 400, LONGEST_TEXT))]
        if draw < 0.9:
            return " ".join(chance.choice(ANSWERS + ODD) for _ in range(chance.randint(2, 12)))
        return "".join(self._character() for _ in range(chance.choice((1, 5, 40, 200))))

    def _character(self) -> str:
        first, last = self._chance.choice(
            ((0, 0x7F), (0x80, 0x24F), (0x590, 0x6FF), (0x2000, 0x206F), (0x4E00, 0x9FFF), (0xD800, 0xDFFF), (0xFF00, 0xFFEF), (0x1F300, 0x1FAFF))
        )  # fmt: skip
        return chr(self._chance.randint(first, last))

    def _chat(self) -> int:
        return self._first + self._chance.randrange(self._chats)

    def _plain(self) -> dict[str, Any]:
        """A press on what stands there, or words."""
        chance, chat = self._chance, self._chat()
        shown = self._screens(chat)
        if shown and chance.random() < 0.6:
            return {"callback_query": self._pressed(chat, chance.choice(shown))}
        if chance.random() < 0.1:
            data = f"{chance.randint(0, 60)}:{chance.choice(BUTTONS)}"[:64]
            return {"callback_query": self._pressed(chat, data)}
        return {chance.choice(("message", "message", "message", "edited_message")): self._said(self.typed(), chat)}

    def _rich(self) -> dict[str, Any]:
        """An update with much in it that can be harmed."""
        chance = self._chance
        said = self._said(self.typed())
        photo = [{"file_id": "A", "file_unique_id": "B", "width": 1, "height": 1, "file_size": 9}]
        kinds: tuple[dict[str, Any], ...] = (
            {"message": said},
            {"message": {**said, "entities": [{"type": "bold", "offset": 0, "length": 3}], "reply_to_message": said}},
            {"message": {**said, "text": None, "photo": photo, "caption": self.typed()}},
            {"message": {**said, "contact": {"phone_number": self.typed(), "first_name": "x", "user_id": 1}}},
            {"message": {**said, "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "x"}}},
            {"message": {**said, "location": {"latitude": 30.2, "longitude": 120.1}}},
            {"edited_message": {**said, "edit_date": chance.randint(0, 2**31)}},
            {"callback_query": self._pressed(self._chat(), f"{chance.randint(0, 60)}:{chance.choice(BUTTONS)}")},
            {"my_chat_member": self._membership()},
            {"poll_answer": {"poll_id": "1", "option_ids": [0], "user": said["from"]}},
        )
        return copy.deepcopy(chance.choice(kinds))

    def _said(self, text: str, chat: int | None = None) -> dict[str, Any]:
        chat = chat or self._chat()
        return {
            "message_id": self._message,
            "date": 1_790_000_000,
            "chat": {"id": chat, "type": "private", "first_name": "测"},
            "from": {"id": chat, "is_bot": False, "first_name": "测", "language_code": self._chance.choice(("zh-hans", "en", "ar", "x"))},
            "text": text,
        }  # fmt: skip

    def _pressed(self, chat: int, data: str) -> dict[str, Any]:
        card = self._said("a card", chat)
        return {"id": str(self._number), "from": card["from"], "chat_instance": "1", "data": data, "message": card}

    def _membership(self) -> dict[str, Any]:
        said = self._said("")
        bot = {"id": 4321, "is_bot": True, "first_name": "B"}
        change = {
            "old_chat_member": {"status": "member", "user": bot},
            "new_chat_member": {"status": "left", "user": bot},
        }
        return {"chat": said["chat"], "from": said["from"], "date": 1, **change}

    def _mutate(self, update: dict[str, Any]) -> None:
        """One change anywhere below the top; sometimes of the number too."""
        chance = self._chance
        if not update:
            return
        holder, key = self._place(update)
        match chance.randrange(8):
            case 0 | 1 | 2:
                holder[key] = copy.deepcopy(chance.choice(WRONG))
            case 3:
                del holder[key]
            case 4:
                other, name = self._place(update)
                holder[key] = copy.deepcopy(other[name])
            case 5:
                holder[key] = _nested(chance.choice((3, 30, 100)), holder[key])
            case 6:
                holder[key] = self.typed()
            case _:
                holder[key] = [holder[key]] * 3

    def _place(self, holder: Any) -> tuple[Any, Any]:
        """A container somewhere in it and one of its keys."""
        while True:
            keys: list[Any] = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if keys[0] == "update_id" and len(keys) > 1 and self._chance.random() < 0.9:
                del keys[0]  # without its number nothing else of it is looked at
            key = self._chance.choice(keys)
            inside = holder[key]
            if not isinstance(inside, (dict, list)) or not inside or self._chance.random() < 0.3:
                return holder, key
            holder = inside

    def _hardly_json(self) -> bytes:
        chance = self._chance
        whole: bytes = _json({"update_id": self._number, **self._rich()})
        depth: int = chance.choice((50, 500, *range(900, 1000, 7), 5_000, 90_000))
        inside = b'{"update_id":%d,"message":{"chat":{"id":%d},"text":' % (self._number, self._chat())
        match chance.randrange(9):
            case 0:
                return whole[: chance.randrange(len(whole))]
            case 1:
                at = chance.randrange(len(whole))
                return whole[:at] + bytes([chance.randrange(256)]) + whole[at + 1 :]
            case 2:
                return chance.randbytes(chance.randrange(200))
            case 3:
                return inside + b"[" * depth + b"]" * depth + b"}}"
            case 4:
                return inside + b'{"a":' * depth + b"1" + b"}" * depth + b"}}"
            case 5:
                return b'{"update_id": ' + b"9" * chance.choice((18, 19, 20, 5000)) + b"}"
            case 6:
                return inside + chance.choice((b"NaN", b"Infinity", b"-Infinity", b"1e999")) + b"}}"
            case 7:
                return b"\xef\xbb\xbf" + whole
            case _:
                return chance.choice(
                    (b"", b"null", b"[]", b'""', b"{}", b'{"update_id":null}', whole.decode().encode("utf-16"))
                )


def _json(update: dict[str, Any]) -> bytes:
    return json.dumps(update).encode()


def _nested(depth: int, value: Any) -> Any:
    for _ in range(depth):
        value = {"a": value} if depth % 2 else [value]
    return value
