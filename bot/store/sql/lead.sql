-- name: of_child
SELECT id, person, code, status FROM lead WHERE person = ? AND child = ?;

-- name: code_taken
SELECT 1 FROM lead WHERE code = :code UNION ALL SELECT 1 FROM past_lead WHERE code = :code;

-- name: create
INSERT INTO lead (code, person, child, status, language, asked_for_call, safety, tier, score, earliest_date,
                  created, changed, contact, packet)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: update
UPDATE lead
SET status = ?, language = ?, asked_for_call = ?, safety = ?, tier = ?, score = ?, earliest_date = ?,
    changed = ?, contact = ?, packet = ?
WHERE id = ?;

-- name: set_status
UPDATE lead SET status = ?, changed = ? WHERE id = ?;

-- name: add_change
INSERT INTO lead_change (lead, person, at, who, from_status, to_status, why) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: changes
SELECT at, who, from_status, to_status, why FROM lead_change WHERE lead = ? ORDER BY id;

-- name: cancel_unsent
DELETE FROM outbox WHERE lead = ? AND given_up_at IS NULL;

-- name: by_code
SELECT lead.id, lead.code, lead.person, lead.child, lead.status, lead.language, lead.asked_for_call, lead.safety,
       lead.tier, lead.score, lead.earliest_date, lead.created, lead.changed, person.unreachable_since,
       lead.contact, lead.packet
FROM lead JOIN person ON person.id = lead.person
WHERE lead.code = ?;

-- name: by_child
SELECT lead.id, lead.code, lead.person, lead.child, lead.status, lead.language, lead.asked_for_call, lead.safety,
       lead.tier, lead.score, lead.earliest_date, lead.created, lead.changed, person.unreachable_since,
       lead.contact, lead.packet
FROM lead JOIN person ON person.id = lead.person
WHERE lead.person = ? AND lead.child = ?;

-- name: queue
-- Safety first, then the tier (who asked for a call before an end is reached counts as one to review), the score,
-- and who has waited longest.
SELECT lead.id, lead.code, lead.person, lead.child, lead.status, lead.language, lead.asked_for_call, lead.safety,
       lead.tier, lead.score, lead.earliest_date, lead.created, lead.changed, person.unreachable_since
FROM lead JOIN person ON person.id = lead.person
WHERE :status IS NULL OR lead.status = :status
ORDER BY lead.safety DESC,
         CASE
             WHEN lead.tier = 'likely' THEN 0
             WHEN lead.tier = 'needs_review' OR lead.tier IS NULL THEN 1
             WHEN lead.tier = 'not_now' AND lead.earliest_date <= :soon THEN 2
             WHEN lead.tier = 'not_now' THEN 3
             ELSE 4
         END,
         lead.score DESC NULLS LAST, lead.created, lead.id;

-- name: past
SELECT code, status, created, changed FROM past_lead WHERE :status IS NULL OR status = :status ORDER BY created, code;

-- name: past_by_code
SELECT code, status, created, changed FROM past_lead WHERE code = ?;

-- name: set_past_status
UPDATE past_lead SET status = ?, changed = ? WHERE code = ?;

-- name: waiting_before
-- Two carers of one child wait once, at the place of the lead that both belong to.
SELECT count(*) FROM lead
WHERE status IN ('new', 'claimed', 'contacting', 'unreachable', 'records_requested', 'pi_review')
  AND id NOT IN (SELECT merged_lead.lead FROM merged_lead JOIN lead AS other ON other.id = merged_lead.into_lead
                 WHERE other.status <> 'withdrawn')
  AND (:created IS NULL OR created < :created OR (created = :created AND id < :id));

-- name: set_recruiting
INSERT INTO recruiting (state, as_of, places_left, who, at) VALUES (?, ?, ?, ?, ?);

-- name: recruiting
SELECT state, as_of, places_left FROM recruiting ORDER BY id DESC LIMIT 1;

-- name: open_of_person
SELECT id, person, code, status FROM lead WHERE person = ? AND status NOT IN ('closed', 'withdrawn');

-- name: place
SELECT lead.id, lead.created FROM lead
WHERE lead.id = coalesce((SELECT merged_lead.into_lead FROM merged_lead JOIN lead AS mine ON mine.id = merged_lead.lead
                          JOIN lead AS other ON other.id = merged_lead.into_lead
                          WHERE mine.code = :code AND other.status <> 'withdrawn'),
                         (SELECT id FROM lead WHERE code = :code))
  AND status IN ('new', 'claimed', 'contacting', 'unreachable', 'records_requested', 'pi_review');

-- name: begin_again
-- The family has come back after taking its lead away: it waits for a first call from now on, and nobody has it.
UPDATE work SET waiting_since = :now, moved_at = :now, holder = '', snoozed_until = NULL, attempts = 0,
    last_attempt_at = NULL, reached_at = NULL, closed_for = NULL, comes_back_on = NULL
WHERE lead = :lead;

-- name: new_window
-- A lead that is closed until its window is over, whose family has changed its answers: the new day counts; without one it
-- comes up at once, for somebody to look at.
UPDATE work SET comes_back_on = coalesce(:clears_on, '0001-01-01') WHERE lead = :lead AND comes_back_on IS NOT NULL;

-- name: drop_look
DELETE FROM second_look WHERE lead = ?;

-- name: packet_of
SELECT packet FROM lead WHERE id = ?;
