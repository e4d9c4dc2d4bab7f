-- name: leads_of
SELECT code, status FROM lead WHERE person = ? ORDER BY child;

-- name: keep_past_leads
-- Whoever erases does not want to be called any more; a lead closed by the coordinator stays closed.
INSERT OR IGNORE INTO past_lead (code, status, created, changed)
SELECT code, CASE status WHEN 'closed' THEN 'closed' ELSE 'withdrawn' END, created, :now FROM lead WHERE person = :person;

-- name: drop_updates
-- A conversation's own update and what is set aside goes; what came after the erasing message begins a new conversation.
DELETE FROM inbox
WHERE chat IN (SELECT chat FROM address WHERE person = :person)
  AND (:handled IS NULL OR id <= :handled OR quarantined_at IS NOT NULL);

-- name: drop_receipts
DELETE FROM outbox WHERE person IS NULL AND chat IN (SELECT chat FROM address WHERE person = ?);

-- name: drop_person
DELETE FROM person WHERE id = ?;

-- name: person_exists
SELECT 1 FROM person WHERE id = ?;

-- name: begin
INSERT OR IGNORE INTO unfinished_erasure (person) VALUES (?);

-- name: unfinished
SELECT person FROM unfinished_erasure;

-- name: finish
DELETE FROM unfinished_erasure WHERE person = ?;

-- name: remember_message
INSERT OR IGNORE INTO erasing_message (hash, at) VALUES (?, ?);

-- name: erased_by
SELECT 1 FROM erasing_message WHERE hash = ?;

-- name: purge_messages
DELETE FROM erasing_message WHERE at < ?;
