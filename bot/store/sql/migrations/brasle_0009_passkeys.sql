-- Passkeys: a key pair that stays in a colleague's device signs what the server asks. Only the public half is here.
CREATE TABLE passkey (
    mark BLOB PRIMARY KEY,                -- of the credential's id
    account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,
    count INTEGER NOT NULL,               -- the device's own count of signatures, as last seen: it never goes back
    added INTEGER NOT NULL,
    used INTEGER,
    sealed BLOB NOT NULL                  -- the credential's id, its public key, the name that its owner gave it
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_account ON passkey (account);

ALTER TABLE sign_in ADD COLUMN by_passkey INTEGER NOT NULL DEFAULT 0;
