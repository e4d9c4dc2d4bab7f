"""The master key.

One secret outside the database, in `master.key`, in the environment or in a folder of secrets, that opens all the others.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bot.secret_files import secret
from bot.store.errors import MasterKeyError
from bot.store.sealing import KEY_BYTES

FILE_NAME = "master.key"
VARIABLE = "BRASLE_MASTER_KEY"
NEXT_FILE_NAME = f"{FILE_NAME}.next"
NEXT_VARIABLE = f"{VARIABLE}_NEXT"


def read_master_key(folder: Path, *, may_create: bool, environ: Mapping[str, str] = os.environ) -> bytes:
    """The 32 bytes; the environment wins over the file.

    A new key is made only for a folder that holds nothing yet.
    """
    given = _given(VARIABLE, environ)
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


def read_next_master_key(folder: Path, environ: Mapping[str, str] = os.environ) -> bytes | None:
    """The key that a change of the master key goes over to, if one was begun."""
    if _given(VARIABLE, environ):
        given = _given(NEXT_VARIABLE, environ)
        return _decode(given, f"The setting {NEXT_VARIABLE}") if given else None
    path = folder / NEXT_FILE_NAME
    return _decode(path.read_text("ascii"), str(path)) if path.exists() else None


def make_next_master_key(folder: Path, environ: Mapping[str, str] = os.environ) -> bytes:
    """The key to go over to, durable before anything is wrapped by it; one begun before is used again."""
    if _given(VARIABLE, environ) and not _given(NEXT_VARIABLE, environ):
        raise MasterKeyError(
            f"The master key comes from {VARIABLE}: set {NEXT_VARIABLE} to a new one "
            "(44 characters in base64, such as 'openssl rand -base64 32' prints) and run this again."
        )
    found = read_next_master_key(folder, environ)
    return _create(folder / NEXT_FILE_NAME) if found is None else found


def take_next_master_key(folder: Path, environ: Mapping[str, str] = os.environ) -> None:
    """The next key is the key from now on. One from the environment is the operator's to move."""
    if not _given(VARIABLE, environ) and (folder / NEXT_FILE_NAME).exists():
        (folder / NEXT_FILE_NAME).replace(folder / FILE_NAME)
        flush_folder(folder)


def _given(name: str, environ: Mapping[str, str]) -> str | None:
    """Handed over by whoever starts the program, rather than kept in the data folder."""
    try:
        return secret(name, environ)
    except (OSError, UnicodeDecodeError) as error:
        raise MasterKeyError(f"The file {name} in the folder of secrets cannot be read: {error}.") from None


def _create(path: Path) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
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
    flush_folder(path.parent)
    return _decode(path.read_text("ascii"), str(path))


def flush_folder(folder: Path) -> None:
    """Make what was created, renamed or removed in it durable."""
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
