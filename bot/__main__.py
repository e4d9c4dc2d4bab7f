"""The command line. Each command is a module of its own, imported only when it is the one that runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module

from bot.ending import in_words

# name, what it does: shown by --help without importing any of them.
COMMANDS = {
    "run": "start everything that is set up: the browser chat always, Telegram if BOT_TOKEN is set",
    "chat": "have the conversation in this terminal (--save FILE keeps it as a test case)",
    "assess": "judge structured answers: JSON or NDJSON on standard input, one assessment a line",
    "read": "read typed replies: NDJSON on standard input, one reading a line",
    "replies": "measure how well typed replies are read, on the project's own cases",
    "leads": "list, show or set the status of leads",
    "accounts": "let people into the coordinators' console, or shut them out",
    "audit": "the trail of what was read and changed: list, check, print its end",
    "recruiting": "show or set whether the trial takes families: open, waitlist, paused, closed",
    "rescreen": "list leads that an amendment, a changed trial file or a decision of the site moves; contacts nobody",
    "amendment": "begin an amendment of the protocol, see what it changes, seal it",
    "registry": "a newer record of the registry against the shipped listing: what changed, which criteria; changes nothing",
    "updates": "list or replay updates that could not be handled",
    "backup": "a checked backup of the database; works while the server runs",
    "verify": "whether a backup is whole",
    "restore": "put a backup back; the server must be stopped",
    "keys": "copy or put back the keys, or change the master key",
    "export": "everything that is kept about one family, as JSON in a closed file",
    "export-fhir": "the answers as a FHIR R4B bundle, without identities",
    "export-redcap": "a data dictionary for REDCap, and an import file that matches it",
    "purge": "delete now what has been kept long enough; works while the server runs",
    "incident": "who is affected by a leak, which data, and notices in both languages",
    "access-report": "who read and changed what in a year, from the trail",
    "evidence": "rule, requirement, tests and their last result in one folder, for a committee or a data officer",
    "doctor": "explain every setting: what is set, missing or wrong",
    "locales": "check, preview, bring up to date, approve or reload the texts in locales/",
    "docs": "write the generated pages of docs/ (--check: fail if they are stale)",
}


def parser() -> argparse.ArgumentParser:
    lines = "\n".join(f"  {name:<15}{purpose}" for name, purpose in COMMANDS.items())
    return argparse.ArgumentParser(
        prog="brasle-prescreen",
        description="Provisional pre-screening for the BRASLE trial (NCT06789107). It decides nothing: doctors do.",
        epilog=f"commands:\n{lines}\n\n'brasle-prescreen COMMAND --help' tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="brasle-prescreen COMMAND [options]",
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit status."""
    return in_words(partial(_run, argv))


def _run(argv: Sequence[str] | None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in ("-h", "--help"):
        parser().print_help()
        return 0 if arguments else 2
    if arguments == ["--version"]:
        from importlib.metadata import version

        print(version("brasle-prescreen"))
        return 0
    if "" in arguments:
        print("brasle-prescreen: one argument is empty. Is a variable in the command line not set?", file=sys.stderr)
        return 2
    name = arguments[0]
    if name not in COMMANDS:
        print(
            f"brasle-prescreen: there is no command {name!r}. There are: {', '.join(COMMANDS)}.",
            file=sys.stderr,
        )
        return 2
    top = parser()
    commands = top.add_subparsers(dest="command", prog=top.prog)
    module = import_module(f"bot.commands.{name.replace('-', '_')}")
    module.add_parser(commands)
    asked = commands.choices[name]
    asked.description = asked.description or f"{COMMANDS[name][:1].upper()}{COMMANDS[name][1:]}."
    try:
        result: int = module.run(top.parse_args(arguments))
    except Exception as error:
        if not _is_for_an_editor(error):
            raise
        print(error, file=sys.stderr)
        return 2
    return result


def _is_for_an_editor(error: Exception) -> bool:
    """Whether a data file or a text holds a mistake: its sentence says where and how to mend it, a traceback would not."""
    from bot.wording_error import WordingError
    from brasle_prescreen.question import QuestionsError
    from brasle_prescreen.reading.words import WordsError
    from brasle_prescreen.trial_entry import ProtocolError

    return isinstance(error, WordingError | QuestionsError | WordsError | ProtocolError)


if __name__ == "__main__":
    raise SystemExit(main())
