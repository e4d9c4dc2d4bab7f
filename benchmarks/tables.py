"""Every table of the benchmark: its programs, its columns and the targets it is held to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from machine import Machine, Script
from table import Column, Goal, Samples, Table, goal, of

CLOCK, PROCESSOR = Column("clock_us", "µs by the clock"), Column("cpu_us", "µs of processor")
MEMORY = Column("memory_mb", "MB")

DOCUMENTED = "aiogram documented"
CQL = "cql-execution"


def conversation(machine: Machine) -> Table:
    chats = "20" if machine.small else "1000"
    scripts = (
        Script("engine.py", "ours", (chats,)),
        Script("telegram_path.py", "ours", (chats,)),
        Script("peers/aiogram_idiom.py", "peers", (chats,)),
        Script("peers/aiogram_dialog_idiom.py", "peers", (chats,)),
        Script("peers/telegram_bot.py", "peers", (chats,)),
        Script("peers/grammy.mjs", "node", (chats,)),
    )

    def goals(found: Samples) -> list[Goal]:
        path = of(found, "ours: Telegram path, durable", "cpu_us")
        stored_nothing = min(of(found, name, "cpu_us") for name in ("python-telegram-bot", "aiogram-dialog"))
        return [
            goal("engine: 10 x aiogram documented", of(found, "ours: engine, durable", "ratio"), least=10, unit=" x"),
            goal(
                "Telegram path: 4 x aiogram documented",
                of(found, "ours: Telegram path, durable", "ratio"),
                least=4,
                unit=" x",
            ),
            goal(
                "Telegram path: ahead of python-telegram-bot and aiogram-dialog",
                stored_nothing / path,
                least=1,
                unit=" x",
            ),
        ]

    return Table(
        "An update",
        "1,000 chats of 13 updates each. Ours are committed to the disk, sealed; the peers hold them in memory. "
        "Nothing is sent: every request is encoded and every answer decoded.",
        scripts,
        (PROCESSOR, CLOCK, Column("ratio", f"x {DOCUMENTED}", 1), MEMORY),
        goals,
        base=DOCUMENTED,
    )


def assessment(machine: Machine) -> Table:
    count = "60" if machine.small else "1000"
    machine.run(Script("cql_patients.py", "ours", (str(machine.folder), count)))
    scripts = (
        Script("assessment.py", "ours", (count, "2" if machine.small else "5")),
        Script("peers/cql.mjs", "node", (str(machine.folder), "2" if machine.small else "5")),
    )

    def goals(found: Samples) -> list[Goal]:
        return [
            goal(f"both from the facts: 10 x {CQL}", of(found, "ours: from the facts", "ratio"), least=10, unit=" x"),
            goal(
                f"ours from what was told, {CQL} from the facts: 10 x",
                of(found, "ours: from what was told", "ratio"),
                least=10,
                unit=" x",
            ),
            goal("verdicts that differ: none", of(found, CQL, "different"), most=0),
            goal("one changed answer: 50 µs", of(found, "ours: one changed answer", "cpu_us"), most=50, unit=" µs"),
            goal(
                "one changed answer, the costliest question: 50 µs",
                of(found, "ours: one changed answer", "worst_us"),
                most=50,
                unit=" µs",
            ),
        ]

    return Table(
        "An assessment of all 31 criteria",
        f"The same {int(count):,} families: the examples of the tests, then random ones. Ours gives verdicts with reasons, "
        "evidence, dates, tier and score; CQL, made from the same data, gives the verdicts. What CQL has no words for is "
        "computed beforehand, as facts: which medicine a name means and what it touches, units, prednisone equivalents, "
        "and of every date the first and last day that it may mean. From what was told: with all of that, too.",
        scripts,
        (
            PROCESSOR,
            CLOCK,
            Column("ratio", f"x {CQL}", 1),
            Column("median_us", "median question, µs"),
            Column("worst_us", "costliest question, µs"),
            Column("different", "verdicts that differ"),
            MEMORY,
        ),
        goals,
        base=CQL,
    )


def webhook(machine: Machine) -> Table:
    chats, seconds = ("20", "2") if machine.small else ("300", "20")
    scripts = (
        Script("webhook.py", "ours", ("ours", chats)),
        Script("webhook.py", "ours", ("aiogram", chats)),
        Script("webhook.py", "ours", ("steady", seconds)),
    )
    ours, theirs = "ours: durable, same app as the console", "aiogram tuned"

    def goals(found: Samples) -> list[Goal]:
        steady = "ours: 500 updates a second"
        times = of(found, theirs, "answered_us") / of(found, ours, "answered_us")
        return [
            goal("answered after the commit: 2 x aiogram tuned", times, least=2, unit=" x"),
            goal("at 500 updates a second, p99: 10 ms", of(found, steady, "p99_ms"), most=10, unit=" ms"),
            goal("no pause over 10 ms", of(found, steady, "pause_ms"), most=10, unit=" ms"),
            goal("no pause for the collector over 10 ms", of(found, steady, "collector_ms"), most=10, unit=" ms"),
        ]

    return Table(
        "The webhook over real HTTP",
        f"40 connections, {chats} chats of 13 updates; the load generator, which is also the Bot API, is a process of "
        "its own. Ours answers once the update is on the disk, and then handles it and sends; aiogram, which stores "
        "nothing, answers when it has handled it and sent. Through: until the last reply was sent.",
        scripts,
        (
            Column("answered_us", "µs to the answer"),
            Column("through_us", "µs until sent"),
            Column("cpu_us", "µs of processor, all of it"),
            Column("calls", "calls an update", 1),
            Column("p50_ms", "p50, ms", 1),
            Column("p99_ms", "p99, ms", 1),
            Column("pause_ms", "longest pause, ms", 1),
            Column("collector_ms", "longest collection, ms", 1),
        ),
        goals,
    )


def start(machine: Machine) -> Table:
    def goals(found: Samples) -> list[Goal]:
        ready = {name: of(found, name, "ready_ms") for name in found}
        return [
            goal("--help: 100 ms", ready["--help"], most=100, unit=" ms"),
            goal("assess: 300 ms", ready["assess"], most=300, unit=" ms"),
            goal("browser ready: 1,500 ms", ready["browser"], most=1500, unit=" ms"),
            goal("webhook intake ready: 1,500 ms", ready["webhook intake"], most=1500, unit=" ms"),
            goal("memory without Telegram: 90 MB", of(found, "browser", "memory_mb"), most=90, unit=" MB"),
        ]

    return Table(
        "Start",
        "A fresh process each time, until it has ended or has given its first answer.",
        (Script("start.py", "ours"),),
        (Column("ready_ms", "ms by the clock"), Column("cpu_ms", "ms of processor"), MEMORY),
        goals,
    )


def backlog(machine: Machine) -> Table:
    count = "2000" if machine.small else "100000"
    name = f"backlog of {int(count):,}"

    def goals(found: Samples) -> list[Goal]:
        return [
            goal("caught up within 120 s of processor", of(found, name, "cpu_s"), most=120, unit=" s"),
            goal("live chats answered within 1 s at p95", of(found, name, "live_p95_ms"), most=1000, unit=" ms"),
            goal("handled out of a chat's order: none", of(found, name, "out_of_order"), most=0),
        ]

    return Table(
        "A backlog after an outage",
        f"{int(count):,} updates at once, and 40 families that go on talking meanwhile: kept, handled by the worker, and "
        "every reply committed. Nothing is sent.",
        (Script("backlog.py", "ours", (count,)),),
        (
            Column("cpu_s", "s of processor", 1),
            Column("seconds", "s by the clock", 1),
            PROCESSOR,
            Column("live_p95_ms", "live: p95, ms"),
            Column("live", "live answers"),
            MEMORY,
        ),
        goals,
        rounds=1,
    )


def stored(machine: Machine) -> Table:
    counts = (1, 1000, 5000) if machine.small else (1, 10_000, 1_000_000)
    few, many = f"{counts[0]:,} stored", f"{counts[-1]:,} stored"

    def goals(found: Samples) -> list[Goal]:
        def times(metric: str) -> float:
            return of(found, many, metric) / of(found, few, metric)

        return [
            goal("load and save of a conversation under way: 1.2 x", times("turn_us"), most=1.2, unit=" x"),
            goal("load and save of one not seen since the start: 1.2 x", times("cold_us"), most=1.2, unit=" x"),
            goal("memory: 1.1 x", times("memory_mb"), most=1.1, unit=" x"),
            goal("from the start to the first answer: 1 s", of(found, many, "first_ms") / 1000, most=1, unit=" s"),
        ]

    return Table(
        "Stored conversations",
        "Each in the middle of the interview, sealed with a key of its own. Load: found, opened and read; save: sealed "
        "and flushed to the disk. The first answer counts from the start of the process.",
        tuple(Script("stored.py", "ours", (str(count),)) for count in counts),
        (
            Column("turn_us", "load and save, µs"),
            Column("load_us", "load, µs"),
            Column("save_us", "save, µs"),
            Column("cold_us", "not seen since the start, µs"),
            Column("first_ms", "first answer, ms"),
            Column("file_mb", "database, MB"),
            MEMORY,
        ),
        goals,
        rounds=1,
    )


QUICK: Mapping[str, Callable[[Machine], Table]] = {
    "conversation": conversation,
    "assessment": assessment,
    "webhook": webhook,
    "start": start,
}
# Minutes each: only with --scale.
SLOW: Mapping[str, Callable[[Machine], Table]] = {"stored": stored, "backlog": backlog}
