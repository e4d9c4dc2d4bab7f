"""Explains every setting as it stands: what is set, missing or wrong, and what to do. No secret is ever printed."""

from __future__ import annotations

import os
import re
from datetime import date
from ipaddress import ip_address

from pydantic import SecretStr, ValidationError

from bot import secret_files
from bot.doctor_names import environment_name
from bot.doctor_place import data_folder, host_alone, master_key
from bot.doctor_problem import Problem
from bot.extras import how_to_get, is_there
from bot.settings import Settings
from bot.settings_error import in_words
from bot.web_proxy import host_of
from brasle_prescreen.amendment_seal import seal_problems
from brasle_prescreen.data_manifest import differences
from brasle_prescreen.trial_entry import ProtocolError
from brasle_prescreen.versions import SHIPPED

# What happens without an extra that no setting asks for.
_DONE_WITHOUT = {
    "holidays": "is not installed: Chinese holidays are not known, every week is counted from Monday to Friday.",
    "spreadsheets": "is not installed: exports are CSV files only.",
    "qr": "is not installed: who sets up one-time codes types the key.",
    "passkeys": "is not installed: the console is entered with codes only, not with passkeys.",
}


# Names that no public name server gives out (RFC 6761, 6762, 8375, and ICANN for "internal").
_NAMES_IN_HOUSE = (".localhost", ".local", ".lan", ".internal", ".home.arpa", ".test")


_TAKEN_BY_TELEGRAM = re.compile(r"[A-Za-z0-9_-]{1,256}")  # as setWebhook documents it
SHORT_SECRET = 16


def load_settings() -> Settings | str:
    """The settings, or one sentence a line for whoever must mend them."""
    secrets = secret_files.folder()
    if secrets is not None and not secrets.is_dir():
        return (
            f"STOP  {secret_files.VARIABLE}: {secrets} is no folder. Name the one in which the files of secrets stand."
        )
    for file in map(environment_name, Settings.model_fields) if secrets is not None else ():
        try:
            secret_files.secret(file, {secret_files.VARIABLE: str(secrets)})
        except (OSError, UnicodeDecodeError) as error:
            why = type(error).__name__
            return (
                f"STOP  {file}: its file in {secrets} cannot be read ({why}). It must be plain text that we may read."
            )
    try:
        return Settings(_secrets_dir=secrets)
    except ValidationError as error:
        lines = []
        for one in error.errors():
            name = environment_name(str(one["loc"][0]))
            # The value itself is not repeated: it may be a secret typed into the wrong line.
            lines.append(f"STOP  {name}: {in_words(one)}. Mend it in the environment or in .env.")
        return "\n".join(lines)


def problems(settings: Settings) -> list[Problem]:
    """Everything that is missing or odd, the gravest first."""
    found = [
        *_trial_files(settings),
        *_amendments(settings),
        *_extras(settings),
        *_telegram(settings),
        *_web(settings),
        *data_folder(settings),
        *master_key(settings),
        *_site(settings),
        *_notices(settings),
        *_residency(settings),
        *_leaked_passwords(settings),
    ]
    return sorted(found, key=lambda problem: not problem.stops)


def _trial_files(settings: Settings) -> list[Problem]:
    """Real families are judged by exactly the files of the manifest."""
    return [
        Problem(
            "trial files",
            wrong,
            "Put the file of this version back; a change that is meant goes through 'brasle-prescreen docs' and its tests.",
            stops=not settings.demo,
        )
        for wrong in differences()
    ]


def _amendments(settings: Settings) -> list[Problem]:
    """Real families are judged by no amendment that is not sealed, or not the one that was."""
    name = "BRASLE_AMENDMENTS"
    if settings.amendments is None and not SHIPPED.is_dir():
        return []
    try:
        protocols = settings.protocols()
    except ProtocolError as error:
        return [Problem(name, str(error), "Until then nobody can be judged by it.", stops=True)]
    remedy = (
        "See with 'brasle-prescreen amendment check' what it says; if it is meant, 'brasle-prescreen amendment seal'."
    )
    return [Problem(name, wrong, remedy, stops=not settings.demo) for wrong in seal_problems(protocols)]


def _extras(settings: Settings) -> list[Problem]:
    """Settings whose libraries are not installed, and what is done without."""
    needed = {
        "telegram": ("BOT_TOKEN", settings.bot_token is not None),
        "notices": ("BRASLE_NOTIFY", bool(settings.notify or settings.notify_second or settings.notify_pi)),
        "metrics": ("BRASLE_METRICS_PORT", bool(settings.metrics_port)),
    }
    found = [
        Problem(name, f"is set, and needs the extra {extra}.", how_to_get(extra), stops=True)
        for extra, (name, is_set) in needed.items()
        if is_set and not is_there(extra)
    ]
    return found + [
        Problem(f"extra {extra}", wrong, how_to_get(extra))
        for extra, wrong in _DONE_WITHOUT.items()
        if not is_there(extra)
    ]


def _telegram(settings: Settings) -> list[Problem]:
    if settings.bot_token is None:
        found = [
            Problem(
                "BOT_TOKEN",
                "is not set: Telegram stays off, the browser chat runs.",
                "Ask @BotFather for a token if families shall use Telegram.",
            )
        ]
        return found if settings.telegram_group is None else [*found, _group_without_bot()]
    found = []
    token = settings.bot_token.get_secret_value()
    number, _, secret = token.partition(":")
    if not number.isdecimal() or len(secret) < 20 or not secret.isascii() or " " in token:
        found.append(
            Problem(
                "BOT_TOKEN",
                "does not look like a bot token (123456789:AA...).",
                "Copy it again from @BotFather.",
                stops=True,
            )
        )
    if not settings.telegram_api_base.startswith(("http://", "https://")):
        found.append(
            Problem(
                "TELEGRAM_API_BASE",
                "is not a web address.",
                "Leave it out to use Telegram's own.",
                stops=True,
            )
        )
    if settings.telegram_proxy is not None:
        found.append(
            Problem(
                "TELEGRAM_PROXY",
                f"is set: Telegram is reached through {host_of(settings.telegram_proxy)}.",
                "Leave it out if this server reaches Telegram by itself.",
            )
        )
    if settings.webhook_secret is not None and not settings.public_url.startswith("https://"):
        found.append(
            Problem(
                "BRASLE_PUBLIC_URL",
                "must be an https address when BRASLE_WEBHOOK_SECRET is set.",
                "Set it, or leave the secret out: updates are then fetched by polling.",
                stops=True,
            )
        )
    secret = "" if settings.webhook_secret is None else settings.webhook_secret.get_secret_value()
    if secret and not _TAKEN_BY_TELEGRAM.fullmatch(secret):
        wrong = "is not one that Telegram takes: letters, digits, _ and - alone, at most 256 of them."
        found.append(Problem("BRASLE_WEBHOOK_SECRET", wrong, "Make one with 'openssl rand -hex 32'.", stops=True))
    elif secret and len(secret) < SHORT_SECRET:
        wrong = "is short: who guesses it can send updates as if they were Telegram's."
        found.append(Problem("BRASLE_WEBHOOK_SECRET", wrong, "Make one with 'openssl rand -hex 32'."))
    if settings.telegram_minimal and not settings.public_url:
        found.append(
            Problem(
                "BRASLE_TELEGRAM_MINIMAL",
                "is set, but BRASLE_PUBLIC_URL is not: the bot cannot send a family on to the browser.",
                "Set BRASLE_PUBLIC_URL.",
                stops=True,
            )
        )
    return found


def _residency(settings: Settings) -> list[Problem]:
    from bot.residency import contradictions

    return [Problem(setting, wrong, remedy, stops=True) for setting, wrong, remedy in contradictions(settings)]


def _group_without_bot() -> Problem:
    return Problem(
        "BRASLE_TELEGRAM_GROUP",
        "is set, but BOT_TOKEN is not: no card reaches the coordinators' group.",
        "Set BOT_TOKEN, or leave the group out.",
    )


def _web(settings: Settings) -> list[Problem]:
    found = []
    if settings.public_url:
        host = host_alone(settings.public_url)
        if host is None:
            found.append(
                Problem(
                    "BRASLE_PUBLIC_URL",
                    "is not the address of a web server.",
                    "Write it like https://screening.example.org, without a path.",
                    stops=True,
                )
            )
        elif settings.public_url.startswith("http:"):
            found += _plain_http(settings, host)
    elif not settings.demo:
        found.append(
            Problem(
                "BRASLE_PUBLIC_URL",
                "is not set: no private links to go on elsewhere, no links in notices.",
                "Set the https address at which families reach this server.",
            )
        )
    if settings.public_url and not settings.trust_proxy:
        found.append(
            Problem(
                "BRASLE_TRUST_PROXY",
                "is not set: behind a proxy, browsers are not limited by their network address.",
                "Set the proxy's own address, such as 127.0.0.1, if only that proxy reaches this server.",
            )
        )
    return found


def _plain_http(settings: Settings, host: str) -> list[Problem]:
    """An http address: never for families; for a try-out only within a house, unless its operator says otherwise."""
    if settings.demo and is_in_house(host):
        return []
    wrong = "is not https: answers would cross the network readable."
    remedy = "Put a server with a certificate in front."
    if not settings.demo:
        return [Problem("BRASLE_PUBLIC_URL", wrong, remedy, stops=True)]
    if settings.plain_http:
        return [Problem("BRASLE_PLAIN_HTTP", "is set: answers cross the network readable.", "Type invented ones only.")]
    remedy += " For a try-out without one, set BRASLE_PLAIN_HTTP=true, and type invented answers only."
    return [Problem("BRASLE_PUBLIC_URL", wrong, remedy, stops=True)]


def is_in_house(host: str) -> bool:
    """Whether a host is this machine, or of a network that nobody outside reaches; no name is looked up."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.casefold().endswith(_NAMES_IN_HOUSE)


def _site(settings: Settings) -> list[Problem]:
    found = []
    for name, value, without in (
        ("BRASLE_SITE_NAME", settings.site_name, "the hospital's name as families shall read it"),
        ("BRASLE_SITE_PHONE", settings.site_phone, "the coordinator's number"),
        ("BRASLE_SITE_HOURS", settings.site_hours, "when somebody answers that number"),
        ("BRASLE_PRIVACY_CONTACT", settings.privacy_contact, "who answers questions about data"),
    ):
        if not value:
            wrong = "is not set: families are told plainly that it is not."
            if not settings.demo and name in ("BRASLE_SITE_NAME", "BRASLE_SITE_PHONE"):
                wrong = "is not set: no family can be handed over."
            found.append(Problem(name, wrong, f"Set {without}."))
    if not settings.approval:
        found.append(
            Problem(
                "BRASLE_APPROVAL",
                "is not set: every page says that the texts are a draft.",
                "Set the ethics committee's approval number and BRASLE_APPROVAL_DATE.",
            )
        )
    elif not _is_date(settings.approval_date):
        found.append(
            Problem("BRASLE_APPROVAL_DATE", "is not a date.", "Write it like 2026-11-22.", stops=not settings.demo)
        )
    return found


def _leaked_passwords(settings: Settings) -> list[Problem]:
    file = settings.leaked_passwords
    if file is None or os.access(file, os.R_OK):
        return []
    remedy = "Name a file with a password or its SHA-1 on each line, or take the setting out: the built-in list still counts."
    return [Problem("BRASLE_LEAKED_PASSWORDS", "cannot be read.", remedy, stops=True)]


def _notices(settings: Settings) -> list[Problem]:
    if not settings.notify and (settings.notify_second or settings.notify_pi):
        wrong = "is not set, but who hears second is: nobody is told anything, not even of a sign of danger."
        return [Problem("BRASLE_NOTIFY", wrong, "Set the first address, too.", stops=not settings.demo)]
    if not settings.notify:
        return [
            Problem(
                "BRASLE_NOTIFY",
                "is not set: nobody is told of a new lead; they wait in 'brasle-prescreen leads list'."
                if settings.telegram_group is None
                else "is not set: new leads are told in the Telegram group only, and nobody hears of a late first call.",
                "Set an address of apprise (mailto://, wecombot://, dingtalk://, tgram://), or several, with spaces between.",
            )
        ]
    found = [
        Problem(
            name,
            f"address number {position} is not one that apprise knows.",
            "See apprise's list of services for its form.",
            stops=True,
        )
        for name, targets in (
            ("BRASLE_NOTIFY", settings.notify),
            ("BRASLE_NOTIFY_SECOND", settings.notify_second),
            ("BRASLE_NOTIFY_PI", settings.notify_pi),
        )
        for position, target in enumerate(targets, start=1)
        if not _known_to_apprise(target)
    ]
    if len(settings.notify) + len(settings.notify_second) < 2:
        found.append(
            Problem(
                "BRASLE_NOTIFY_SECOND",
                "is not set: a sign of danger is told to one person only.",
                "Set the address of a second one.",
            )
        )
    return found


def _known_to_apprise(target: SecretStr) -> bool:
    if not is_there("notices"):
        return True  # that it is missing is said already
    import logging

    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    return bool(apprise.Apprise().add(target.get_secret_value()))


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
