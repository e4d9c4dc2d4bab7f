"""The console described for programs that try out interfaces: an OpenAPI document made of its rooms and its forms."""

from __future__ import annotations

import re
from typing import Any

from bot.coordinator.access import Page
from bot.coordinator.layout import HERE
from tests.coordinator.targets.ward import FORMS, PAGES, Ward

FORM = "application/x-www-form-urlencoded"
# Names of fields and filters, as the templates and the handlers name them.
_NAMED = re.compile(r"""(?:name="|typed(?:_as_is|_all)?\("|query\("|parts\.\w+\(")([a-z_]+)""")
NAMES = sorted(
    {name for path in (*HERE.glob("*.py"), *HERE.glob("templates/*.html")) for name in _NAMED.findall(path.read_text())}
)
FILTERS = ("status", "tier", "code", "next", "out", "of", "who", "action", "day", "before")
# What careless pages stumble over.
AWKWARD = (
    *("", "0", "-1", "1e9", "\x00", "\u202e", "9" * 400, "2026-13-45", "0000-00-00", "2026-11-22", "E13", "claimed"),
    *("' OR 1=1 --", "<script>alert(1)</script>", '=HYPERLINK("http://evil.example")', "../../etc/passwd", "\uff11\uff12"),
    *("S-346779", "BR-346779", "a\r\nset-cookie: x=y", "%0d%0aset-cookie:x=y", "//evil.example", "{{7*7}}", "null"),
)  # fmt: skip


def described(ward: Ward) -> dict[str, Any]:
    """The OpenAPI document; the ward's own codes and ids are among the values to try."""
    paths: dict[str, Any] = {}
    known = (*ward.codes.values(), *ward.parts.values())
    for page in PAGES:
        method = "post" if page.post else "get"
        paths.setdefault("/coordinator" + page.path, {})[method] = operation(page, known)
    return {"openapi": "3.1.0", "info": {"title": "console", "version": "1"}, "paths": paths}


def operation(page: Page, known: tuple[str, ...]) -> dict[str, Any]:
    # A part of a path is never empty nor has slashes: then it is another path.
    inside = tuple(one for one in AWKWARD if one and "/" not in one)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": value(known + inside, pattern="^[^/]+$")}
        for name in re.findall(r"\{([a-z]+)\}", page.path)
    ]
    made: dict[str, Any] = {"responses": {"default": {"description": "a page"}}, "parameters": parameters}
    if page.post:
        own = {name for wrong in FORMS.get(page.path, ()) for name in wrong.typed}
        fields = {name: value(known + AWKWARD) for name in sorted(own) or NAMES}
        made["requestBody"] = {"content": {FORM: {"schema": {"type": "object", "properties": fields}}}}
    else:
        parameters += [{"name": name, "in": "query", "schema": value(known + AWKWARD)} for name in FILTERS]
    return made


def value(known: tuple[str, ...], **more: Any) -> dict[str, Any]:
    """A text: one of the known ones or any other."""
    return {"anyOf": [{"type": "string", "enum": list(dict.fromkeys(known))}, {"type": "string", **more}]}
