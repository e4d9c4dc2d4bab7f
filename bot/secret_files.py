"""Secrets in files of their own, one a setting and named as it is, as systemd's credentials and Docker's secrets are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "BRASLE_SECRETS"


def folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The folder of such files, if one is named."""
    named = environ.get(VARIABLE, "").strip()
    return Path(named) if named else None


def secret(name: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """What the environment says, or the file of this name; None if neither says anything. OSError: it cannot be read."""
    given = environ.get(name)
    place = folder(environ)
    if given or place is None:
        return given or None
    try:
        return (place / name).read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None
