"""A name from a data file in the reader's own characters: the files write Chinese names in simplified ones."""

from __future__ import annotations

from functools import cache
from typing import Any

# How OpenCC writes for readers of traditional characters: Taiwan's forms and words.
TRADITIONAL = "s2twp"


@cache
def in_script_of(language: str, name: str) -> str:
    """The name as readers of `zh_Hant` and its kin write it; unchanged for everybody else."""
    return str(_converter().convert(name)) if _is_traditional(language) else name


@cache
def _is_traditional(language: str) -> bool:
    if language.partition("_")[0] not in ("zh", "yue"):
        return False
    import langcodes

    return langcodes.Language.get(language).maximize().script == "Hant"


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC(TRADITIONAL)
