"""The list of OWASP ASVS is whole and names real tests; and the checks of it that stand nowhere else."""

from __future__ import annotations

import ast
import asyncio
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot import log
from bot.evidence.asvs import load_asvs
from bot.intake import Polling
from bot.notices import NoticeSender
from bot.outbox import SendLater
from bot.store.records import OutboxItem
from bot.wording import Wording
from tests.browser.serving import build
from tests.house.test_evidence import ROOT, is_there

FILES = sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("brasle_prescreen/**/*.py")])
# Levels 1 and 2 of version 5.0.0, by chapter, as counted in the standard's own list; V1 has one of level 3 besides.
SIZES = {1: 27 + 1, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16, 17: 7}  # fmt: skip
# Module -> the only files that may import it.
NOT_USED: dict[str, set[str]] = {
    **{
        name: set()
        for name in ("pickle", "marshal", "shelve", "yaml", "ldap", "ldap3", "lxml", "memcache", "pymemcache")
    },
    **{
        name: set()
        for name in ("graphql", "websockets", "jwt", "authlib", "onelogin", "zipfile", "tarfile", "requests")
    },
    "xml": {"bot/evidence/results.py"},
    "subprocess": {"bot/commands/evidence.py"},
    "cryptography": {"bot/store/sealing.py"},
}
NEVER_CALLED = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "hashlib.md5", "hashlib.sha1"}
# A pragma with a number of ours, and the names of the database's own tables.
STATEMENTS_OF_OURS = {"bot/store/connection.py", "bot/store/copying.py", "bot/store/schema.py"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def every_node() -> list[tuple[str, ast.AST]]:
    found: list[tuple[str, ast.AST]] = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom | ast.Call):
                found.append((name_of(path), node))
    return found


def nodes(kind: type[ast.AST]) -> Iterator[tuple[str, Any]]:
    return (one for one in every_node() if isinstance(one[1], kind))


def test_the_list_is_whole() -> None:
    asvs = load_asvs()
    assert {int(number): chapter.size for number, chapter in asvs.chapter.items()} == SIZES
    assert sum(SIZES.values()) - 1 == asvs.expected
    for number, chapter in asvs.chapter.items():
        assert all(name.startswith(f"{number}.") for name in chapter.requirement)


def test_every_answer_names_what_is_there() -> None:
    answers = [answer for chapter in load_asvs().chapter.values() for answer in chapter.requirement.values()]
    assert sorted({test for one in answers for test in one.tests if not is_there(test)}) == []
    assert sorted({name for one in answers for name in one.documents if not (ROOT / name).exists()}) == []


def test_what_is_said_not_to_be_used_is_not_used() -> None:
    found = []
    for file, node in nodes(ast.Import):
        found += [(file, alias.name.split(".")[0]) for alias in node.names]
    found += [(file, node.module.split(".")[0]) for file, node in nodes(ast.ImportFrom) if node.module]
    assert [one for one in found if one[0] not in NOT_USED.get(one[1], {one[0]})] == []
    called = [(file, ast.unparse(node.func)) for file, node in nodes(ast.Call)]
    assert [one for one in called if one[1] in NEVER_CALLED] == []
    ciphers = [alias.name for file, node in nodes(ast.ImportFrom) if "ciphers" in (node.module or "") for alias in node.names]  # fmt: skip
    assert ciphers == ["AESGCM"]


def test_no_statement_is_put_together_from_values() -> None:
    written = (ast.Constant, ast.Subscript, ast.Name)
    made = {
        file
        for file, node in nodes(ast.Call)
        if isinstance(node.func, ast.Attribute)
        and node.func.attr in ("execute", "executemany", "executescript")
        and node.args
        and not isinstance(node.args[0], written)
    }
    assert made <= STATEMENTS_OF_OURS


@pytest.fixture
def app() -> Starlette:
    return build().app


def test_every_answer_names_its_type_and_characters(app: Starlette) -> None:
    client = TestClient(app)
    for address in ("/", "/nowhere", "/healthz", "/static/browser.css"):
        answer = client.get(address)
        assert re.fullmatch(r"text/(html|plain|css); charset=utf-8", answer.headers["content-type"]), address
    assert "javascript" in client.get("/static/browser.js").headers["content-type"]


def test_no_other_origin_is_let_in_and_trace_does_nothing(app: Starlette) -> None:
    client = TestClient(app, headers={"origin": "https://elsewhere.example"})
    answers = [client.get("/"), client.options("/"), client.request("TRACE", "/"), client.get("/healthz")]
    assert [answer.status_code for answer in answers] == [200, 405, 405, 200]
    assert not [name for answer in answers for name in answer.headers if name.startswith("access-control-")]
    assert "elsewhere.example" not in "".join(answer.text for answer in answers)


def test_strict_transport_covers_subdomains_for_a_year() -> None:
    client = TestClient(build("https://prescreen.example").app, base_url="https://prescreen.example")
    for address in ("/", "/nowhere", "/healthz", "/static/browser.css"):
        assert client.get(address).headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


def test_a_request_that_names_a_field_twice_or_too_many_is_harmless(app: Starlette) -> None:
    client = TestClient(app)
    client.get("/")
    doubled = "token=a&token=b&text=one&text=two&demo=false&role=administrator&revision=1&revision=2"
    answer = client.post("/answer?token=c", content=doubled, headers={"content-type": "application/x-www-form-urlencoded"})  # fmt: skip
    assert answer.status_code == 403
    assert "Traceback" not in answer.text


def test_password_fields_hide_and_may_be_filled_by_a_manager() -> None:
    templates = "".join(path.read_text("utf-8") for path in ROOT.glob("bot/coordinator/templates/*.html"))
    fields = re.findall(r'parts\.field\("password[a-z_]*".*', templates)
    assert len(fields) >= 6
    assert all('kind="password"' in field for field in fields)
    assert all(re.search(r'autocomplete="(current|new)-password"', field) for field in fields)
    assert not re.search("onpaste|oncopy|oncontextmenu", templates)


def test_log_lines_carry_utc() -> None:
    written = io.StringIO()
    log.set_up("INFO", "json", written)
    log.logger("bot.test").info("A line.")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", json.loads(written.getvalue())["timestamp"])


class Elsewhere:
    """A server that sends everybody on to another of its pages, and counts who comes there."""

    def __init__(self) -> None:
        self.first = asyncio.Event()
        self.followed = 0
        app = web.Application()
        app.router.add_route("*", "/elsewhere", self._there)
        app.router.add_route("*", "/{any:.*}", self._send_on)
        self._runner = web.AppRunner(app)

    async def __aenter__(self) -> Elsewhere:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _send_on(self, _: web.Request) -> web.Response:
        self.first.set()
        raise web.HTTPTemporaryRedirect("/elsewhere")

    async def _there(self, _: web.Request) -> web.Response:
        self.followed += 1
        return web.json_response({"ok": True, "result": []})


async def test_the_polling_follows_no_redirect() -> None:
    async with Elsewhere() as server, ClientSession() as session:
        polling = Polling(None, f"http://127.0.0.1:{server.port}", "1:a", stored=lambda: None)  # type: ignore[arg-type]
        status, _ = await polling._call(session, "getUpdates", {})
        assert status == 307
        assert server.followed == 0


async def test_a_notice_follows_no_redirect() -> None:
    async with Elsewhere() as server:
        target = SecretStr(f"json://127.0.0.1:{server.port}/")
        sender = NoticeSender([target], Wording.load(), "zh_Hans")
        item = OutboxItem(1, None, "notice", "0", "lead", {"code": "BR-7K3F9", "url": "https://example.org/x"}, 0)
        with pytest.raises(SendLater):
            await sender.send(item)
        assert server.first.is_set()
        assert server.followed == 0


def test_nothing_of_levels_one_and_two_is_open() -> None:
    assert load_asvs().counts()["open"] == 0
