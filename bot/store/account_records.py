"""What the store takes and gives about those who work in the console. All moments are in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.store.errors import StoreError

State = Literal["invited", "active", "disabled"]
Stage = Literal["enrolling", "signed_in"]


class UnknownAccount(StoreError, LookupError):
    """Nobody has this name or this id."""


class NameTaken(StoreError, ValueError):
    """Somebody else signs in with this name."""


class LastAdministrator(StoreError):
    """Without this one, nobody could let anybody in from the console any more."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may work in the console. `signed_in`: when last; `invited_until`: an open invitation."""

    id: str
    name: str
    state: State
    role: str
    language: str
    created: datetime
    signed_in: datetime | None = None
    invited_until: datetime | None = None
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Somebody to let in."""

    name: str
    role: str
    language: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link's secret, known only now: of it nothing but a keyed hash is kept."""

    account: str
    token: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class OpenLink:
    """What a link's secret opens."""

    account: str
    name: str
    language: str
    kind: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is needed to find out whether an attempt to sign in is right; empty for a name that nobody has.

    It counts as failed until it is proved right, so that many at once are not more guesses than one by one.
    `secret` is that of the one-time codes; `step` the 30-second step of the last code used.
    """

    account: str = ""
    password: str = ""
    secret: str = ""
    step: int = 0
    known_browser: bool = False


@dataclass(frozen=True, slots=True)
class Locked:
    """Too many attempts were wrong: none is looked at before `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """What proved an attempt right: the step of a one-time code, or a recovery code, then used up; or a passkey, by its
    credential's id, whose device counts `count` signatures by now.
    """

    step: int | None = None
    recovery_code: str | None = None
    passkey: bytes | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey to keep. `public_key` in COSE form; `name` is what its owner calls it."""

    credential: bytes
    public_key: bytes
    count: int
    name: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it. `mark` stands for it in forms."""

    mark: str
    credential: bytes
    name: str
    added: datetime
    used: datetime | None = None


@dataclass(frozen=True, slots=True)
class PasskeyKey:
    """What a signature is checked with. `count` is how many signatures its device had counted last."""

    public_key: bytes
    user_handle: bytes
    count: int


@dataclass(frozen=True, slots=True)
class Proved:
    """An attempt that was right. `browser` is the secret by which this browser is known from now on.

    `rehashed` is the password under newer parameters, if those of before are out of date.
    """

    name: str
    account: str
    proof: Proof
    browser: str
    rehashed: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What proves somebody from now on: the password's hash, the secret of the codes, recovery codes.

    `browser` is the secret by which this browser is known.
    """

    password: str
    secret: str
    step: int
    recovery_codes: tuple[str, ...]
    browser: str


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to begin: its secret, how the browser calls itself, when it ends whatever happens."""

    token: str
    browser: str
    expires: datetime
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is at a browser. `kept` (sealed) is what it alone is shown: a new secret, recovery codes."""

    mark: str
    account: str
    name: str
    role: str
    language: str
    stage: Stage
    browser: str
    created: datetime
    seen: datetime
    expires: datetime
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in of an account. `is_new`: in a browser that had not been used before."""

    at: datetime
    browser: str
    is_new: bool
    by_recovery_code: bool
    by_passkey: bool = False
