"""A new master key: every other key is wrapped anew by it, in one transaction of one file.

The new key is durable before anything hangs on it, and takes the old one's place after: whichever of the two
wrapped the keys is found at the next start. Values need not be touched: they are sealed with the keys, not with
the master key.
"""

from __future__ import annotations

from pathlib import Path

from bot.progress import Tell, untold
from bot.store.connection import transaction
from bot.store.errors import MasterKeyError
from bot.store.keyring import FILE_NAME, PERSON_KEY, Master, master_of, secret_place
from bot.store.master_key import make_next_master_key, take_next_master_key
from bot.store.moments import utc_now
from bot.store.queries import load_queries
from bot.store.sealing import CannotOpen
from bot.store.sole_use import held_alone, no_server

_SQL = load_queries("keyring")


def rotate(folder: Path, tell: Tell = untold) -> int:
    """Go over to a new master key; gives how many keys it wraps now. InUse while a server runs, MasterKeyError."""
    if not (folder / FILE_NAME).exists():
        raise MasterKeyError(f"{folder} has no {FILE_NAME}: there is nothing to wrap anew.")
    with no_server(folder, utc_now()), held_alone(folder / FILE_NAME) as sql:
        # A change that was cut short after its transaction is finished by this, and another one is made.
        before = master_of(sql, folder)
        after = Master(make_next_master_key(folder))
        with transaction(sql):
            try:
                secrets = [
                    (after.wrap.close(place, before.wrap.open(place, wrapped)), after.name, name)
                    for name, wrapped in sql.execute(_SQL["secrets"]).fetchall()
                    for place in [secret_place(name)]
                ]
                wrapped_keys = sql.execute(_SQL["person_keys"]).fetchall()
                people = []
                for done, (person, wrapped) in enumerate(wrapped_keys):
                    tell("Wrapping the keys anew", done, len(wrapped_keys))
                    people.append(
                        (after.wrap.close(PERSON_KEY, before.wrap.open(PERSON_KEY, wrapped)), after.name, person)
                    )
            except CannotOpen:
                raise MasterKeyError(
                    "The master key does not open every key of this folder, so nothing was changed: "
                    "put back the key that was used with it."
                ) from None
            sql.executemany(_SQL["rewrap_secret"], secrets)
            sql.executemany(_SQL["rewrap_person_key"], people)
        take_next_master_key(folder)
    return len(secrets) + len(people)
