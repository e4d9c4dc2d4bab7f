"""What `doctor` says of settings that are wrong, missing or meant otherwise."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.doctor import load_settings, problems
from bot.doctor_names import strange_names, what_is_set
from bot.doctor_problem import Problem
from bot.settings import Settings
from bot.store.moments import utc_now
from bot.store.server_lock import ServerLock


def told(**given: Any) -> list[Problem]:
    return [one for one in problems(Settings(_env_file=None, **given)) if "network readable" in one.wrong]


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8080",
        "127.0.0.1",
        "[::1]:8080",
        "192.168.3.4",
        "10.0.0.7",
        "[fd12::3]",
        "server",
        "ward.local",
        "pc.lan",
    ],
)
def test_a_try_out_within_the_house_needs_no_certificate(host: str) -> None:
    assert told(public_url=f"http://{host}") == []
    [found] = told(public_url=f"http://{host}", demo=False, plain_http=True)
    assert (found.setting, found.stops) == ("BRASLE_PUBLIC_URL", True)


@pytest.mark.parametrize("host", ["study.example.org", "8.8.8.8", "[2a00:1450::1]:8080", "hospital.cn:8080"])
def test_a_public_address_that_is_not_https_stops_the_start_also_of_a_try_out(host: str) -> None:
    [found] = told(public_url=f"http://{host}")
    assert (found.setting, found.stops) == ("BRASLE_PUBLIC_URL", True)
    assert "BRASLE_PLAIN_HTTP=true" in found.remedy
    [found] = told(public_url=f"http://{host}", plain_http=True)
    assert (found.setting, found.stops) == ("BRASLE_PLAIN_HTTP", False)
    [found] = told(public_url=f"http://{host}", demo=False, plain_http=True)
    assert (found.setting, found.stops, "PLAIN" in found.remedy) == ("BRASLE_PUBLIC_URL", True, False)
    assert told(public_url=f"https://{host}") == []


def test_a_list_of_leaked_passwords_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    missing = tmp_path / "leaked.txt"
    [found] = [one for one in problems(Settings(_env_file=None, leaked_passwords=missing)) if "LEAKED" in one.setting]
    assert found.stops
    missing.write_text("one\n")
    assert not [one for one in problems(Settings(_env_file=None, leaked_passwords=missing)) if "LEAKED" in one.setting]


def named(name: str, **given: Any) -> list[tuple[bool, str]]:
    """What is said of one setting: whether it stops the start, and the words."""
    found = problems(Settings(_env_file=None, **given))
    return [(one.stops, one.line()) for one in found if one.setting == name]


@pytest.mark.parametrize(
    "address",
    [
        "http://[::1",
        "study.example.org",
        "https://study.example.org/brasle",
        "https://me:pw@study.example.org",
        "https://study.example.org:port",
        "https://",
        "https://study.example.org/?a=b",
        "https://a study.org",
    ],
)
def test_a_public_address_names_a_server_and_nothing_more(address: str) -> None:
    [(stops, words)] = named("BRASLE_PUBLIC_URL", public_url=address)
    assert (stops, "Write it like https://" in words) == (True, True)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("BRASLE_PORT", "many", "is not a whole number"),
        ("BRASLE_PORT", "99999", "is too large: at most 65535"),
        ("BRASLE_KEEP_DECLINED_DAYS", "0", "is too small: at least 1"),
        ("BRASLE_DEMO", "perhaps", "is neither true nor false"),
        ("BRASLE_LOG_LEVEL", "loud", "may be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("BRASLE_FIRST_CALL_HOURS", "soon", "is not a number"),
        ("BRASLE_TELEGRAM_GROUP", "5", "must be below 0"),
        ("BRASLE_TRUST_PROXY", "proxy", "is no address in digits"),
        ("BRASLE_DIGEST", "25:00", "are no times of day"),
        ("TELEGRAM_PROXY", "proxy.example.org:3128", "is no address of a web proxy"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_plain_words(
    name: str, value: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    said = load_settings()
    assert isinstance(said, str)
    assert said.startswith(f"STOP  {name}: ")
    assert words in said
    assert "Value error" not in said


def test_a_level_of_the_log_may_be_written_small() -> None:
    assert Settings(_env_file=None, log_level="warning").log_level == "WARNING"


def test_a_data_folder_that_cannot_be_is_said_before_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    [(stops, words)] = named("BRASLE_DATA", data=tmp_path / "file" / "data")
    assert (stops, "file is not a folder" in words) == (True, True)
    [(stops, words)] = named("BRASLE_DATA", data=Path("/proc/self/data"))
    assert (stops, "cannot be made" in words) == (True, True)
    assert named("BRASLE_DATA", data=tmp_path / "not" / "there" / "yet") == []


def test_a_master_key_that_opens_nothing_is_said_before_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRASLE_MASTER_KEY", "short")
    [(stops, words)] = named("BRASLE_MASTER_KEY", data=tmp_path)
    assert (stops, "short" in words, "is not a key in base64" in words) == (True, False, True)
    monkeypatch.delenv("BRASLE_MASTER_KEY")
    assert named("BRASLE_MASTER_KEY", data=tmp_path) == []
    (tmp_path / "keys.sqlite3").touch()
    [(stops, words)] = named("BRASLE_MASTER_KEY", data=tmp_path)
    assert (stops, "Put the saved copy back" in words) == (True, True)


def test_a_secret_of_the_webhook_is_one_that_telegram_takes() -> None:
    https = {"public_url": "https://study.example.org", "bot_token": "123456789:" + "A" * 35}
    [(stops, words)] = named("BRASLE_WEBHOOK_SECRET", webhook_secret="two words", **https)
    assert (stops, "two words" in words) == (True, False)
    [(stops, words)] = named("BRASLE_WEBHOOK_SECRET", webhook_secret="short_1", **https)
    assert (stops, "is short" in words) == (False, True)
    assert named("BRASLE_WEBHOOK_SECRET", webhook_secret="a" * 64, **https) == []


def test_whoever_hears_second_is_no_use_without_the_first() -> None:
    [(stops, words)] = named("BRASLE_NOTIFY", notify_second="json://localhost", demo=False)
    assert (stops, "nobody is told anything" in words) == (True, True)


def test_a_name_that_nobody_reads_is_said_with_the_one_that_was_meant(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("BRASLE_SIET_NAME=x\nbrasle_port=1\nBRASLE_MASTER_KEY=x\nXYZ=1\n")
    environ = {"BRASLE_BOT_TOKEN": "x", "BRASLE_SECRETS": "/x", "PATH": "/bin"}
    found = {one.setting: f"{one.wrong} {one.remedy}" for one in strange_names(environ, file)}
    assert list(found) == ["BRASLE_BOT_TOKEN", "BRASLE_SIET_NAME", "BRASLE_MASTER_KEY", "XYZ"]
    assert found["BRASLE_BOT_TOKEN"].endswith("Is it BOT_TOKEN?")
    assert found["BRASLE_SIET_NAME"].endswith("Is it BRASLE_SITE_NAME?")
    assert "where it is not read" in found["BRASLE_MASTER_KEY"]


def test_what_is_set_is_told_and_no_secret_of_it() -> None:
    token = "123456789:" + "A" * 35
    settings = Settings(
        _env_file=None, port=41234, bot_token=token, notify="json://user:pw@localhost", may_reach="a.example b.example"
    )
    assert list(what_is_set(settings)) == [
        "ok    BOT_TOKEN: is set, and not shown",
        "ok    BRASLE_MAY_REACH: a.example b.example",
        "ok    BRASLE_PORT: 41234",
        "ok    BRASLE_NOTIFY: 1 of them",
    ]


def test_doctor_says_that_the_port_is_taken_unless_by_our_own_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("BRASLE_METRICS_PORT", str(other.getsockname()[1]))
        monkeypatch.setenv("BRASLE_PORT", "0")
        assert main(["doctor"]) == 2
        assert "choose another port with BRASLE_METRICS_PORT." in capsys.readouterr().out
        monkeypatch.delenv("BRASLE_METRICS_PORT")
        monkeypatch.setenv("BRASLE_PORT", str(other.getsockname()[1]))
        assert main(["doctor"]) == 2
        assert "choose another port with BRASLE_PORT." in capsys.readouterr().out
        lock = ServerLock.take(tmp_path / "data", utc_now())
        assert main(["doctor"]) == 0
        lock.release()
    monkeypatch.setenv("BRASLE_HOST", "0.0.0.0")  # noqa: S104
    monkeypatch.setenv("BRASLE_PORT", "0")
    assert main(["doctor"]) == 0
    assert "note  BRASLE_HOST: lets other machines reach" in capsys.readouterr().out


def test_the_example_of_settings_holds_settings_only_and_can_be_read() -> None:
    example = Path(__file__).parents[2] / "deploy" / "brasle-prescreen.env"
    assert list(strange_names({}, example)) == []
    settings = Settings(_env_file=example)
    assert (settings.demo, settings.log_format, settings.notify, settings.residency) == (False, "json", (), "")
    assert {one.setting for one in problems(settings) if one.stops} <= {"trial files"}


def test_a_password_within_an_address_is_not_repeated() -> None:
    set_so = Settings(_env_file=None, public_url="https://ward:Secret-1@study.example.org")
    assert "Secret-1" not in "\n".join(what_is_set(set_so))
