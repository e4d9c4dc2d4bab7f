-- The coordinators' group on Telegram: who may press there, and which cards stand there. No card holds anything of a
-- family but its reference number. Marks are keyed hashes.

-- Whose Telegram it is: the number of a Telegram user is kept as a mark alone.
CREATE TABLE account_telegram (
    account TEXT PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    mark BLOB NOT NULL UNIQUE,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Codes by which an account links its Telegram: one an account, one use each, good for minutes.
CREATE TABLE telegram_code (
    account TEXT PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    mark BLOB NOT NULL UNIQUE,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A lead's card. It stays when its family erases everything, so that it can be taken down.
CREATE TABLE group_card (
    code TEXT PRIMARY KEY,                -- empty: the one card about all who have none of their own
    token TEXT NOT NULL UNIQUE,           -- random; what the buttons say instead of the code
    place INTEGER,                        -- the group in which the message stands
    message INTEGER,
    shown TEXT NOT NULL,                  -- a short mark of what it says
    step INTEGER NOT NULL,                -- how often it was put up again, because nobody had claimed
    first_at INTEGER,                     -- when it was first put up
    changed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX group_card_changed ON group_card (changed);

-- The group as the settings name it, and where it has gone since.
CREATE TABLE telegram_group (
    configured INTEGER PRIMARY KEY,
    chat INTEGER NOT NULL,
    bot TEXT NOT NULL,                    -- the bot's own name, for who wants to write to it
    trouble TEXT NOT NULL,                -- what Telegram says; empty while all is well
    trouble_since INTEGER
) STRICT;
