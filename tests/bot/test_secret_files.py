"""Secrets in files: taken where the environment says nothing, never printed, and refused in words."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from bot.doctor import load_settings
from bot.settings import Settings
from bot.store.errors import MasterKeyError
from bot.store.master_key import read_master_key

TOKEN = "42:" + "B" * 35


def test_settings_are_taken_from_files_and_the_environment_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "BOT_TOKEN").write_text(TOKEN + "\n")
    (tmp_path / "BRASLE_WEBHOOK_SECRET").write_text("of the file")
    monkeypatch.setenv("BRASLE_SECRETS", str(tmp_path))
    monkeypatch.setenv("BRASLE_WEBHOOK_SECRET", "of the environment")
    settings = load_settings()
    assert isinstance(settings, Settings)
    assert settings.bot_token is not None
    assert settings.bot_token.get_secret_value() == TOKEN
    assert settings.webhook_secret is not None
    assert settings.webhook_secret.get_secret_value() == "of the environment"
    assert TOKEN not in repr(settings)


def test_the_master_key_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets, data = tmp_path / "secrets", tmp_path / "data"
    secrets.mkdir()
    data.mkdir()
    monkeypatch.setenv("BRASLE_SECRETS", str(secrets))
    key = bytes(range(32))
    (secrets / "BRASLE_MASTER_KEY").write_bytes(base64.b64encode(key) + b"\n")
    assert read_master_key(data, may_create=True) == key
    assert not list(data.iterdir()), "no second key is made"
    (secrets / "BRASLE_MASTER_KEY").write_bytes(b"\xff\xfe")
    with pytest.raises(MasterKeyError, match="BRASLE_MASTER_KEY"):
        read_master_key(data, may_create=True)


def test_a_folder_that_is_not_there_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRASLE_SECRETS", str(tmp_path / "nowhere"))
    told = load_settings()
    assert isinstance(told, str)
    assert told.startswith("STOP  BRASLE_SECRETS")
    assert "nowhere" in told


def test_a_file_that_cannot_be_read_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "BOT_TOKEN").write_bytes(b"\xff\xfe")
    monkeypatch.setenv("BRASLE_SECRETS", str(tmp_path))
    told = load_settings()
    assert isinstance(told, str)
    assert told.startswith("STOP  BOT_TOKEN: its file")
