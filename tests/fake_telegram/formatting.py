"""Reads `parse_mode=HTML` by Telegram's allow-list: the plain text that a person sees, or the error."""

from __future__ import annotations

import re
from typing import Any

from .errors import bad_request

STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![a-zA-Z]));?")
TOKEN = re.compile(r"<(/?)([^\s>]*)([^>]*)(>?)")
ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']+)(?:\s*=\s*("[^"]*"|'[^']*'|[A-Za-z0-9.-]+))?""")


def utf16_length(text: str) -> int:
    """How Telegram counts characters: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(source: str) -> tuple[str, list[dict[str, Any]]]:
    """Plain text and message entities of `source`; refuses what Telegram refuses, with its own text."""
    plain: list[str] = []
    length = 0
    entities: list[dict[str, Any]] = []
    open_tags: list[tuple[str, int, dict[str, str]]] = []
    at = 0
    while at < len(source):
        if source[at] != "<":
            end = source.find("<", at)
            piece = _unescape(source[at : end if end >= 0 else len(source)])
            plain.append(piece)
            length += utf16_length(piece)
            at = end if end >= 0 else len(source)
            continue
        offset = len(source[:at].encode("utf-8", "surrogatepass"))
        token = TOKEN.match(source, at)
        assert token is not None
        closing, name, rest, end_mark = token.group(1), token.group(2).lower(), token.group(3), token.group(4)
        if closing:
            if not end_mark:
                raise _cannot_parse(f"Unclosed end tag at byte offset {offset}")
            if entity := _entity(name, offset, length, open_tags):
                entities.append(entity)
        else:
            if not end_mark:
                raise _cannot_parse(f"Unclosed start tag at byte offset {offset}")
            if name not in STYLES:
                raise _cannot_parse(f'Unsupported start tag "{name}" at byte offset {offset}')
            attributes = {key: value.strip("\"'") for key, value in ATTRIBUTE.findall(rest)}
            if name == "span" and attributes.get("class") != "tg-spoiler":
                raise _cannot_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
            open_tags.append((name, length, attributes))
        at = token.end()
    if open_tags:
        raise _cannot_parse(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(plain), entities


def _entity(
    name: str, offset: int, length: int, open_tags: list[tuple[str, int, dict[str, str]]]
) -> dict[str, Any] | None:
    """Close the innermost tag at `length`; None if it covers nothing or links nowhere."""
    if not open_tags:
        raise _cannot_parse(f"Unexpected end tag at byte offset {offset}")
    expected, start, attributes = open_tags[-1]
    if name and name != expected:
        raise _cannot_parse(f'Unmatched end tag at byte offset {offset}, expected "</{expected}>", found "</{name}>"')
    open_tags.pop()
    if length == start:
        return None
    entity: dict[str, Any] = {"type": STYLES[expected], "offset": start, "length": length - start}
    if expected == "a":
        if not re.match(r"https?://|tg://|mailto:|tel:", attributes.get("href", "")):
            return None
        entity["url"] = _unescape(attributes["href"])
    if expected == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    if expected == "tg-emoji":
        entity["custom_emoji_id"] = attributes.get("emoji-id", "")
    return entity


def _unescape(piece: str) -> str:
    def character(match: re.Match[str]) -> str:
        hexadecimal, decimal, named = match.groups()
        if named:
            return NAMED[named]
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        return chr(code) if 0 < code < 0x10FFFF else match.group(0)

    return ENTITY.sub(character, piece)


def _cannot_parse(why: str) -> Exception:
    return bad_request(f"can't parse entities: {why}")
