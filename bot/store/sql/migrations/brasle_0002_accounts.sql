-- Who works in the console, and the trail of what was read and changed. "Sealed" columns are encrypted with the staff
-- key, which hangs on the master key; a mark is a keyed hash.

CREATE TABLE account (
    id TEXT PRIMARY KEY,                  -- random; what the trail says instead of a name
    name_mark BLOB NOT NULL UNIQUE,       -- of the name to sign in with
    state TEXT NOT NULL,                  -- invited, active, disabled
    role TEXT NOT NULL,
    language TEXT NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    code_step INTEGER NOT NULL DEFAULT 0, -- 30-second step of the last one-time code used: none is taken twice
    name BLOB NOT NULL,                   -- sealed
    password BLOB,                        -- sealed: Argon2id hash
    secret BLOB                           -- sealed: of the one-time codes
) STRICT, WITHOUT ROWID;

-- For when the telephone with the one-time codes is gone: one use each.
CREATE TABLE recovery_code (
    mark BLOB PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX recovery_code_account ON recovery_code (account);

-- Invitations: one use each.
CREATE TABLE account_link (
    mark BLOB PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
    kind TEXT NOT NULL,                   -- invitation, demo
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX account_link_account ON account_link (account);

CREATE TABLE account_session (
    mark BLOB PRIMARY KEY,                -- of the cookie
    account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
    stage TEXT NOT NULL,                  -- enrolling, signed_in
    browser TEXT NOT NULL,
    created INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    kept BLOB                             -- sealed: what this session alone is shown, once
) STRICT, WITHOUT ROWID;
CREATE INDEX account_session_account ON account_session (account);

-- Browsers in which an account has signed in before.
CREATE TABLE known_browser (
    mark BLOB PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
    seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX known_browser_account ON known_browser (account);

CREATE TABLE sign_in (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
    at INTEGER NOT NULL,
    browser TEXT NOT NULL,
    is_new INTEGER NOT NULL,
    by_recovery_code INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_account ON sign_in (account, at);

-- Attempts not yet proved right, by name and browser.
CREATE TABLE sign_in_attempt (
    mark BLOB PRIMARY KEY,
    tries INTEGER NOT NULL,
    last INTEGER NOT NULL,
    locked_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The trail: only ever added to. Each hash covers its row and the hash before it. No name, no answer, no free text.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,                    -- account:<id>, command:<keyed hash of the user's name>, program, family
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,                -- a lead's code or an account's id
    field TEXT NOT NULL,
    was TEXT,
    became TEXT,
    reason TEXT,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX audit_subject ON audit (subject);
CREATE INDEX audit_who ON audit (who);
CREATE INDEX audit_action ON audit (action);
CREATE INDEX audit_at ON audit (at);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the trail is only ever added to');
END;
CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the trail is only ever added to');
END;

CREATE TRIGGER audit_is_never_overwritten BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE seq >= NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'the trail is only ever added to');
END;

-- Where the trail ends: a shortened one is noticed.
CREATE TABLE audit_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    mark BLOB NOT NULL                    -- keyed hash of both
) STRICT;

-- Names of those who use the command line.
CREATE TABLE audit_name (
    who TEXT PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
