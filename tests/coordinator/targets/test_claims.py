"""Two coordinators claim the same thousand leads at once, each in a process of their own: nobody gets what the other
has.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from bot.store.store import Store
from tests.coordinator.site import Clock
from tests.coordinator.work.families import girl, hands_over

LEADS = 1000
CLAIM = """
import asyncio, json, random, sys
from pathlib import Path
from bot.store.store import Store
from brasle_prescreen.lead_work import Refused

async def main(folder, by, codes):
    store = Store.open(Path(folder), beside_server=True)
    random.Random(by).shuffle(codes)
    got, lost = [], {}
    async def claim(code):
        try:
            await store.desk.claim(code, by)
            got.append(code)
        except Refused as refused:
            lost[code] = refused.holder
    for start in range(0, len(codes), 50):
        # Both begin each round together, so that neither is done before the other has come.
        print("ready", flush=True)
        sys.stdin.readline()
        await asyncio.gather(*(claim(code) for code in codes[start:start + 50]))
    await store.close()
    print(json.dumps({"got": got, "lost": lost}))

asyncio.run(main(sys.argv[1], sys.argv[2], json.loads(sys.stdin.readline())))
"""
LI, WANG = "account:S-222222", "account:S-333333"


async def test_two_processes_never_both_get_a_lead(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data", clock=Clock())
    lead: dict[str, Any] = {"packet": {}, "contact": {"name": "Lin", "way": "phone", "value": "+8613800138000"}}
    codes = await asyncio.gather(*(hands_over(store, girl(), **lead) for _ in range(LEADS)))
    random.Random(4).shuffle(codes)
    claiming = {by: start(tmp_path / "data", by) for by in (LI, WANG)}
    for one in claiming.values():
        assert one.stdin is not None
        one.stdin.write(json.dumps(codes) + "\n")
        one.stdin.flush()
    for _ in range(LEADS // 50):
        for one in claiming.values():
            assert one.stdout is not None
            assert await asyncio.to_thread(one.stdout.readline) == "ready\n"
        for one in claiming.values():
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
    said = await asyncio.gather(*(asyncio.to_thread(one.communicate, None, 120) for one in claiming.values()))
    li, wang = (json.loads(out) for out, _ in said)
    assert not set(li["got"]) & set(wang["got"])
    assert sorted(li["got"] + wang["got"]) == sorted(codes)
    # Whoever came second was told who has it.
    assert set(li["lost"].values()) <= {WANG}
    assert set(wang["lost"].values()) <= {LI}
    assert li["got"]
    assert wang["got"]
    holders = {row.code: row.work.holder for row in await store.desk.queue()}
    assert holders == dict.fromkeys(li["got"], LI) | dict.fromkeys(wang["got"], WANG)
    await store.close()


def start(folder: Path, by: str) -> subprocess.Popen[str]:
    root = str(Path(__file__).parents[3])
    environment = {**os.environ, "PYTHONPATH": root}
    return subprocess.Popen(
        [sys.executable, "-c", CLAIM, str(folder), by],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
