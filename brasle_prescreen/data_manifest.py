"""The hashes of every data file that judges or reads, so that a changed byte is seen before real families are served."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

PACKAGE = Path(__file__).parent
FILE = "data_manifest.json"
"""Beside the files; written by `brasle-prescreen docs`."""
DATA = (
    "trial/*.toml",
    "trial/amendments/*/*.toml",
    "trial/amendments/*/*.json",
    "reading/words/*.toml",
    "contract/*.json",
)


def hashes(package: Path = PACKAGE) -> dict[str, str]:
    """SHA-256 of each data file by its path in the package, in order."""
    paths = sorted(path for pattern in DATA for path in package.glob(pattern))
    return {path.relative_to(package).as_posix(): sha256(path.read_bytes()).hexdigest() for path in paths}


def manifest(package: Path = PACKAGE) -> str:
    """The manifest's text for the files as they stand now."""
    return _written(hashes(package))


def _written(found: dict[str, str]) -> str:
    return json.dumps(found, indent=2) + "\n"


def differences(package: Path = PACKAGE) -> list[str]:
    """What is not as the manifest says, in sentences; empty if every byte is."""
    try:
        kept = (package / FILE).read_bytes()
    except OSError as error:
        return [f"{FILE} cannot be read ({type(error).__name__})."]
    now = hashes(package)
    if kept == _written(now).encode():
        return []
    try:
        known = json.loads(kept)
    except ValueError:
        known = None
    if not isinstance(known, dict):
        return [f"{FILE} is damaged."]
    found = [f"{name} is not the file of the manifest." for name in now if known.get(name) != now[name]]
    found += [f"{name} is missing." for name in known if name not in now]
    return found or [f"{FILE} was edited."]
