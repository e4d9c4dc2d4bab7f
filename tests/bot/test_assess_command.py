"""`brasle-prescreen assess` as a process: exit status, encoding, and what it must not import."""

from __future__ import annotations

import json
import subprocess
import sys

GOOD = {"id": "药", "as_of": "2026-11-22", "answers": {"diagnosis": "sle"}}
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}


def run(text: bytes) -> subprocess.CompletedProcess[bytes]:
    """In a locale that knows no Chinese: the contract's encoding is UTF-8 whatever the machine prefers."""
    command = [sys.executable, "-m", "bot", "assess"]
    return subprocess.run(command, input=text, capture_output=True, check=False, env=ENVIRONMENT)


def test_one_object() -> None:
    done = run(json.dumps(GOOD, ensure_ascii=False, indent=1).encode())
    assert done.returncode == 0
    assert done.stderr == b""
    assert done.stdout.count(b"\n") == 1
    assert json.loads(done.stdout)["id"] == "药"
    assert "药".encode() in done.stdout


def test_one_object_that_is_refused_gives_status_2() -> None:
    done = run(json.dumps(GOOD | {"answers": {"steroid": "yes"}}).encode())
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["key"] == "steroid"


def test_text_that_is_no_object_gives_status_2() -> None:
    done = run(b"hello")
    assert done.returncode == 2
    assert json.loads(done.stdout) == {"id": None, "error": {"key": "", "message": "not a JSON object"}}


def test_many_lines_give_status_0_whatever_is_in_them() -> None:
    done = run(b"hello\n" + json.dumps(GOOD).encode() + b"\n\n{}\n")
    assert done.returncode == 0
    assert ["error" in json.loads(line) for line in done.stdout.splitlines()] == [True, False, True]


def test_nothing_gives_nothing() -> None:
    done = run(b"\n")
    assert (done.returncode, done.stdout) == (0, b"")


def test_a_reader_that_stops_early_is_no_error() -> None:
    lines = (json.dumps(GOOD) + "\n").encode() * 3000
    command = f"{sys.executable} -m bot assess | head -n 1"
    done = subprocess.run(["/bin/sh", "-c", command], input=lines, capture_output=True, check=False)
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""


def test_it_starts_without_the_heavy_parts() -> None:
    code = (
        "import sys; from bot.__main__ import main; status = main(['assess']);"
        "print(status, *sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(GOOD).encode(), capture_output=True, check=True
    )
    status, *modules = done.stderr.decode().split()
    assert status == "0"
    heavy = {
        "aiogram",
        "starlette",
        "fastapi",
        "sqlite_utils",
        "apprise",
        "pydantic",
        "aiohttp",
        "babel",
        "yaml",
        "asyncio",
    }
    assert not heavy & set(modules)
