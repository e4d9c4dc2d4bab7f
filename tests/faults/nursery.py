"""Imports once what is slow to import, then forks a server process for every line it is told: a restart takes milliseconds.

Run as a program. A line of JSON on standard input is one server's arguments; the answer is its process id. The servers
are real processes, to be killed with SIGKILL; only their imports are inherited. One told to be `held` does nothing
until it gets SIGUSR1, so that it can be watched from its first step.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import traceback
from typing import Any

GO_ON = {signal.SIGUSR1}


def main() -> None:
    from tests.faults import server  # everything that a server needs, aiogram included

    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    signal.pthread_sigmask(signal.SIG_BLOCK, GO_ON)  # inherited: one that comes early is not missed
    for line in sys.stdin:
        arguments: dict[str, Any] = json.loads(line)
        held = arguments.pop("held", False)
        process = os.fork()
        if process == 0:
            try:
                sys.stdin.close()
                os.close(1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                if held:
                    signal.sigwait(GO_ON)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, GO_ON)
                server.serve(**arguments)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)
        print(process, flush=True)


if __name__ == "__main__":
    main()
