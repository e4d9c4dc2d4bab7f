"""The whole program as a process of its own, with its log in JSON on standard error; one JSON object is its argument."""

from __future__ import annotations

import json
import sys

from bot import log
from tests.faults.server import serve

if __name__ == "__main__":
    log.set_up("INFO", "json")
    serve(**json.loads(sys.argv[1]))
