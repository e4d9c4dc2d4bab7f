"""The only wiring: settings in, a running server out. Every room is made here and told about the others."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.clock_watch import ClockWatch
from bot.collector import end_loading
from bot.conversation import Conversation
from bot.doctor_texts import read_texts, refusal
from bot.flood import Gate
from bot.lead_keeper import LeadKeeper
from bot.log import logger
from bot.message import Text
from bot.settings import Settings
from bot.store import health
from bot.store.errors import StoreUnavailable
from bot.store.store import Store
from bot.wording import Wording, WordingError
from bot.wording_live import LiveWording
from brasle_prescreen.family_question import load_family_questions
from brasle_prescreen.reading.choice import check_words

if TYPE_CHECKING:
    from bot.announcer import Announcer
    from bot.channels.telegram import TelegramChannel
    from bot.metrics import Metrics
    from bot.wording_reload import Reloader

log = logger(__name__)

PURGE_EVERY = timedelta(hours=1)
TRY_AGAIN_AFTER = timedelta(minutes=1)
DEMO_LINK_WORKS = timedelta(days=1)
MEASURE_EVERY = timedelta(seconds=10)
LOOK_FOR_REMINDERS_EVERY = timedelta(minutes=1)
# The site's contact reads Chinese.
NOTICE_LANGUAGE = "zh_Hans"


def utc_now() -> datetime:
    return datetime.now(UTC)


class App:
    """One process: the browser chat always, Telegram if a token is set, the outboxes, the housekeeping."""

    def __init__(self, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.settings = settings
        self.wording = LiveWording(self._read_texts())
        if (why := refusal(self.wording.state)) is not None:
            raise WordingError(why)
        for key, _ in self.wording.state.held:
            log.warning("A text keeps its last whole wording: 'brasle-prescreen doctor' tells why.", key=key)
        self.protocols = settings.protocols()
        self.protocol, self.questions = self.protocols.first.protocol, self.protocols.first.questions
        load_family_questions()
        check_words()
        self.store = Store.open(settings.data, clock=clock)
        self._clock = clock
        self._wakers: list[Callable[[], None]] = []
        self._trail_noted: date | None = None
        self.console_link: str | None = None  # into the console of a demo
        self.console_is_empty = False  # nobody may sign in to it yet
        self.gates = {channel: self._gate(channel) for channel in ("telegram", "browser")}
        self.telegram = self._telegram()
        self.metrics = self._metrics()
        self.conversation = Conversation(
            self.store,
            self.protocol,
            self.questions,
            self.wording,
            protocols=self.protocols,
            site=settings.site(),
            demo=settings.demo,
            clock=clock,
            renderers={"telegram": self.telegram.renderer} if self.telegram else {},
            notice_plan=settings.notice_plan(),
            link_valid=timedelta(days=settings.links_valid_days),
            telegram_minimal=settings.telegram_minimal,
            committed=self._wake,
            took=self.metrics.took if self.metrics else lambda channel, seconds: None,
        )

    def _read_texts(self) -> Wording:
        """The texts as their files stand now; for real families only what is approved."""
        return read_texts(self.settings)

    async def _show_corrected_texts(self) -> None:
        if self.telegram is not None:
            self.telegram.introduce_again()

    def _gate(self, channel: str) -> Gate:
        return Gate(channel, partial(self.store.knows, channel), self.settings.limits())

    def _telegram(self) -> TelegramChannel | None:
        if self.settings.bot_token is None:
            return None
        from bot.channels.telegram import TelegramChannel

        group = self._telegram_group if self.settings.telegram_group is not None else None
        channel = TelegramChannel(
            self.store, self.wording, self.settings, clock=self._clock, beside=group, gate=self.gates["telegram"]
        )
        self._wakers.append(channel.wake)
        return channel

    def _telegram_group(self, bot: Any) -> Any:
        """The coordinators' group, a part of the same bot."""
        from bot.coordinator.telegram_group import TelegramGroup

        return TelegramGroup(bot, self.store, self.wording, self.settings, language=NOTICE_LANGUAGE, clock=self._clock)

    def _metrics(self) -> Metrics | None:
        if not self.settings.metrics_port:
            return None
        from importlib.metadata import version

        from bot.metrics import Metrics

        metrics = Metrics(version("brasle-prescreen"))
        try:
            metrics.serve(self.settings.metrics_port)
        except OSError as error:
            raise ValueError(
                f"BRASLE_METRICS_PORT: the port {self.settings.metrics_port} cannot be used: {error.strerror}."
            ) from error
        return metrics

    def _wake(self) -> None:
        for wake in self._wakers:
            wake()

    def web(self) -> Any:
        """The one web application: the browser chat, and Telegram's webhook if it is used."""
        from bot.channels.browser import BrowserChannel
        from bot.channels.web import web_app
        from bot.coordinator.console import Console

        browser = BrowserChannel(
            self.conversation,
            self.wording,
            self.store.redeem_link,
            public_url=self.settings.public_url or None,
            draft=not self.settings.approval,
            demo=self.settings.demo,
            export=self.store.family_export,
            gate=self.gates["browser"],
            trust_proxy=self.settings.trust_proxy,
        )
        console = Console(self.store, self.wording, self.protocols, self.settings, clock=self._clock, floods=self.gates)
        telegram = self.telegram.routes() if self.telegram is not None else []
        return web_app(
            [*telegram, *console.routes(), *browser.routes()],
            console.or_else(browser.error_page),
            https=browser.https,
            healthy=self._healthy,
            reads_itself=[route.path for route in telegram],
        )

    async def _healthy(self) -> bool:
        await health.check(self.store)
        return True

    async def run(self, started: Callable[[str], None] = lambda address: None, *, invented: bool = False) -> None:
        """Serve until a signal; NoAddress if the port is not ours to have. `started` gets the address once the browser
        chat answers.

        `invented`: an empty demo gets invented families then.
        """
        from bot.channels.listening import NoAddress, listen
        from bot.channels.web import web_server

        try:
            sockets = listen(self.settings.host, self.settings.port)
        except NoAddress:
            await self._close()
            raise
        server = web_server(self.web(), self.settings.host, self.settings.port)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(name, stop.set)
        tasks = [asyncio.create_task(self._announce(server, started, invented=invented), name="announce")]
        tasks += [asyncio.create_task(coroutine(), name=name) for name, coroutine in self._services().items()]
        serving = asyncio.create_task(_serve(server, sockets), name="web")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        try:
            done, _ = await asyncio.wait([serving, stopping, *tasks[1:]], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping, serving}:
                task.result()
        finally:
            server.should_exit = True
            await asyncio.wait([serving], timeout=10)
            stopping.cancel()
            if self.telegram is not None:
                await self.telegram.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._close()

    async def _close(self) -> None:
        if self.metrics is not None:
            self.metrics.close()
        await self.store.close()

    def _services(self) -> dict[str, Callable[[], Coroutine[Any, Any, None]]]:
        services: dict[str, Callable[[], Any]] = {
            "housekeeping": self._keep_house,
            "reminders": self._remind,
            "figures": self._count,
            "leads": LeadKeeper(self.store, self.protocols, clock=self._clock).run,
            "texts": self._reloader().run,
        }
        if self.settings.notify:
            from bot.notices import NoticeSender
            from bot.outbox import Outbox

            sender = NoticeSender(
                self.settings.notify,
                self.wording,
                NOTICE_LANGUAGE,
                others=self.settings.notice_targets(),
                gather=self.store.desk.gather_digest,
            )
            notices = Outbox(self.store, "notice", sender, clock=self._clock)
            self._wakers.append(notices.wake)
            services["notices"] = notices.run
            services["announcer"] = self._announcer(notices.wake).run
        if self.metrics is not None:
            services["metrics"] = self._measure
        if self.telegram is not None:
            telegram = self.telegram
            services["telegram"] = lambda: telegram.run(self.conversation)
        return services

    def _reloader(self) -> Reloader:
        from bot.wording_reload import Reloader

        settings = self.settings
        return Reloader(
            self.wording,
            self._read_texts,
            data=settings.data,
            folder=settings.locales,
            after=self._show_corrected_texts,
        )

    def _announcer(self, wake: Callable[[], None]) -> Announcer:
        """Tells the site again of leads that nobody has claimed or called."""
        from bot.announcer import Announcer
        from bot.coordinator.plan import plan_of

        return Announcer(
            self.store,
            plan_of(self.settings),
            self.settings.notice_plan(),
            clock=self._clock,
            public_url=self.settings.public_url,
            wake=wake,
        )

    async def _announce(self, server: Any, started: Callable[[str], None], *, invented: bool) -> None:
        while not server.started:  # noqa: ASYNC110  uvicorn tells it by this flag alone
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        address = f"http://{self.settings.host}:{port}"
        self.console_link = await self.demo_link(address)
        self.console_is_empty = not await self.store.staff.accounts()
        end_loading("program")
        started(address)
        if invented:
            await self._invent_families()

    async def _invent_families(self) -> None:
        """Only for a demo that tells nobody of its leads; a store that holds one already stays as it is."""
        from bot.demo.seed import Demo, holds_invented, seed

        if not self.settings.demo:
            if await holds_invented(self.store):
                log.warning("This data folder holds the invented families of a try-out: start with an empty one.")
            return
        if self.settings.notify:
            return
        me = await self.store.staff.named(self._demo_name())
        if me is None:
            return
        demo = Demo(self.settings.data, self.protocol, self.questions, self.wording, me.id, NOTICE_LANGUAGE)
        stop = threading.Event()
        try:
            await asyncio.to_thread(seed, demo, self._clock(), stop)
            await self.store.desk.counting.anew()
        except Exception:  # a try-out without them is still one
            log.exception("The invented families of the try-out could not be made.")
        finally:
            stop.set()

    def _demo_name(self) -> str:
        return self.wording.say(Text(key="console.invitation.demo_name"), NOTICE_LANGUAGE)

    async def demo_link(self, address: str) -> str | None:
        """A link into the console for a try-out, good for one press; None outside the demo."""
        if not self.settings.demo:
            return None
        from bot.store.account_records import NewAccount

        new = NewAccount(self._demo_name(), "coordinator", NOTICE_LANGUAGE)
        token = await self.store.staff.demo_link(new, self._clock() + DEMO_LINK_WORKS)
        return f"{self.settings.public_url or address}/coordinator/invitation/{token}"

    async def _keep_house(self) -> None:
        watch = ClockWatch(self._clock)
        while True:
            wait = PURGE_EVERY
            try:
                if watch.may_delete():
                    await self.store.purge(self.settings.keep())
                await self._note_the_trail()
            except StoreUnavailable as error:
                log.error("What is kept for a time only is forgotten later.", cause=error)
                wait = TRY_AGAIN_AFTER
            await asyncio.sleep(wait.total_seconds())

    async def _note_the_trail(self) -> None:
        """Once a day the trail's end goes to the log, which is kept in another place: no later change goes unseen."""
        head = await self.store.trail.head()
        if head is None or not await self.store.trail.anchor():
            log.error("The console's trail is not whole: run 'brasle-prescreen audit verify'.")
        elif self._trail_noted != self._clock().date():
            self._trail_noted = self._clock().date()
            log.info("The console's trail ends here.", trail=str(head))

    async def _count(self) -> None:
        """The console's figures, so that the first who asks need not wait for them."""
        while True:
            with contextlib.suppress(StoreUnavailable):
                await self.store.desk.counting.anew()
            await asyncio.sleep(PURGE_EVERY.total_seconds())

    async def _measure(self) -> None:
        """What waits, for those who watch the machine."""
        while self.metrics is not None:
            with contextlib.suppress(StoreUnavailable):
                self.metrics.waiting(await self.store.backlog())
            for channel, gate in self.gates.items():
                self.metrics.turned_away(channel, gate.turned_away)
            await asyncio.sleep(MEASURE_EVERY.total_seconds())

    async def _remind(self) -> None:
        """The one reminder of those who asked. Done before it is sent: a crash between loses it, never repeats it."""
        while True:
            try:
                for reminder in await self.store.reminders_due(self._clock()):
                    await self.store.reminder_done(reminder.person)
                    await self.conversation.remind(reminder.channel, reminder.address)
            except StoreUnavailable as error:
                log.error("Reminders wait.", cause=error)
            await asyncio.sleep(LOOK_FOR_REMINDERS_EVERY.total_seconds())


async def _serve(server: Any, sockets: list[socket.socket]) -> None:
    with contextlib.suppress(SystemExit):
        await server.serve(sockets=sockets)
