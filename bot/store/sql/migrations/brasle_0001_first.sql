-- brasle.sqlite3. Moments are microseconds since 1970, UTC. A column called sealed, or marked so, is encrypted with the
-- person's own key (see keys.sqlite3), or with the intake key where no person is known. A chat is a keyed hash of
-- (channel, address). Small columns stand before large ones, so that reading them never touches overflow pages.

-- One family's account.
CREATE TABLE person (
    id INTEGER PRIMARY KEY,               -- random
    revision INTEGER NOT NULL,
    chat BLOB,                            -- last written from
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    remind_at INTEGER,
    unreachable_since INTEGER,            -- the channel refuses for good: blocked, chat not found
    recent BLOB NOT NULL,                 -- keyed hashes of the last messages handled, 8 bytes each
    source BLOB,                          -- sealed: the code of the link they came by
    dialogue BLOB NOT NULL                -- sealed
) STRICT;
CREATE INDEX person_remind_at ON person (remind_at) WHERE remind_at IS NOT NULL;

-- Where a person is talked with.
CREATE TABLE address (
    chat BLOB PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,
    channel TEXT NOT NULL,
    sealed BLOB NOT NULL,                 -- the address itself
    live_message BLOB                     -- sealed: which message of the chat is the live card
) STRICT, WITHOUT ROWID;
CREATE INDEX address_person ON address (person);

-- Permissions given, refused or withdrawn; the latest of a name counts.
CREATE TABLE permission (
    person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,
    at INTEGER NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    language TEXT NOT NULL,
    PRIMARY KEY (person, at, name)
) STRICT, WITHOUT ROWID;

-- What happened, without any answer: for counting.
CREATE TABLE event (
    person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (person, at, kind, detail)
) STRICT, WITHOUT ROWID;

-- Who waits for the coordinator's call. Readable: what the queue sorts and filters by.
CREATE TABLE lead (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,
    child INTEGER NOT NULL,
    status TEXT NOT NULL,
    language TEXT NOT NULL,
    asked_for_call INTEGER NOT NULL,
    safety INTEGER NOT NULL,
    tier TEXT,
    score INTEGER,
    earliest_date TEXT,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    contact BLOB NOT NULL,                -- sealed
    packet BLOB NOT NULL,                 -- sealed
    UNIQUE (person, child)
) STRICT;

CREATE TABLE lead_change (
    id INTEGER PRIMARY KEY,
    lead INTEGER NOT NULL REFERENCES lead ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    from_status TEXT,
    to_status TEXT NOT NULL,
    why BLOB                              -- sealed: reason and detail
) STRICT;
CREATE INDEX lead_change_lead ON lead_change (lead);
CREATE INDEX lead_change_person ON lead_change (person);

-- What remains of the lead of an erased person.
CREATE TABLE past_lead (
    code TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was committed and is not sent yet; a sent row is deleted.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER REFERENCES person ON DELETE CASCADE,
    lead INTEGER REFERENCES lead ON DELETE CASCADE,
    channel TEXT NOT NULL,
    chat BLOB NOT NULL,
    op TEXT NOT NULL,
    head INTEGER NOT NULL,                -- 1: the first of its chat that waits; only such a row is ever sent
    due_at INTEGER NOT NULL,
    expires INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    given_up_at INTEGER,
    why BLOB,                             -- sealed: what the channel answered
    sealed BLOB                           -- address and payload; wiped when given up
) STRICT;
CREATE INDEX outbox_due ON outbox (channel, due_at) WHERE head = 1;
CREATE INDEX outbox_waiting ON outbox (chat, id) WHERE given_up_at IS NULL;
CREATE INDEX outbox_lead ON outbox (lead) WHERE lead IS NOT NULL;
-- Whatever takes a chat's first row away, the next one takes its place.
CREATE TRIGGER outbox_row_gone AFTER DELETE ON outbox WHEN old.head = 1
BEGIN
    UPDATE outbox SET head = 1
    WHERE id = (SELECT min(id) FROM outbox WHERE chat = old.chat AND given_up_at IS NULL);
END;
CREATE TRIGGER outbox_row_given_up AFTER UPDATE OF given_up_at ON outbox WHEN old.head = 1
BEGIN
    UPDATE outbox SET head = 0 WHERE id = old.id;
    UPDATE outbox SET head = 1
    WHERE id = (SELECT min(id) FROM outbox WHERE chat = old.chat AND given_up_at IS NULL);
END;

-- Updates of Telegram stored before they are confirmed; a handled one is deleted, its hash stays in seen_update.
CREATE TABLE inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat BLOB,
    received INTEGER NOT NULL,
    quarantined_at INTEGER,
    why BLOB,                             -- sealed
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX inbox_chat ON inbox (chat);

CREATE TABLE seen_update (
    hash BLOB PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The message that erased a person, as a keyed hash: should it come again, it must not begin a new conversation.
CREATE TABLE erasing_message (
    hash BLOB PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Erasures whose key and log are still to be wiped: finished at once, or at the next start.
CREATE TABLE unfinished_erasure (
    person INTEGER PRIMARY KEY
) STRICT;

-- Private links that let a family go on elsewhere: one use each.
CREATE TABLE resume_link (
    hash BLOB PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX resume_link_person ON resume_link (person);

-- Whether the site recruits, as its coordinator said; the latest row counts.
CREATE TABLE recruiting (
    id INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    as_of TEXT NOT NULL,
    places_left INTEGER,
    who TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
