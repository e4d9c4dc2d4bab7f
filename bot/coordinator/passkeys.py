"""Passkeys (WebAuthn): what a device is asked to sign, and whether it did. The device asks its owner for a fingerprint, a
face or a PIN first. Only this module needs the extra "passkeys".
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import urlsplit

from bot.extras import is_there
from bot.store.account_records import NewPasskey, PasskeyKey, Proof

CHALLENGE_WORKS = timedelta(minutes=5)
_CHALLENGE_BYTES = 32
_MOST_OPEN = 2000
_LONGEST_ANSWER = 20_000
_DEFAULT_PORTS = {"http": 80, "https": 443}
Act = Literal["prove", "add"]


@dataclass(frozen=True, slots=True)
class Party:
    """Whom passkeys are for: `id` is the host that they are bound to, `origin` where the pages stand."""

    id: str
    origin: str


def party_of(public_url: str) -> Party | None:
    """The address that the operator has set, as browsers write it; None where browsers offer no passkeys: without https
    (but on this very machine), or without a name.
    """
    try:
        address = urlsplit(public_url)
        host = (address.hostname or "").encode("idna").decode("ascii")
        port = address.port
    except ValueError:
        return None
    if not host or _is_number(host) or (address.scheme != "https" and host != "localhost"):
        return None
    shown = "" if port in (None, _DEFAULT_PORTS.get(address.scheme)) else f":{port}"
    return Party(host, f"{address.scheme}://{host}{shown}")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Open:
    """A challenge that was not answered yet. `who` it is for: the name typed, or the account; `note` is kept with it."""

    value: bytes
    who: str
    until: datetime
    note: str


class Challenges:
    """Random bytes to be signed: each for one browser, one act and one person, once, for minutes. In memory alone: after a
    restart somebody presses again.

    Browsers that are known have a room of their own, so that a flood from elsewhere drives nobody out.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._rooms: dict[bool, OrderedDict[tuple[str, Act], _Open]] = {True: OrderedDict(), False: OrderedDict()}

    def give(self, browser: str, act: Act, who: str, *, known: bool, note: str = "") -> bytes:
        """A new challenge; one that this browser had for the same act is worth nothing any more."""
        for room in self._rooms.values():
            room.pop((browser, act), None)
        room = self._rooms[known]
        while len(room) >= _MOST_OPEN:
            room.popitem(last=False)
        value = secrets.token_bytes(_CHALLENGE_BYTES)
        room[browser, act] = _Open(value, who, self._clock() + CHALLENGE_WORKS, note)
        return value

    def look(self, browser: str, act: Act, who: str) -> tuple[bytes, str] | None:
        """The open challenge with its note, without using it up."""
        for room in self._rooms.values():
            found = room.get((browser, act))
            if (
                found is not None
                and found.until > self._clock()
                and hmac.compare_digest(_bytes(found.who), _bytes(who))
            ):
                return found.value, found.note
        return None

    def take(self, browser: str, act: Act, who: str) -> tuple[bytes, str] | None:
        """The open challenge with its note, used up by this whatever comes of it; None if there is none of theirs."""
        found = self.look(browser, act, who)
        for room in self._rooms.values():
            room.pop((browser, act), None)
        return found


class Passkeys:
    """What is asked of browsers and what they answer. `party` is None where there are no passkeys."""

    def __init__(self, public_url: str, clock: Callable[[], datetime]) -> None:
        self.party = party_of(public_url) if is_there("passkeys") else None
        self.challenges = Challenges(clock)

    async def load(self) -> None:
        """Read the library in beside the conversations, before its first use: that takes some tenths of a second."""
        await asyncio.to_thread(import_module, "webauthn")

    def ask_to_sign(self, challenge: bytes, credentials: Sequence[bytes]) -> str:
        """Options for the browser as JSON. Without credentials it offers those that it has: nobody learns from us which
        names have any.
        """
        import webauthn
        from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

        options = webauthn.generate_authentication_options(
            rp_id=self._party.id,
            challenge=challenge,
            timeout=CHALLENGE_WORKS // timedelta(milliseconds=1),
            allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in credentials],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return webauthn.options_to_json(options)

    def ask_to_make(self, challenge: bytes, user: bytes, name: str, credentials: Sequence[bytes]) -> str:
        """Options for a new passkey as JSON; a device that has one of `credentials` makes no second one."""
        import webauthn
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            PublicKeyCredentialDescriptor,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        options = webauthn.generate_registration_options(
            rp_id=self._party.id,
            rp_name="BRASLE",
            user_id=user,
            user_name=name,
            challenge=challenge,
            timeout=CHALLENGE_WORKS // timedelta(milliseconds=1),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in credentials],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        return webauthn.options_to_json(options)

    def made(self, answer: str, challenge: bytes, name: str) -> NewPasskey | None:
        """The passkey that a device has made; None if the answer is not to this challenge, from our pages, and verified."""
        import webauthn

        typed = _read(answer)
        if typed is None:
            return None
        try:
            found = webauthn.verify_registration_response(
                credential=typed,
                expected_challenge=challenge,
                expected_rp_id=self._party.id,
                expected_origin=self._party.origin,
                require_user_verification=True,
            )
        except Exception:  # whatever a stranger's bytes do to the parsers, they are not a passkey
            return None
        return NewPasskey(found.credential_id, found.credential_public_key, found.sign_count, name)

    def proof_of(self, answer: str, challenge: bytes, key: PasskeyKey) -> Proof | None:
        """What a signature proves; None if it is not by this key, to this challenge, from our pages, and verified.

        Whether the device's count went back the store finds out: it alone can say so in the trail.
        """
        import webauthn

        typed = _read(answer)
        if typed is None:
            return None
        try:
            found = webauthn.verify_authentication_response(
                credential=typed,
                expected_challenge=challenge,
                expected_rp_id=self._party.id,
                expected_origin=self._party.origin,
                credential_public_key=key.public_key,
                credential_current_sign_count=0,  # so that the signature is looked at first
                require_user_verification=True,
            )
            handle = typed["response"].get("userHandle")
            if handle and not hmac.compare_digest(_decoded(handle), key.user_handle):
                return None
        except Exception:
            return None
        return Proof(passkey=found.credential_id, count=found.new_sign_count)

    @property
    def _party(self) -> Party:
        if self.party is None:
            raise LookupError("there are no passkeys here: no page may ask for one")
        return self.party


def credential_of(answer: str) -> bytes | None:
    """The id of the credential that an answer says it is by; None if it says none."""
    typed = _read(answer)
    try:
        return None if typed is None else _decoded(typed["rawId"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _read(answer: str) -> dict[str, Any] | None:
    if len(answer) > _LONGEST_ANSWER:
        return None
    try:
        typed = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    return typed if isinstance(typed, dict) else None


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
