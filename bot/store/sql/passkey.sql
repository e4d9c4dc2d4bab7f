-- name: add
INSERT INTO passkey (mark, account, count, added, sealed) VALUES (?, ?, ?, ?, ?) ON CONFLICT (mark) DO NOTHING;

-- name: of_account
SELECT mark, added, used, sealed FROM passkey WHERE account = ? ORDER BY added, mark;

-- name: how_many
SELECT count(*) FROM passkey WHERE account = ?;

-- name: one
SELECT count, sealed FROM passkey WHERE mark = ? AND account = ?;

-- name: use
UPDATE passkey SET count = :count, used = :now
WHERE mark = :mark AND account = :account AND (count < :count OR (count = 0 AND :count = 0));

-- name: remove
DELETE FROM passkey WHERE mark = ? AND account = ?;

-- name: drop_of
DELETE FROM passkey WHERE account = ?;
