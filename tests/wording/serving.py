"""A real server process on a copy of the texts, for tests that edit them while it runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import IO

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


class Server:
    """`python -m bot run` with its own data folder; ends with the test."""

    def __init__(self, folder: Path, data: Path, **settings: str) -> None:
        self.folder, self.data = folder, data
        self.environment = {
            **os.environ,
            "BRASLE_LOCALES": str(folder),
            "BRASLE_DATA": str(data),
            **{f"BRASLE_{name.upper()}": value for name, value in settings.items()},
        }
        self.log = (data.parent / f"{data.name}.log").open("w+")
        self.process: subprocess.Popen[str] = subprocess.Popen(
            [sys.executable, "-m", "bot", "run", "--no-browser", "--port", "0"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        assert isinstance(self.process.stdout, IO) or self.process.stdout is not None
        first = self.process.stdout.readline()
        found = ADDRESS.search(first)
        assert found, first + self.said()
        self.address = found[0]

    def said(self) -> str:
        self.log.flush()
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
        self.process.terminate()
        self.process.wait(timeout=20)
        if self.process.stdout:
            self.process.stdout.close()
        self.log.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=20)
