"""Errors whose text was written for the operator and holds nothing that a family said."""

from __future__ import annotations


class PlainWords(Exception):
    """Its text may stand in a log: fixed words of ours, with at most a folder, a setting's name or a status number."""
