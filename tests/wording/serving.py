"""A real server process on a copy of the texts, for tests that edit them while it runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
RUN = [sys.executable, "-m", "bot", "run", "--no-browser", "--port", "0"]


def environment(folder: Path, data: Path, **settings: str) -> dict[str, str]:
    named = {f"BRASLE_{name.upper()}": value for name, value in settings.items()}
    # The tests look at a page as often as they can, until what they wait for stands there.
    unhurried = {"BRASLE_MESSAGES_PER_MINUTE": "0"}
    return {**os.environ, **unhurried, "BRASLE_LOCALES": str(folder), "BRASLE_DATA": str(data), **named}


class Server:
    """`python -m bot run` with its own data folder; ends with the test."""

    def __init__(self, folder: Path, data: Path, **settings: str) -> None:
        self.folder, self.data = folder, data
        self.environment = environment(folder, data, **settings)
        self.log = (data.parent / f"{data.name}.log").open("w+")
        self.process = subprocess.Popen(RUN, env=self.environment, stdout=subprocess.PIPE, stderr=self.log, text=True)
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        found = ADDRESS.search(first)
        assert found, first + self.said()
        self.address = found[0]

    @staticmethod
    def run_to_its_end(folder: Path, data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
        """For a server that is not expected to start."""
        return subprocess.run(
            RUN, env=environment(folder, data, **settings), capture_output=True, text=True, timeout=60, check=False
        )

    def said(self) -> str:
        return Path(self.log.name).read_text(encoding="utf-8")

    def page(self, language: str = "zh-CN") -> str:
        request = urllib.request.Request(self.address, headers={"accept-language": language})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return str(answer.read().decode("utf-8"))

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def stop(self) -> None:
        """Nothing happens a second time."""
        self.process.terminate()
        self._ended()

    def kill(self) -> None:
        self.process.kill()
        self._ended()

    def _ended(self) -> None:
        self.process.wait(timeout=20)
        if self.process.stdout:
            self.process.stdout.close()
        self.log.close()
