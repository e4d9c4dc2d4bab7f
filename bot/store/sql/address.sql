-- name: add_address
INSERT INTO address (chat, person, channel, sealed) VALUES (?, ?, ?, ?)
ON CONFLICT (chat) DO UPDATE SET person = excluded.person, sealed = excluded.sealed, live_message = NULL;

-- name: is_known
SELECT EXISTS (SELECT 1 FROM address WHERE chat = ?);

-- name: of_person
SELECT channel, sealed FROM address WHERE person = ? ORDER BY channel, chat;

-- name: drop_sessions
DELETE FROM address WHERE person = ? AND channel = 'browser';

-- name: add_link
INSERT INTO resume_link (hash, person, expires) VALUES (?, ?, ?);

-- name: take_link
DELETE FROM resume_link WHERE hash = ? RETURNING person, expires;

-- name: revoke_links
DELETE FROM resume_link WHERE person = ?;

-- name: purge_links
DELETE FROM resume_link WHERE expires <= ?;

-- name: reminders_due
SELECT person.id, address.channel, address.sealed
FROM person JOIN address ON address.chat = person.chat
WHERE (person.remind_at <= :now OR person.remind_at > :too_far) AND person.unreachable_since IS NULL
ORDER BY person.remind_at;

-- name: reminder_done
UPDATE person SET remind_at = NULL WHERE id = ?;
