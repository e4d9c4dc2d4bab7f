"""Who runs a command, as the trail names them: the account of the system, not what somebody says."""

from __future__ import annotations

import argparse
import os


def a_name(typed: str) -> str:
    """What `--by` takes: somebody's name, as the lead's history shows it. Never an account or a part of the program:
    their steps are their own.
    """
    if not typed.strip() or ":" in typed or typed in ("program", "family", "outbox"):
        raise argparse.ArgumentTypeError("give a person's name; accounts act in the console")
    return typed


def operator() -> str:
    """The name behind the process, with the one behind `sudo`."""
    name = _name()
    behind = os.environ.get("SUDO_USER", "")
    return f"command:{behind} ({name})" if behind and name == "root" else f"command:{name}"


def _name() -> str:
    # getpass.getuser() believes LOGNAME and USER, which anybody may set.
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user without a name
        return str(os.getuid())
    except ImportError:  # Windows
        import getpass

        return getpass.getuser()
