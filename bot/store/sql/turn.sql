-- name: load
SELECT person.id, person.revision, person.dialogue
FROM address JOIN person ON person.id = address.person
WHERE address.chat = ?;

-- name: find_by_chat
SELECT person.id, person.revision, person.recent
FROM address JOIN person ON person.id = address.person
WHERE address.chat = ?;

-- name: find_by_id
SELECT id, revision, recent FROM person WHERE id = ?;

-- name: create
INSERT INTO person (id, revision, chat, created, changed, remind_at, recent, dialogue)
VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: save
UPDATE person
SET revision = ?, chat = ?, changed = ?, remind_at = ?, unreachable_since = NULL, recent = ?, dialogue = ?
WHERE id = ?;

-- name: set_source
UPDATE person SET source = ? WHERE id = ? AND source IS NULL;

-- name: add_permission
INSERT INTO permission (person, at, name, state, text_hash, language) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET state = excluded.state, text_hash = excluded.text_hash, language = excluded.language;

-- name: add_event
INSERT INTO event (person, at, kind, detail) VALUES (?, ?, ?, ?) ON CONFLICT (person, at, kind, detail) DO NOTHING;
