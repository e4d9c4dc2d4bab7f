"""What `doctor` says of an address that is not https, and of a list that it cannot read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.doctor import Problem, problems
from bot.settings import Settings


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
