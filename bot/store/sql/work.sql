-- name: of_lead
SELECT lead.id, lead.person, lead.status, lead.created, lead.safety, work.holder, work.waiting_since, work.moved_at,
       work.snoozed_until, work.attempts, work.last_attempt_at, work.reached_at, work.comes_back_on, work.closed_for
FROM lead LEFT JOIN work ON work.lead = lead.id
WHERE lead.code = ?;

-- name: by_id
SELECT lead.id, lead.person, lead.status, lead.created, lead.safety, work.holder, work.waiting_since, work.moved_at,
       work.snoozed_until, work.attempts, work.last_attempt_at, work.reached_at, work.comes_back_on, work.closed_for
FROM lead LEFT JOIN work ON work.lead = lead.id
WHERE lead.id = ?;

-- name: save
INSERT INTO work (lead, holder, waiting_since, moved_at, snoozed_until, attempts, last_attempt_at, reached_at, closed_for,
                  comes_back_on)
VALUES (:lead, :holder, :waiting_since, :moved_at, :snoozed_until, :attempts, :last_attempt_at, :reached_at, :closed_for,
        :comes_back_on)
ON CONFLICT (lead) DO UPDATE SET holder = excluded.holder, waiting_since = excluded.waiting_since,
    moved_at = excluded.moved_at, snoozed_until = excluded.snoozed_until, attempts = excluded.attempts,
    last_attempt_at = excluded.last_attempt_at, reached_at = excluded.reached_at, closed_for = excluded.closed_for,
    comes_back_on = excluded.comes_back_on;

-- name: coming_back
SELECT lead.code FROM work JOIN lead ON lead.id = work.lead
WHERE work.comes_back_on <= ? AND lead.status = 'closed' ORDER BY lead.id;

-- name: set_status
UPDATE lead SET status = ?, changed = ? WHERE id = ? AND status <> ?;

-- name: add_step
INSERT INTO lead_change (lead, person, at, who, from_status, to_status, why, action) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: steps
SELECT id, at, who, action, from_status, to_status, why, undone FROM lead_change WHERE lead = ? ORDER BY id;

-- name: last_step
SELECT id, at, who, action, why FROM lead_change
WHERE lead = ? AND undone = 0 AND action NOT IN ('undo', 'note') ORDER BY id DESC LIMIT 1;

-- name: mark_undone
UPDATE lead_change SET undone = 1 WHERE id = ?;

-- name: add_attempt
INSERT INTO call_attempt (lead, step, at, who, sealed) VALUES (?, ?, ?, ?, ?);

-- name: attempts
SELECT call_attempt.at, call_attempt.who, call_attempt.sealed, lead_change.undone
FROM call_attempt JOIN lead_change ON lead_change.id = call_attempt.step
WHERE call_attempt.lead = ? ORDER BY call_attempt.id;

-- name: add_note
INSERT INTO lead_note (lead, at, who, sealed) VALUES (?, ?, ?, ?);

-- name: notes
SELECT at, who, sealed FROM lead_note WHERE lead = ? ORDER BY id;

-- name: add_override
INSERT INTO verdict_override (lead, at, who, sealed) VALUES (?, ?, ?, ?);

-- name: overrides
SELECT at, who, sealed FROM verdict_override WHERE lead = ? ORDER BY id;

-- name: merge
INSERT INTO merged_lead (lead, into_lead, at, who) VALUES (?, ?, ?, ?);

-- name: unmerge
DELETE FROM merged_lead WHERE lead = ?;

-- name: merged_into
SELECT lead.id, lead.code, lead.status FROM merged_lead JOIN lead ON lead.id = merged_lead.into_lead
WHERE merged_lead.lead = ?;

-- name: merged_from
SELECT lead.id, lead.code, lead.person FROM merged_lead JOIN lead ON lead.id = merged_lead.lead
WHERE merged_lead.into_lead = ? ORDER BY lead.id;

-- name: queue
-- A merged lead stands under the other, unless that one's family has taken it back.
SELECT lead.code, lead.status, lead.language, lead.asked_for_call, lead.safety, lead.tier, lead.score,
       lead.earliest_date, lead.created,
       EXISTS (SELECT 1 FROM person WHERE person.id = lead.person AND person.unreachable_since IS NOT NULL),
       look.tier, look.clears_on, work.holder, work.waiting_since, work.moved_at, work.snoozed_until, work.attempts, work.last_attempt_at,
       work.reached_at
FROM lead LEFT JOIN work ON work.lead = lead.id LEFT JOIN second_look AS look ON look.lead = lead.id
WHERE lead.status IN (SELECT value FROM json_each(:statuses))
  AND NOT EXISTS (SELECT 1 FROM merged_lead JOIN lead AS other ON other.id = merged_lead.into_lead
                  WHERE merged_lead.lead = lead.id AND other.status <> 'withdrawn');

-- name: version
PRAGMA data_version;

-- name: drop_marks
DELETE FROM lead_mark WHERE lead = ?;

-- name: add_mark
INSERT OR IGNORE INTO lead_mark (mark, lead) VALUES (?, ?);

-- name: find_mark
SELECT DISTINCT lead.code FROM lead_mark JOIN lead ON lead.id = lead_mark.lead
WHERE lead_mark.mark = ? ORDER BY lead.created DESC LIMIT 100;

-- name: add_decision
INSERT INTO site_decision (criterion, about, verdict, decided_on, at, who, answer) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: decisions
SELECT id, criterion, about, verdict, decided_on, at, who, answer FROM site_decision ORDER BY decided_on, id;

-- name: all_announced
SELECT lead.code, announcement.kind, announcement.at
FROM announcement JOIN lead ON lead.id = announcement.lead LEFT JOIN work ON work.lead = lead.id
WHERE lead.status NOT IN ('closed', 'withdrawn')
  AND announcement.since = coalesce(work.waiting_since, lead.created);

-- name: announce
INSERT OR IGNORE INTO announcement (lead, since, kind, at) VALUES (?, ?, ?, ?);

-- name: lead_ids
SELECT id, person, code FROM lead ORDER BY created, id;

-- name: past
SELECT code, status, created, changed FROM past_lead ORDER BY created, code;

-- name: count_ended
SELECT (SELECT count(*) FROM lead WHERE status IN ('closed', 'withdrawn')) + (SELECT count(*) FROM past_lead);

-- name: packets
SELECT lead.id, lead.person, lead.code, lead.status, lead.changed, lead.packet, work.closed_for,
       coalesce((SELECT version FROM lead_protocol WHERE lead_protocol.lead = lead.id), '')
FROM lead LEFT JOIN work ON work.lead = lead.id
WHERE lead.id > :after ORDER BY lead.id LIMIT :limit;

-- name: contacts
SELECT code, person, contact FROM lead WHERE status <> 'withdrawn' ORDER BY id;

-- name: journal
-- One line a lead for the screening log: when they came, when they were first called and reached, and how it ended.
SELECT lead.code, lead.person, lead.status, lead.created, work.reached_at, work.closed_for,
       (SELECT min(call_attempt.at) FROM call_attempt JOIN lead_change ON lead_change.id = call_attempt.step
        WHERE call_attempt.lead = lead.id AND lead_change.undone = 0),
       (SELECT who FROM lead_change WHERE lead = lead.id AND undone = 0 ORDER BY id DESC LIMIT 1),
       (SELECT max(at) FROM lead_change WHERE lead = lead.id AND undone = 0),
       (SELECT count(*) FROM call_attempt JOIN lead_change ON lead_change.id = call_attempt.step
        WHERE call_attempt.lead = lead.id AND lead_change.undone = 0),
       EXISTS (SELECT 1 FROM verdict_override WHERE verdict_override.lead = lead.id), lead.id
FROM lead LEFT JOIN work ON work.lead = lead.id
ORDER BY lead.created, lead.id;

-- name: people
-- How far each person came. An answer is counted as the last one only if nothing later happened to the interview.
SELECT person.id, person.changed, person.source,
       max(event.kind = 'started'), max(event.kind = 'permitted'), max(event.kind IN ('finished', 'screened')),
       max(event.kind = 'handed_over'),
       max(CASE WHEN event.kind = 'answered' THEN printf('%020d', event.at) || event.detail END)
FROM person LEFT JOIN event ON event.person = person.id
GROUP BY person.id;

-- name: reached_people
SELECT lead.person, max(work.reached_at IS NOT NULL),
       max(EXISTS (SELECT 1 FROM lead_change WHERE lead_change.lead = lead.id AND undone = 0
                   AND to_status IN ('visit_booked', 'screening')))
FROM lead LEFT JOIN work ON work.lead = lead.id
GROUP BY lead.person;

-- name: changed_leads
-- With what the last look rests on, so that its verdicts are read again once they may be others.
SELECT lead.id, lead.changed, lead.status, coalesce(look.looked_on || ' ' || look.decision || ' ' || look.override, '')
FROM lead LEFT JOIN second_look AS look ON look.lead = lead.id;

-- name: packet_of
SELECT lead.person, lead.status, lead.packet, work.closed_for, look.verdicts
FROM lead LEFT JOIN work ON work.lead = lead.id LEFT JOIN second_look AS look ON look.lead = lead.id WHERE lead.id = ?;

-- name: packet_of_code
SELECT id, person, packet, coalesce((SELECT version FROM lead_protocol WHERE lead_protocol.lead = lead.id), '')
FROM lead WHERE code = ?;

-- name: newest_open
SELECT person, packet FROM lead WHERE status NOT IN ('closed', 'withdrawn') ORDER BY id DESC LIMIT ?;

-- name: digest_row
SELECT person, chat, sealed FROM outbox WHERE id = ? AND op = 'digest' AND given_up_at IS NULL;

-- name: digest_others
SELECT id, person, sealed FROM outbox
WHERE chat = ? AND op = 'digest' AND given_up_at IS NULL AND id <> ? AND sealed IS NOT NULL ORDER BY id;

-- name: drop_row
DELETE FROM outbox WHERE id = ?;

-- name: set_row
UPDATE outbox SET sealed = ? WHERE id = ?;

-- name: waiting
SELECT channel, count(*), min(due_at), max(attempts) FROM outbox WHERE given_up_at IS NULL GROUP BY channel;

-- name: all_verdicts
SELECT lead.id, lead.code, lead.person, lead.packet, look.verdicts, coalesce(asked.version, '')
FROM lead LEFT JOIN second_look AS look ON look.lead = lead.id
LEFT JOIN lead_protocol AS asked ON asked.lead = lead.id
WHERE lead.id > :after AND lead.tier IS NOT NULL ORDER BY lead.id LIMIT :limit;

-- name: stored_of_code
SELECT lead.id, lead.person, lead.code, lead.status, lead.packet, work.closed_for,
       coalesce((SELECT version FROM lead_protocol WHERE lead_protocol.lead = lead.id), '')
FROM lead LEFT JOIN work ON work.lead = lead.id
WHERE lead.code = ? AND lead.status <> 'withdrawn';
