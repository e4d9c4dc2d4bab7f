"""A device that holds passkeys, in software: it makes and signs as WebAuthn says, and cheats where a test tells it to."""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

_PRESENT, _VERIFIED, _NEW_KEY = 0x01, 0x04, 0x40


def written(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def read(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One passkey in one browser at `origin`. `count` goes up with each signature; 0 for a device that does not count."""

    origin: str
    count: int = 0
    counts: bool = True
    credential: bytes = field(default_factory=lambda: os.urandom(32))
    user: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: dict[str, Any], *, verified: bool = True) -> str:
        """The answer to `navigator.credentials.create`."""
        self.user = read(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        held = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], _NEW_KEY, verified) + held
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said("webauthn.create", options["challenge"])
        return self._answer({"attestationObject": written(attested), "clientDataJSON": written(said)})

    def sign(self, options: dict[str, Any], *, verified: bool = True, **other: Any) -> str:
        """The answer to `navigator.credentials.get`; `other` replaces challenge, rp_id, key or user."""
        if self.counts:
            self.count += 1
        data = self._data(other.get("rp_id", options["rpId"]), 0, verified)
        said = self._said("webauthn.get", other.get("challenge", options["challenge"]))
        key: ec.EllipticCurvePrivateKey = other.get("key", self.key)
        signature = key.sign(data + sha256(said).digest(), ec.ECDSA(SHA256()))
        user = written(other.get("user", self.user))
        return self._answer(
            {
                "authenticatorData": written(data),
                "clientDataJSON": written(said),
                "signature": written(signature),
                "userHandle": user,
            }
        )

    def _data(self, rp_id: str, flags: int, verified: bool) -> bytes:
        flags |= _PRESENT | (_VERIFIED if verified else 0)
        return sha256(rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, str]) -> str:
        id_ = written(self.credential)
        return json.dumps({"id": id_, "rawId": id_, "type": "public-key", "response": response})
