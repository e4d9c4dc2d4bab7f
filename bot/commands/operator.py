"""Who runs a command, as the trail names them: the account of the system, not what somebody says."""

from __future__ import annotations

import os


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
