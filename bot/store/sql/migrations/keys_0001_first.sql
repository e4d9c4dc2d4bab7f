-- keys.sqlite3: kept apart from the database and from its backups. Who has both this file's keys and the master key
-- can read; deleting a person's row here makes every copy of their data unreadable.

-- Random keys of the store itself, wrapped by the master key.
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    wrapped BLOB NOT NULL,
    wrapped_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One random key a person, wrapped by the master key.
CREATE TABLE person_key (
    person INTEGER PRIMARY KEY,
    wrapped BLOB NOT NULL,
    wrapped_by TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

-- Who was erased: replayed when an older database is put back.
CREATE TABLE erased (
    person INTEGER PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT;
