-- name: see
-- An old hash does not count: after a quiet week Telegram begins its numbers anew.
INSERT INTO seen_update (hash, at) VALUES (:hash, :now)
ON CONFLICT (hash) DO UPDATE SET at = excluded.at WHERE seen_update.at < :too_old;

-- name: add
INSERT INTO inbox (chat, received, quarantined_at, why, sealed) VALUES (?, ?, ?, ?, ?);

-- name: pending
SELECT id, sealed FROM inbox WHERE quarantined_at IS NULL AND id > :after ORDER BY id LIMIT :limit;

-- name: pending_of_latest
-- A chat that wrote last comes first, so that the limit never cuts off who writes now.
SELECT inbox.id, inbox.sealed
FROM (
    SELECT chat, max(id) AS newest
    FROM (
        SELECT chat, id FROM inbox
        WHERE quarantined_at IS NULL AND chat IS NOT NULL AND id > max(:after, :since)
        ORDER BY id DESC LIMIT :limit
    )
    GROUP BY chat
) AS latest
JOIN inbox ON inbox.chat = latest.chat
WHERE inbox.quarantined_at IS NULL AND inbox.id > :after
ORDER BY latest.newest DESC, inbox.id LIMIT :limit;

-- name: is_pending
SELECT 1 FROM inbox WHERE id = ? AND quarantined_at IS NULL;

-- name: quarantined
SELECT id, sealed, why, quarantined_at FROM inbox WHERE quarantined_at IS NOT NULL ORDER BY id;

-- name: quarantine
UPDATE inbox SET quarantined_at = ?, why = ? WHERE id = ?;

-- name: replay
INSERT INTO inbox (chat, received, sealed)
SELECT chat, received, sealed FROM inbox WHERE id = ? AND quarantined_at IS NOT NULL;

-- name: drop
DELETE FROM inbox WHERE id = ?;

-- name: purge_seen
DELETE FROM seen_update WHERE at < ?;

-- name: purge_quarantined
DELETE FROM inbox WHERE quarantined_at < ?;

-- name: of_person
SELECT id, sealed FROM inbox WHERE chat IN (SELECT chat FROM address WHERE person = ?) ORDER BY id;

-- name: troubles_of_person
SELECT why FROM inbox WHERE chat IN (SELECT chat FROM address WHERE person = ?) AND why IS NOT NULL ORDER BY id;
