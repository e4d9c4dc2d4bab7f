"""The port is taken before anything else starts, or the operator is told why it cannot be."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.channels.listening import NoAddress, listen
from bot.store.server_lock import holder_of


def port_of(listening: socket.socket) -> int:
    number: int = listening.getsockname()[1]
    return number


@pytest.mark.parametrize(
    ("host", "port", "words"),
    [
        ("not a host", 0, "no address is known by this name"),
        ("203.0.113.7", 0, "this machine has no such address"),
        ("127.0.0.1", 65536, "a number from 1 to 65535"),
    ],
)
def test_where_nobody_can_listen_is_said_in_words(host: str, port: int, words: str) -> None:
    with pytest.raises(NoAddress, match=words):
        listen(host, port)


def test_a_name_with_several_addresses_is_taken_at_each() -> None:
    sockets = listen("localhost", 0)
    assert sockets
    assert {one.family for one in sockets} <= {socket.AF_INET, socket.AF_INET6}
    for one in sockets:
        socket.create_connection(one.getsockname()[:2]).close()
        one.close()


def test_a_port_in_use_ends_the_start_with_words_and_lets_the_folder_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for whole_process in ("bot.log.set_up", "bot.collector.begin_loading", "bot.core_files.no_core_files"):
        monkeypatch.setattr(whole_process, lambda *_: None)
    with listen("127.0.0.1", 0)[0] as taken:
        assert main(["run", "--no-browser", "--port", str(port_of(taken))]) == 2
    assert "another program uses it" in capsys.readouterr().err
    assert holder_of(tmp_path / "data") is None
