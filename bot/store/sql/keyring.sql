-- name: secret
SELECT wrapped FROM secret WHERE name = ?;

-- name: add_secret
INSERT INTO secret (name, wrapped, wrapped_by) VALUES (?, ?, ?);

-- name: person_key
SELECT wrapped FROM person_key WHERE person = ?;

-- name: add_person_key
INSERT INTO person_key (person, wrapped, wrapped_by, created) VALUES (?, ?, ?, ?);

-- name: drop_person_key
DELETE FROM person_key WHERE person = ?;

-- name: add_erased
INSERT OR IGNORE INTO erased (person, at) VALUES (?, ?);

-- name: erased
SELECT person FROM erased;

-- name: anchor
SELECT seq, hash FROM trail_anchor WHERE id = 1;

-- name: set_anchor
INSERT INTO trail_anchor (id, seq, hash) VALUES (1, ?, ?)
ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash WHERE excluded.seq > seq;

-- name: erased_when
SELECT person, at FROM erased ORDER BY at, person;

-- name: move_anchor
INSERT INTO trail_anchor (id, seq, hash) VALUES (1, ?, ?)
ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;

-- name: note_place
INSERT INTO copy_place (folder, kind, at) VALUES (?, ?, ?) ON CONFLICT (folder, kind) DO UPDATE SET at = excluded.at;

-- name: places
SELECT folder, kind, at FROM copy_place ORDER BY at DESC, folder, kind;

-- name: set_copied
INSERT OR REPLACE INTO copied (id, at) VALUES (1, ?);

-- name: copied
SELECT at FROM copied;

-- name: not_copied
DELETE FROM copied;

-- name: people
SELECT person FROM person_key;

-- name: secrets
SELECT name, wrapped FROM secret;

-- name: person_keys
SELECT person, wrapped FROM person_key;

-- name: rewrap_secret
UPDATE secret SET wrapped = ?, wrapped_by = ? WHERE name = ?;

-- name: rewrap_person_key
UPDATE person_key SET wrapped = ?, wrapped_by = ? WHERE person = ?;

-- name: wrapped_by
SELECT wrapped_by FROM secret WHERE name = 'root';
