"""One-time codes: six digits from the telephone (TOTP, RFC 6238), and recovery codes on paper for when it
is gone.
"""

from __future__ import annotations

import hmac
import io
import secrets
import unicodedata
from datetime import datetime

import pyotp
from markupsafe import Markup

from bot.store.account_records import Proof

ISSUER = "BRASLE"
STEP_SECONDS = 30
RECOVERY_CODES = 10
_DIGITS = 6
# Without what is confused in writing. 26 letters are 114 bits, so that a plain keyed hash keeps them (ASVS 6.5.2).
_LETTERS = "34679cdfghjkmnpqrtwxy"
_LONG = 26
_GROUP_LETTERS = 4


def new_secret() -> str:
    """160 random bits, as authenticator programs take them."""
    return pyotp.random_base32()


def address_of(secret: str, name: str) -> str:
    """What the QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def picture(secret: str, name: str) -> Markup:
    """The QR code as SVG that stands in the page itself: it is in no address and in no cache.

    Empty without the extra "qr": then the secret is typed.
    """
    try:
        import segno
    except ImportError:
        return Markup()
    drawn = io.BytesIO()
    segno.make(address_of(secret, name), error="m").save(
        drawn, kind="svg", scale=5, border=4, xmldecl=False, svgns=True, dark="#000", light="#fff", svgclass="qr",
        lineclass=None,
    )  # fmt: skip
    return Markup(drawn.getvalue().decode("utf-8"))  # noqa: S704 - digits of a matrix, nothing typed


def in_groups(secret: str) -> str:
    """The secret as it is copied by hand."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def proof_of(typed: str, secret: str, last_step: int, now: datetime) -> Proof | None:
    """What the typed code proves: a step of the telephone's code later than the last one used, or a
    recovery code.

    None if it can be neither. Whether a recovery code is one of the account's only the store knows.
    """
    bare = bare_code(typed)
    if len(bare) == _DIGITS and bare.isascii() and bare.isdecimal():
        step = matching_step(bare, secret, now)
        return Proof(step=step) if step is not None and step > last_step else None
    if len(bare) == _LONG and set(bare) <= set(_LETTERS):
        return Proof(recovery_code=bare)
    return None


def bare_code(typed: str) -> str:
    """A code without spaces and hyphens, in plain digits and letters however the keyboard wrote them."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", typed).lower() if sign.isalnum())


def matching_step(code: str, secret: str, now: datetime) -> int | None:
    """The step of now, counted from 1970, if this is its code; None if not.

    No step before or after: a code is good for its 30 seconds (ASVS 6.5.5). A telephone takes its time from the network; one
    that is a few seconds late is in with the next code.
    """
    if not secret or not code.isascii():
        return None
    step = int(now.timestamp()) // STEP_SECONDS
    return step if hmac.compare_digest(pyotp.TOTP(secret).at(step * STEP_SECONDS), code) else None


def new_recovery_codes() -> tuple[str, ...]:
    """As they are kept; `as_written` is how they are shown."""
    return tuple("".join(secrets.choice(_LETTERS) for _ in range(_LONG)) for _ in range(RECOVERY_CODES))


def as_written(code: str) -> str:
    return "-".join(code[at : at + _GROUP_LETTERS] for at in range(0, len(code), _GROUP_LETTERS))
