-- name: head
SELECT seq, hash, mark FROM audit_head WHERE id = 1;

-- name: set_head
INSERT INTO audit_head (id, seq, hash, mark) VALUES (1, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, mark = excluded.mark;

-- name: last
SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1;

-- name: hash_of
SELECT hash FROM audit WHERE seq = ?;

-- name: add
INSERT INTO audit (seq, at, who, role, action, subject, field, was, became, reason, hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: role_of
SELECT role FROM account WHERE id = ?;

-- name: add_name
INSERT OR IGNORE INTO audit_name (who, sealed) VALUES (?, ?);

-- name: names
SELECT who, sealed FROM audit_name;

-- name: account_names
SELECT id, name FROM account;

-- name: listing
-- The conditions that are wanted stand in place of {where}: only then can each use its index.
SELECT seq, at, who, role, action, subject, field, was, became, reason, hash FROM audit
WHERE {where} ORDER BY seq DESC LIMIT :limit;

-- name: all
SELECT seq, at, who, role, action, subject, field, was, became, reason, hash FROM audit ORDER BY seq;

-- name: of_action
SELECT seq, at, who, role, action, subject, field, was, became, reason, hash FROM audit WHERE action = ? ORDER BY seq;

-- name: actions
-- From one action to the next by the index: the trail may hold a million entries of a few dozen kinds.
WITH RECURSIVE one (action) AS (
    SELECT min(action) FROM audit
    UNION ALL
    SELECT (SELECT min(action) FROM audit WHERE action > one.action) FROM one WHERE one.action IS NOT NULL
)
SELECT action FROM one WHERE action IS NOT NULL;

-- name: guards
SELECT count(*) FROM sqlite_master
WHERE type = 'trigger' AND tbl_name = 'audit' AND name LIKE 'audit_is_never_%' AND sql LIKE '%RAISE(ABORT%';

-- name: accounts
SELECT id, name, role, state FROM account;
