"""Few libraries, each locked with its hash; what only a part needs is an extra that nothing else imports."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot import extras
from bot.doctor import problems
from bot.extras import EXTRAS, how_to_get, is_there
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
FILES = sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("brasle_prescreen/**/*.py")])
MOST_DIRECT = 19
# Where each extra's modules may be imported; a name that ends with a star is a beginning.
AT_HOME = {
    "telegram": ("bot/channels/telegram*", "bot/coordinator/telegram_group*", "bot/intake.py"),
    "notices": ("bot/notices.py", "bot/doctor.py", "bot/residency.py"),
    "spreadsheets": ("bot/coordinator/spreadsheet.py",),
    "holidays": ("bot/coordinator/workdays.py",),
    "qr": ("bot/coordinator/one_time_codes.py",),
    "metrics": ("bot/metrics.py",),
    "terminal": ("bot/channels/terminal.py", "bot/commands/chat.py", "bot/progress.py"),
    "locales": ("bot/locale_checks/reading_hsk.py",),
    "fhir": ("bot/records/*",),
    "passkeys": ("bot/coordinator/passkeys.py",),
}
# A process in which no extra is installed.
WITHOUT = "import sys; sys.modules.update(dict.fromkeys({modules!r}))\n"
BLOCKED = sorted(module for modules in EXTRAS.values() for module in modules)
CORE = """
import json, os
from bot.__main__ import main
import bot.app, bot.channels.browser, bot.channels.web, bot.coordinator.console, bot.coordinator.export_page
import bot.announcer, bot.conversation, bot.outbox, bot.worker, bot.webhook
from bot.coordinator.export_page import FORMS
from bot.coordinator.one_time_codes import picture
from bot.coordinator.workdays import china
from bot.app import App
from bot.doctor import problems
from bot.settings import Settings
from datetime import date
settings = Settings()
App(settings).store.close_now()
assert main(["assess"]) == 0
assert main(["chat"]) == 2
assert FORMS == ("csv",)
assert picture("ABCDEFGH", "a") == ""
china(date(2026, 10, 1))
told = problems(settings.model_copy(update={"metrics_port": 9}))
assert [one.setting for one in told if one.stops] == ["BRASLE_METRICS_PORT"], told
assert {one.setting for one in told} >= {"extra holidays", "extra spreadsheets", "extra qr"}
"""


def name_of(requirement: str) -> str:
    return re.split(r"[<>=\[; ]", requirement, maxsplit=1)[0]


def test_the_core_install_is_small() -> None:
    assert len(PROJECT["dependencies"]) <= MOST_DIRECT
    # A package named "tests" would stand in the way of everybody else's.
    assert PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["bot", "brasle_prescreen"]


def test_every_extra_is_known_and_part_of_all() -> None:
    declared = PROJECT["optional-dependencies"]
    assert set(declared) == {*EXTRAS, "all"}
    assert set(AT_HOME) == set(EXTRAS)
    [everything] = declared["all"]
    assert set(everything.partition("[")[2].rstrip("]").split(",")) == set(EXTRAS)
    assert {extra: len(declared[extra]) for extra in EXTRAS} == {extra: len(names) for extra, names in EXTRAS.items()}
    core = {name_of(one) for one in PROJECT["dependencies"]}
    assert core.isdisjoint(name_of(one) for extra in EXTRAS for one in declared[extra])


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_an_extra_is_imported_only_where_it_is_used() -> None:
    wrong = []
    for path in FILES:
        name, modules = path.relative_to(ROOT).as_posix(), imported(path)
        for extra, of_extra in EXTRAS.items():
            at_home = any(name == one or (one.endswith("*") and name.startswith(one[:-1])) for one in AT_HOME[extra])
            if modules & set(of_extra) and not at_home:
                wrong.append(f"{name} imports {extra}")
    assert wrong == []


def test_without_any_extra_browser_console_and_assess_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRASLE_DATA", str(tmp_path / "data"))
    code = WITHOUT.format(modules=BLOCKED) + CORE
    request = '{"as_of": "2026-11-22", "answers": {}}'
    done = subprocess.run(
        [sys.executable, "-c", code], input=request, capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "pip install 'brasle-prescreen[terminal]'" in done.stderr


@pytest.mark.parametrize(
    ("extra", "setting"),
    [
        ("telegram", {"bot_token": "123456789:AAabcdefghijklmnopqrstuvwxyz"}),
        ("notices", {"notify": "json://127.0.0.1"}),
    ],
)
def test_a_setting_whose_extra_is_missing_stops_the_start_in_words(
    extra: str, setting: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_there(extra)
    settings = Settings.model_validate(setting)
    assert not [one for one in problems(settings) if one.stops]
    monkeypatch.setattr(extras, "find_spec", lambda module: None if module in EXTRAS[extra] else module)
    [found] = [one for one in problems(settings) if one.stops]
    assert found.wrong == f"is set, and needs the extra {extra}."
    assert found.remedy == how_to_get(extra)


def test_every_library_is_locked_with_its_hash() -> None:
    packages = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    ours = [one["name"] for one in packages if "registry" not in one["source"]]
    assert ours == ["brasle-prescreen"]
    for package in packages:
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"]) for file in files), package["name"]
        assert files or package["name"] == "brasle-prescreen", package["name"]
    locked = {package["name"] for package in packages}
    named = [*PROJECT["dependencies"], *(one for extra in EXTRAS for one in PROJECT["optional-dependencies"][extra])]
    assert {name_of(one).lower().replace("_", "-").replace(".", "-") for one in named} <= locked
    assert "--hash=sha256:" in (ROOT / "tools.lock").read_text("utf-8")
