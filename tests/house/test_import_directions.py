"""Who may import whom: the house's one direction, held by reading the source."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("brasle_prescreen/**/*.py")])

# room -> what it must not import
FORBIDDEN = {
    "brasle_prescreen": (
        "bot",
        "sqlite3",
        "aiogram",
        "starlette",
        "asyncio",
        "transitions",
        "time",
        "random",
    ),
    "bot/flows": (
        "bot.store",
        "bot.channels",
        "bot.conversation",
        "bot.wording",
        "bot.app",
        "sqlite3",
        "asyncio",
        "random",
    ),
    "bot/store": ("bot.channels", "bot.flows", "bot.conversation", "bot.app", "aiogram", "starlette"),
    "bot/channels": ("sqlite3", "bot.store.store", "bot.app"),
    "bot/conversation.py": ("bot.channels", "aiogram", "starlette", "sqlite3", "bot.app"),
    "bot/wording.py": ("bot.store", "bot.flows", "bot.channels"),
}
CRITERION = re.compile("[IE][1-9][0-9]?")
KNOWS_SQL = "bot/store"
KNOWS_AIOGRAM = ("bot/channels/telegram", "bot/coordinator/telegram_group")


def imports(path: Path) -> set[str]:
    """Modules imported at run time: what stands under TYPE_CHECKING costs nothing and points nowhere."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    only_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in only_types:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("room", FORBIDDEN)
def test_no_import_points_the_wrong_way(room: str) -> None:
    wrong = [
        f"{name_of(path)} imports {module}"
        for path in FILES
        if name_of(path) == room or name_of(path).startswith(room + "/")
        for module in imports(path)
        for forbidden in FORBIDDEN[room]
        if module == forbidden or module.startswith(forbidden + ".")
    ]
    assert wrong == []


def test_only_the_store_knows_a_database() -> None:
    knowing = {name_of(path) for path in FILES if {"sqlite3", "sqlite_utils"} & imports(path)}
    assert {name for name in knowing if not name.startswith(KNOWS_SQL)} == set()


def test_only_telegram_knows_aiogram() -> None:
    knowing = {name_of(path) for path in FILES if any(name.split(".")[0] == "aiogram" for name in imports(path))}
    assert {name for name in knowing if not name.startswith(KNOWS_AIOGRAM)} == set()


def test_the_domain_and_the_flows_hold_no_async() -> None:
    waiting = [
        name_of(path)
        for path in FILES
        if name_of(path).startswith(("brasle_prescreen/", "bot/flows/"))
        and any(
            isinstance(node, ast.AsyncFunctionDef | ast.Await) for node in ast.walk(ast.parse(path.read_text("utf-8")))
        )
    ]
    assert waiting == []


def test_no_chinese_in_python() -> None:
    """Words for people are in locales/, words for reading and trial facts in data files."""
    found = [
        f"{name_of(path)}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if any("\u4e00" <= character <= "\u9fff" for character in line)
    ]
    assert found == []


def test_no_criterion_number_in_python() -> None:
    """A rule that knows one criterion by its number is a trial fact in the wrong place."""
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CRITERION.fullmatch(node.value)
    ]
    assert found == []
