-- name: person
SELECT created, changed, remind_at, unreachable_since, source, dialogue FROM person WHERE id = ?;

-- name: permissions
SELECT name, state, text_hash, language, at FROM permission WHERE person = ? ORDER BY at, name;

-- name: events
SELECT kind, detail, at FROM event WHERE person = ? ORDER BY at, kind, detail;

-- name: leads
SELECT code FROM lead WHERE person = ? ORDER BY child;

-- name: links
SELECT expires FROM resume_link WHERE person = ? ORDER BY expires;

-- name: event_counts
SELECT kind, detail, count(DISTINCT person) FROM event GROUP BY kind, detail ORDER BY kind, detail;
