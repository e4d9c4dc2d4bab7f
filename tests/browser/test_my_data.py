"""Everything that is kept, as a file: to who has the browser's cookie and nobody else; not through a messenger."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from bot.channels.browser import BrowserChannel
from bot.channels.web import web_app
from bot.conversation import Conversation
from bot.wording import Wording
from tests.bot.family import BOY, Clock, Family, conversation


def browser(talk: Conversation) -> TestClient:
    channel = BrowserChannel(talk, Wording.load(), talk._store.redeem_link, export=talk._store.family_export)

    async def healthy() -> bool:
        return True

    return TestClient(web_app(channel.routes(), channel.error_page, https=False, healthy=healthy))


async def test_the_file_holds_what_the_family_gave_and_no_score(tmp_path: Path) -> None:
    talk = conversation(tmp_path / "data", Clock())
    family = Family(talk, "browser", "a" * 43)
    await family.begin()
    await family.answer(BOY)
    await family.command("mydata")
    assert [one.url for one in family.shown.reply.choices if one.id == "export"] == ["/my-data.json"]
    kept = await talk._store.family_export("browser", family.address)
    assert set(BOY) <= set(kept["dialogue"]["interview"]["given"])
    assert kept["permissions"][0]["state"] == "given"
    assert await talk._store.family_export("browser", "b" * 43) == {}


def test_a_stranger_gets_nothing(tmp_path: Path) -> None:
    client = browser(conversation(tmp_path / "data", Clock()))
    assert client.get("/my-data.json").status_code == 404
    client.get("/")
    assert client.get("/my-data.json").status_code == 404


def test_the_file_comes_as_an_attachment_that_nothing_keeps(tmp_path: Path) -> None:
    client = browser(conversation(tmp_path / "data", Clock()))
    client.get("/")
    page = client.get("/").text
    token = page.split('name="token" value="')[1].split('"')[0]
    pressed = client.post("/answer", data={"token": token, "revision": "0", "button": "language:en"})
    assert pressed.status_code == 200
    file = client.get("/my-data.json")
    assert file.status_code == 200
    assert file.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    assert "no-store" in file.headers["cache-control"]
    assert file.json()["dialogue"]["language"] == "en"


async def test_a_messenger_sends_no_answers_but_the_way_to_them(tmp_path: Path) -> None:
    family = Family(conversation(tmp_path / "data", Clock()), "telegram")
    await family.begin()
    await family.command("export")
    assert family.key == "export.elsewhere"
    await family.tap("link")
    assert family.notes == ["later.here_is_link"]
    await family.tap("close")
    assert family.card == "respondent"
