"""Which settings are set, and which were meant to be: a name that nobody reads is said, with the one it is like."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.doctor_problem import Problem
from bot.secret_files import VARIABLE as SECRETS
from bot.settings import Settings

PREFIX = "BRASLE_"
# Read from the environment or from files of secrets alone, before there are settings.
NOT_IN_FILE = (SECRETS, "BRASLE_MASTER_KEY", "BRASLE_MASTER_KEY_NEXT")


def environment_name(field: str) -> str:
    """Under which name an operator sets it."""
    alias = Settings.model_fields[field].validation_alias if field in Settings.model_fields else field
    return str(alias or f"{PREFIX}{field.upper()}")


def what_is_set(settings: Settings) -> Iterator[str]:
    """A line for each; of a secret only that it is set."""
    for field in type(settings).model_fields:
        if field in settings.model_fields_set:
            value = getattr(settings, field)
            if value not in (None, "", ()):
                yield f"ok    {environment_name(field)}: {_shown(value)}"


def strange_names(environ: Mapping[str, str] = os.environ, file: Path | None = None) -> Iterator[Problem]:
    """Names of the environment and of `.env` that are no settings."""
    from dotenv import dotenv_values

    known = [environment_name(field) for field in Settings.model_fields]
    bare = {name.removeprefix(PREFIX): name for name in known}
    in_file = list(dotenv_values(file or Path(str(Settings.model_config["env_file"])), interpolate=False))
    outside = [name for name in environ if name.upper().startswith(PREFIX) and name.upper() not in NOT_IN_FILE]
    for name in dict.fromkeys([*outside, *in_file]):
        if name.upper() in NOT_IN_FILE:
            remedy = f"Set it in the environment, or as a file in the folder that {SECRETS} names."
            yield Problem(name, "stands in .env, where it is not read.", remedy)
        elif name.upper() not in known:
            like = get_close_matches(name.upper().removeprefix(PREFIX), bare, n=1, cutoff=0.7)
            remedy = f"Is it {bare[like[0]]}?" if like else "Take it out."
            yield Problem(name, "is no setting of this program.", remedy)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"{len(value)} of them" if isinstance(value[0], SecretStr) else " ".join(value)
    # An address with a name and password before its host is one that was meant otherwise: the password stays unsaid.
    hidden = isinstance(value, SecretStr) or ("://" in str(value) and "@" in str(value))
    return "is set, and not shown" if hidden else str(value)
