"""The parameters of one call, however they came: JSON, urlencoded, multipart or in the address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from .errors import bad_request


class Parameters:
    """Typed access to what was sent: forms send everything as text, JSON bodies real numbers and objects."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def everything(self) -> dict[str, Any]:
        """All of it, as it came."""
        return dict(self._values)

    def has(self, name: str) -> bool:
        return self._values.get(name) not in (None, "")

    def text(self, name: str, default: str = "") -> str:
        value = self._values.get(name)
        return default if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        try:
            return int(self._values.get(name, default))
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        return str(self._values.get(name, "")).lower() in ("true", "yes", "1")

    def tree(self, name: str, what: str) -> Any:
        """A nested value; `what` names it in Telegram's complaint about bad JSON."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        if value == "":
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None


async def read_parameters(request: web.Request) -> Parameters:
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            raise bad_request("can't parse request body JSON object") from None
        if not isinstance(body, dict):
            raise bad_request("request body must be a JSON object")
        values.update(body)
    elif request.can_read_body:
        form: MultiMapping[Any] = await request.post()
        values.update(form.items())
    return Parameters(values)
