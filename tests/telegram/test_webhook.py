"""The webhook: 200 means stored for good, nobody without the secret gets in, nothing makes it stumble."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.store.errors import StoreUnavailable
from bot.store.records import RawUpdate
from bot.store.store import Store
from bot.webhook import LARGEST_BODY, WebhookReceiver

SECRET = "s3cret-Token_1"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE = {"update_id": 5, "message": {"message_id": 1, "chat": {"id": 7}, "text": "hello"}}


class Rig:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.woken = 0
        self.receiver = WebhookReceiver(store, SECRET, stored=self.wake)

    def wake(self) -> None:
        self.woken += 1

    async def post(self, body: bytes, *secrets: bytes) -> int:
        async def stream() -> AsyncIterator[bytes]:
            for at in range(0, len(body), 65_536):
                yield body[at : at + 65_536]

        return await self.receiver.receive(list(secrets), stream())

    async def stored(self) -> list[int]:
        return [item.update_id for item in await self.store.pending(100)]


@pytest.fixture
def rig(store: Store) -> Rig:
    return Rig(store)


async def test_an_update_is_stored_before_it_is_answered_and_once(rig: Rig) -> None:
    body = json.dumps(UPDATE).encode()
    assert await rig.post(body, SECRET.encode()) == 200
    assert await rig.post(body, SECRET.encode()) == 200
    assert await rig.stored() == [5]
    assert rig.woken == 2


@pytest.mark.parametrize(
    "secrets",
    [
        (),
        (b"",),
        (b"wrong",),
        (SECRET.encode() + b" ",),
        (SECRET.upper().encode(),),
        ("s3cret-T\u00f6ken_1".encode(),),
        (b"\xff\xfe",),
        (SECRET.encode(), SECRET.encode()),
        (SECRET.encode(), b"wrong"),
    ],
)
async def test_nobody_without_the_secret_gets_in(rig: Rig, secrets: tuple[bytes, ...]) -> None:
    assert await rig.post(json.dumps(UPDATE).encode(), *secrets) == 401
    assert await rig.stored() == []


async def test_the_body_of_a_stranger_is_not_even_read(rig: Rig) -> None:
    async def endless() -> AsyncIterator[bytes]:
        raise AssertionError("read")
        yield b""

    assert await rig.receiver.receive([b"wrong"], endless()) == 401


async def test_a_body_without_end_is_cut_off(rig: Rig) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65_536

    assert await rig.receiver.receive([SECRET.encode()], endless()) == 413
    assert await rig.post(b" " * LARGEST_BODY + b"{}", SECRET.encode()) == 413


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xff", b"not json", b'{"update_id": 1', b"\xef\xbb\xbf{}\x00"])
async def test_what_is_no_json_is_refused(rig: Rig, body: bytes) -> None:
    assert await rig.post(body, SECRET.encode()) == 400
    assert await rig.stored() == []


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"null",
        b'{"update_id": "5"}',
        b'{"message": {}}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"update_id": ' + b"9" * 5000 + b"}",
    ],
)
async def test_what_is_no_update_is_set_aside_so_that_it_does_not_come_again(rig: Rig, body: bytes) -> None:
    assert await rig.post(body, SECRET.encode()) == 200
    assert await rig.stored() == []
    assert len(await rig.store.quarantined()) == 1


async def test_nested_just_as_deep_as_it_can_still_be_read_it_is_stored(rig: Rig) -> None:
    for number, depth in enumerate(range(900, 1000)):
        body = (
            b'{"update_id":%d,"message":{"chat":{"id":7},"message_id":' % number + b"[" * depth + b"]" * depth + b"}}"
        )
        assert await rig.post(body, SECRET.encode()) == 200, depth
    waits = await rig.store.pending(1000)
    assert len(waits) + len(await rig.store.quarantined()) == 100
    assert all(item.chat == "7" for item in waits)


async def test_a_store_that_cannot_be_used_makes_telegram_keep_it(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(updates: Sequence[RawUpdate]) -> int:
        raise StoreUnavailable("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(rig.store, "keep_updates", full)
        assert await rig.post(json.dumps(UPDATE).encode(), SECRET.encode()) == 503
        assert rig.woken == 0
    assert await rig.post(json.dumps(UPDATE).encode(), SECRET.encode()) == 200


def test_a_webhook_without_a_secret_is_refused_at_the_start(store: Store) -> None:
    with pytest.raises(ValueError, match="WEBHOOK_SECRET"):
        WebhookReceiver(store, "", stored=lambda: None)


def test_over_http_it_answers_the_same(store: Store) -> None:
    receiver = WebhookReceiver(store, SECRET, stored=lambda: None)
    app = Starlette(routes=[Route("/hook", receiver.endpoint, methods=["POST"])])
    with TestClient(app) as client:
        body = json.dumps(UPDATE)
        assert client.post("/hook", content=body, headers={HEADER: SECRET}).status_code == 200
        assert client.post("/hook", content=body).status_code == 401
        spoofed = {HEADER: "wrong", "X-Forwarded-For": "149.154.167.220", "X-Real-Ip": "149.154.167.220"}
        assert client.post("/hook", content=body, headers=spoofed).status_code == 401
        odd = {HEADER.encode(): "\u79d8\u5bc6".encode()}
        assert client.post("/hook", content=body, headers=odd).status_code == 401
        assert client.get("/hook").status_code == 405


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(
    some.binary(max_size=300) | some.from_regex(rb'\{"update_id": ?[0-9]{1,30}.{0,50}\}', fullmatch=True),
    some.none() | some.binary(max_size=30) | some.just(SECRET.encode()),
)
async def test_nothing_that_anybody_sends_makes_it_stumble(rig: Rig, body: bytes, secret: bytes | None) -> None:
    status = await rig.post(body, *([secret] if secret is not None else []))
    assert status in ((200, 400) if secret == SECRET.encode() else (401,))
