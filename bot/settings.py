"""Every setting: its name in the environment (or in `.env`), what it means, and its default."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.flood import Limits
from bot.flows.turn import SITE_ZONE, SiteFacts
from bot.notice_plan import NoticePlan, parse_quiet, parse_times
from bot.store.keeping import Keep
from bot.web_proxy import checked
from brasle_prescreen.versions import Protocols, load_protocols
from brasle_prescreen.working_hours import parse_spans


class Settings(BaseSettings):
    """What an operator decides. Run `brasle-prescreen doctor` to have each one explained as it stands."""

    model_config = SettingsConfigDict(env_prefix="BRASLE_", env_file=".env", extra="ignore", populate_by_name=True)

    bot_token: SecretStr | None = Field(default=None, validation_alias="BOT_TOKEN")
    telegram_api_base: str = Field(default="https://api.telegram.org", validation_alias="TELEGRAM_API_BASE")
    telegram_proxy: SecretStr | None = Field(default=None, validation_alias="TELEGRAM_PROXY")
    webhook_secret: SecretStr | None = None
    telegram_group: int | None = Field(default=None, lt=0)
    telegram_minimal: bool = False

    # Where data may go: with "cn" nothing leaves this server but to these hosts.
    residency: Literal["", "cn"] = ""
    may_reach: Annotated[tuple[str, ...], NoDecode] = ()

    data: Path = Path("data")
    locales: Path | None = None
    # Amendments of the protocol, each a folder of its own below this one.
    amendments: Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    plain_http: bool = False

    demo: bool = True
    site_name: str = ""
    site_phone: str = ""
    site_hours: str = ""
    privacy_contact: str = ""
    approval: str = ""
    approval_date: str = ""
    first_contact_days: int = Field(default=2, ge=1, le=30)
    notify: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    notify_second: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    notify_pi: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    digest: str = ""
    quiet_hours: str = ""
    links_valid_days: int = Field(default=7, ge=1, le=30)
    console_idle_minutes: int = Field(default=30, ge=5, le=240)
    console_session_hours: int = Field(default=10, ge=1, le=24)
    console_invitation_hours: int = Field(default=72, ge=1, le=336)
    leaked_passwords: Path | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    # Flood limits: messages a minute of one person and of all together, new persons a minute; 0 is none.
    messages_per_minute: int = Field(default=120, ge=0, le=6000)
    all_messages_per_minute: int = Field(default=1200, ge=0, le=60000)
    newcomers_per_minute: int = Field(default=60, ge=0, le=6000)
    trust_proxy: str = ""

    # How long what is kept, in days: families are told.
    keep_declined_days: int = Field(default=1, ge=1, le=30)
    keep_unfinished_days: int = Field(default=30, ge=1, le=365)
    keep_finished_days: int = Field(default=30, ge=1, le=365)
    keep_closed_days: int = Field(default=180, ge=1, le=1825)
    keys_backup_days: int = Field(default=7, ge=1, le=90)
    log_format: Literal["text", "json"] = "text"
    metrics_port: int = Field(default=0, ge=0, le=65535)

    # The coordinators' clock, in hours of working time: see doctor for each.
    working_hours: str = "08:00-12:00,13:30-17:30"
    first_call_hours: float = Field(default=4, gt=0, le=80)
    to_pi_hours: float = Field(default=8, gt=0, le=160)
    next_call_hours: float = Field(default=8, gt=0, le=160)
    follow_up_hours: float = Field(default=40, gt=0, le=400)

    @field_validator("notify", "notify_second", "notify_pi", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        """Addresses of apprise, separated by spaces."""
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator("may_reach", mode="before")
    @classmethod
    def _hosts(cls, value: object) -> object:
        """Names or addresses of hosts, separated by spaces; ValueError for what is none."""
        hosts = tuple(value.casefold().split()) if isinstance(value, str) else value
        for host in hosts if isinstance(hosts, tuple) else ():
            if "/" in host or "*" in host:
                raise ValueError("names hosts, such as smtp.example.org, with spaces between; no addresses of pages")
        return hosts

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("digest")
    @classmethod
    def _times(cls, value: str) -> str:
        parse_times(value)
        return value

    @field_validator("trust_proxy")
    @classmethod
    def _an_address(cls, value: str) -> str:
        """The address as the socket tells it: 127.0.0.1, ::1."""
        try:
            return str(ip_address(value.strip())) if value.strip() else ""
        except ValueError:
            raise ValueError("is no address in digits, such as 127.0.0.1") from None

    @field_validator("quiet_hours")
    @classmethod
    def _quiet(cls, value: str) -> str:
        parse_quiet(value)
        return value

    @field_validator("working_hours")
    @classmethod
    def _in_order(cls, value: str) -> str:
        """ValueError says what such hours look like."""
        parse_spans(value)
        return value

    @field_validator("public_url", "telegram_api_base")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return value.strip().rstrip("/")

    @field_validator("telegram_proxy")
    @classmethod
    def _a_proxy(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(checked(value.get_secret_value()))

    @field_validator("bot_token", "webhook_secret", "telegram_proxy", "telegram_group", "amendments", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    def notice_plan(self) -> NoticePlan:
        """Who of the site is told what, and when."""
        return NoticePlan(
            first=tuple(str(position) for position in range(len(self.notify))),
            second=tuple(f"second:{position}" for position in range(len(self.notify_second))),
            pi=tuple(f"pi:{position}" for position in range(len(self.notify_pi))),
            digest=parse_times(self.digest),
            quiet=parse_quiet(self.quiet_hours),
            zone=SITE_ZONE,
            group=self.bot_token is not None and self.telegram_group is not None,
        )

    def notice_targets(self) -> dict[str, SecretStr]:
        """The addresses behind the names that `notice_plan` gives the targets of the second person and the
        PI.
        """
        named = {f"second:{position}": target for position, target in enumerate(self.notify_second)}
        return named | {f"pi:{position}": target for position, target in enumerate(self.notify_pi)}

    def protocols(self) -> Protocols:
        """Every version of the protocol; ProtocolError for a mistake in an amendment."""
        return load_protocols(*([] if self.amendments is None else [self.amendments]))

    def limits(self) -> Limits:
        """How much may be sent."""
        return Limits(self.messages_per_minute, self.newcomers_per_minute, self.all_messages_per_minute)

    def keep(self) -> Keep:
        """How long what is kept."""
        return Keep(
            declined=timedelta(days=self.keep_declined_days),
            unfinished=timedelta(days=self.keep_unfinished_days),
            finished=timedelta(days=self.keep_finished_days),
            closed=timedelta(days=self.keep_closed_days),
            key_copies=timedelta(days=self.keys_backup_days),
        )

    def site(self) -> SiteFacts:
        return SiteFacts(
            name=self.site_name,
            phone=self.site_phone,
            hours=self.site_hours,
            privacy_contact=self.privacy_contact,
            approval=self.approval,
            approval_date=self.approval_date,
            public_url=self.public_url,
            first_contact=self.first_contact_days,
            keep_unfinished=self.keep_unfinished_days,
            keep_finished=self.keep_finished_days,
            keep_closed=self.keep_closed_days,
            key_copies=self.keys_backup_days,
        )
