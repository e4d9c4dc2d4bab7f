"""How values are sealed before they reach a file (AES-256-GCM), and found again by a keyed hash."""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic_core import PydanticSerializationError, to_json

from bot.store.errors import StoreError

KEY_BYTES = 32
MARK_BYTES = 16
_NONCE_BYTES = 12
_as_json = json.JSONEncoder(separators=(",", ":")).encode  # made once: making it costs more than a small value
_FORM = b"\x01"  # first byte of every sealed value; another way of sealing would get another one


class CannotOpen(StoreError):
    """A sealed value does not open: wrong key, wrong place, or damaged bytes."""


class Seal:
    """One key that seals and opens values. `place` (table.column) is bound in.

    A value moved elsewhere does not open.
    """

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, place: bytes, value: bytes) -> bytes:
        """The value encrypted and authenticated, 29 bytes longer than it was."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORM + nonce + self._cipher.encrypt(nonce, value, place)

    def open(self, place: bytes, sealed: bytes) -> bytes:
        """The value as it was; CannotOpen if it was not sealed by this key for this place."""
        if sealed[:1] != _FORM:
            raise CannotOpen(f"a value of {place.decode()} was sealed in a way this version does not know")
        try:
            return self._cipher.decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], place)
        except InvalidTag:
            raise CannotOpen(f"a value of {place.decode()} does not open with its key") from None

    # surrogatepass: half a surrogate pair typed by a family must not cost it its answer.
    def close_text(self, place: bytes, value: str) -> bytes:
        """Any text, lone surrogates included."""
        return self.close(place, value.encode("utf-8", "surrogatepass"))

    def open_text(self, place: bytes, sealed: bytes) -> str:
        """The text that `close_text` sealed."""
        return self.open(place, sealed).decode("utf-8", "surrogatepass")

    def close_json(self, place: bytes, value: Mapping[str, Any]) -> bytes:
        """A mapping that JSON can carry."""
        try:
            written = to_json(value)
        except PydanticSerializationError:  # half a surrogate pair has no UTF-8 form: it is written out
            written = _as_json(value).encode("ascii")
        return self.close(place, written)

    def open_json(self, place: bytes, sealed: bytes) -> dict[str, Any]:
        """The mapping that `close_json` sealed."""
        opened: dict[str, Any] = json.loads(self.open(place, sealed))
        return opened


class Marks:
    """Keyed hashes (HMAC-SHA-256) under which addresses, messages and updates are looked up."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, kind: str, *parts: str) -> bytes:
        """16 bytes, the same for the same words and useless without the key."""
        words = "\x1f".join((kind, *parts)).encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, words, "sha256")[:MARK_BYTES]


def derive(key: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose (HKDF with SHA-256)."""
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=b"brasle " + purpose.encode()).derive(key)
