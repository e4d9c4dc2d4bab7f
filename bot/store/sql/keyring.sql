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
