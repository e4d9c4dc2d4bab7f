-- name: add
INSERT INTO outbox (person, lead, channel, chat, op, due_at, expires, sealed, head)
VALUES (:person, :lead, :channel, :chat, :op, :due_at, :expires, :sealed,
        NOT EXISTS (SELECT 1 FROM outbox WHERE chat = :chat AND given_up_at IS NULL));

-- name: due
-- `of_no_use`: a card that a later one replaces, or a receipt that has waited too long.
SELECT id, person, chat, op, attempts, sealed,
       (expires IS NOT NULL AND expires <= :now)
       OR (op = 'card' AND EXISTS (
           SELECT 1 FROM outbox AS later
           WHERE later.chat = outbox.chat AND later.id > outbox.id AND later.op = 'card' AND later.given_up_at IS NULL
       )) AS of_no_use
FROM outbox
WHERE channel = :channel AND head = 1 AND due_at <= :now
ORDER BY due_at, id;

-- name: live_message
SELECT live_message FROM address WHERE chat = ?;

-- name: drop_card
-- The card itself, and what was to be done to it until the next card: it was never shown.
DELETE FROM outbox
WHERE chat = :chat AND given_up_at IS NULL AND id >= :id AND (id = :id OR op IN ('settle', 'retire', 'refresh'))
  AND id < (SELECT min(id) FROM outbox WHERE chat = :chat AND id > :id AND op = 'card' AND given_up_at IS NULL);

-- name: drop_expired
DELETE FROM outbox WHERE id = ? AND expires <= ?;

-- name: row
SELECT person, chat, sealed FROM outbox WHERE id = ?;

-- name: delete
DELETE FROM outbox WHERE id = ?;

-- name: set_live_message
UPDATE address SET live_message = ? WHERE chat = ?;

-- name: retry
UPDATE outbox SET attempts = attempts + 1, due_at = ?, why = ? WHERE id = ? AND given_up_at IS NULL;

-- name: due_still
UPDATE outbox SET due_at = :now
WHERE channel = :channel AND given_up_at IS NULL AND due_at > :now
  AND (due_at > :too_far OR (:put_back AND (due_at <= :seen OR attempts > 0)));

-- name: give_up
UPDATE outbox SET attempts = attempts + 1, given_up_at = ?, why = ?, sealed = NULL
WHERE id = ? AND given_up_at IS NULL;

-- name: given_up
SELECT id, person, channel, op, attempts, why, given_up_at FROM outbox WHERE given_up_at IS NOT NULL ORDER BY id;

-- name: mark_unreachable
UPDATE person SET unreachable_since = ? WHERE id = ? AND unreachable_since IS NULL;

-- name: stop_family
-- What is about a lead goes to the site: that is still sent.
DELETE FROM outbox
WHERE given_up_at IS NULL AND lead IS NULL
  AND (person = :person OR chat IN (SELECT chat FROM address WHERE person = :person));

-- name: of_chat
SELECT id, person, sealed FROM outbox WHERE chat = ? AND given_up_at IS NULL;

-- name: move
UPDATE outbox SET chat = ?, sealed = ? WHERE id = ?;

-- name: find_head
UPDATE outbox
SET head = (id = (SELECT min(id) FROM outbox AS first WHERE first.chat = :chat AND first.given_up_at IS NULL))
WHERE chat = :chat AND given_up_at IS NULL;

-- name: person_of_chat
SELECT person FROM address WHERE chat = ?;

-- name: drop_address
DELETE FROM address WHERE chat = ?;

-- name: move_last_chat
UPDATE person SET chat = :new WHERE id = :person AND chat = :old;

-- name: move_inbox
UPDATE inbox SET chat = :new WHERE chat = :old;

-- name: purge_given_up
DELETE FROM outbox WHERE given_up_at < ?;

-- name: purge_expired
DELETE FROM outbox WHERE expires <= ?;

-- name: of_person
SELECT channel, op, why, sealed FROM outbox WHERE person = ? ORDER BY id;
