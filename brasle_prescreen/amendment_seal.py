"""The seal of an amendment: the hash of each of its files and of the version that it was written upon, so that a changed byte,
or other trial files below it, are seen before real families are judged by it.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from brasle_prescreen.amendment import FILE, SEAL, Amendment

if TYPE_CHECKING:
    from brasle_prescreen.versions import Protocols, Version


def seal_text(before: Version, version: Version) -> str:
    """What is written beside the files when somebody has checked them."""
    assert version.amendment is not None
    return _written(_hashes(version.amendment), before.sha256)


def seal_problems(protocols: Protocols) -> list[str]:
    """What keeps an amendment from counting for real families, in sentences; empty if every byte is as it was sealed."""
    found = []
    for before, version in zip(protocols.versions, protocols.versions[1:], strict=False):
        assert version.amendment is not None
        found += [f"amendment {version.amendment.folder.name}: {one}" for one in _problems(before, version.amendment)]
    return found


def _problems(before: Version, amendment: Amendment) -> list[str]:
    try:
        kept = (amendment.folder / SEAL).read_bytes()
    except FileNotFoundError:
        return [f"it is not sealed ({SEAL} is missing)."]
    except OSError as error:
        return [f"{SEAL} cannot be read ({type(error).__name__})."]
    now = _hashes(amendment)
    if kept == _written(now, before.sha256).encode():
        return []
    try:
        known = json.loads(kept)
    except ValueError:
        known = None
    files = known.get("files") if isinstance(known, dict) else None
    if not isinstance(known, dict) or not isinstance(files, dict):
        return [f"{SEAL} is damaged."]
    found = [f"{name} is not the file that was sealed." for name in now if files.get(name) != now[name]]
    found += [f"{name} is missing." for name in files if name not in now]
    if not found and known.get("before") != before.sha256:
        found = ["it was sealed upon other trial files than stand below it now."]
    return found or [f"{SEAL} was edited."]


def _hashes(amendment: Amendment) -> dict[str, str]:
    names = (FILE, *amendment.files)
    return {name: sha256((amendment.folder / name).read_bytes()).hexdigest() for name in names}


def _written(files: dict[str, str], before: str) -> str:
    return json.dumps({"before": before, "files": files}, indent=2) + "\n"
