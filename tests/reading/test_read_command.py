"""`brasle-prescreen read` and `replies`: a line in, a line out, whatever the line is."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main

REPLIES = Path(__file__).parents[1] / "replies"


def read(lines: list[str], monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> list[Any]:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\n".join(lines).encode("utf-8", "surrogatepass"))))
    assert main(["read"]) == 0
    return [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]


def asked(**values: Any) -> str:
    return json.dumps(
        {"id": "a", "kind": "when", "question": "什么时候？", "as_of": "2026-11-22", "text": "去年"} | values
    )


def test_lines_keep_their_order_and_blank_ones_are_skipped(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    out = read([asked(id="一", text="没用过"), "", asked(id=2, text="明天"), asked()], monkeypatch, capfdbinary)
    assert out == [
        {"id": "一", "predicted": "never"},
        {"id": 2, "predicted": "ask_back"},
        {"id": "a", "predicted": {"earliest": "2025-01-01", "latest": "2025-12-31"}},
    ]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "7",
        asked(kind="weather"),
        asked(text=5),
        asked(as_of="yesterday"),
        asked(as_of=None),
        asked(question=[]),
    ],
)
def test_a_line_that_is_no_reply_is_named_and_the_rest_goes_on(
    line: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    out = read([line, asked()], monkeypatch, capfdbinary)
    assert out[0]["error"]["message"]
    assert out[1]["predicted"]


def test_half_characters_do_no_harm(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    out = read([asked(id="\ud800", text="\ud83d"), asked(text="\x00去年\u202e")], monkeypatch, capfdbinary)
    assert [line["predicted"] for line in out] == ["ask_back", {"earliest": "2025-01-01", "latest": "2025-12-31"}]


def test_the_worked_replies_go_through(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    lines = (REPLIES / "worked.jsonl").read_text(encoding="utf-8").splitlines()
    out = read(lines, monkeypatch, capfdbinary)
    assert [line["id"] for line in out] == [json.loads(line)["id"] for line in lines]


def test_the_report_counts_by_kind_and_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replies", "--folder", str(REPLIES), "--kind", "phone"]) == 0
    shown = capsys.readouterr().out
    assert "read %" in shown
    assert "silent %" in shown
    assert "zh-Hant" in shown


def test_the_report_says_where_it_looked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replies", "--folder", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err
