"""The master key.

One secret outside the database, in `master.key` or in the environment, that opens all the others.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bot.store.errors import MasterKeyError
from bot.store.sealing import KEY_BYTES

FILE_NAME = "master.key"
VARIABLE = "BRASLE_MASTER_KEY"


def read_master_key(folder: Path, *, may_create: bool, environ: Mapping[str, str] = os.environ) -> bytes:
    """The 32 bytes; the environment wins over the file.

    A new key is made only for a folder that holds nothing yet.
    """
    given = environ.get(VARIABLE)
    if given:
        return _decode(given, f"The setting {VARIABLE}")
    path = folder / FILE_NAME
    try:
        return _decode(path.read_text("ascii"), str(path))
    except FileNotFoundError:
        if not may_create:
            raise MasterKeyError(
                f"{path} is missing, and without it the data in {folder} cannot be read. "
                f"Put the saved copy back, or set {VARIABLE}."
            ) from None
    except UnicodeDecodeError:
        raise MasterKeyError(f"{path} is damaged: put the saved copy back.") from None
    return _create(path)


def _create(path: Path) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    draft = path.with_name(f"{FILE_NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, base64.b64encode(key) + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
    # link, unlike rename, never replaces: of two programs starting at once, the second takes the first
    # one's key.
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    _flush_folder(path.parent)
    return _decode(path.read_text("ascii"), str(path))


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _decode(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise MasterKeyError(f"{where} is not a key in base64.") from None
    if len(key) != KEY_BYTES:
        raise MasterKeyError(f"{where} holds {len(key)} bytes, a master key has {KEY_BYTES} (44 characters in base64).")
    return key
