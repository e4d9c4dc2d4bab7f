"""Who runs a command, as the trail names them: the account of the system, not what somebody says."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


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


def leaves_files_to(folder: Path) -> bool:
    """Whether whoever runs the command may put files into the data folder: what root puts there, the account of the
    server could not read. Says so where not.
    """
    try:
        owner = folder.stat().st_uid
    except OSError:
        return True  # what is wrong with it, the command itself says
    if owner in (os.geteuid(), os.getuid()) or os.geteuid() != 0:
        return True
    account = _account(owner)
    print(
        f"The data folder {folder} belongs to {account}, and {account} could not read what root writes. "
        f"Run this as that account: runuser -u {account} -- brasle-prescreen ...",
        file=sys.stderr,
    )
    return False


def _account(number: int) -> str:
    try:
        import pwd

        return pwd.getpwuid(number).pw_name
    except (KeyError, ImportError):  # a container's user without a name; Windows
        return str(number)


def _name() -> str:
    # getpass.getuser() believes LOGNAME and USER, which anybody may set.
    if hasattr(os, "getuid"):
        return _account(os.getuid())
    import getpass  # Windows

    return getpass.getuser()
