"""Buttons that every flow shows alike."""

from __future__ import annotations

from functools import cache

from bot.message import Button, Text


@cache
def navigation_button(id: str) -> Button:
    """A button that moves about or opens a page; its words stand under `nav.<id>`."""
    return Button(id=id, label=Text(key=f"nav.{id}"), style="navigation")
