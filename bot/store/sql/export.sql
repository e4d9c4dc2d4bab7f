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

-- name: live_messages
SELECT live_message FROM address WHERE person = ? AND live_message IS NOT NULL;

-- name: work
SELECT lead.id, lead.person, work.snoozed_until, work.attempts, work.last_attempt_at, work.reached_at, work.closed_for,
       second_look.looked_on, second_look.verdicts, lead_protocol.version
FROM lead LEFT JOIN work ON work.lead = lead.id LEFT JOIN second_look ON second_look.lead = lead.id
LEFT JOIN lead_protocol ON lead_protocol.lead = lead.id
WHERE lead.code = ?;

-- name: steps
SELECT at, action, why FROM lead_change WHERE lead = ? ORDER BY id;

-- name: attempts
SELECT at, sealed FROM call_attempt WHERE lead = ? ORDER BY id;

-- name: notes
SELECT at, sealed FROM lead_note WHERE lead = ? ORDER BY id;

-- name: overrides
SELECT at, sealed FROM verdict_override WHERE lead = ? ORDER BY id;

-- name: merged
SELECT 1 FROM merged_lead WHERE lead = ?;

-- name: announced
SELECT at, kind FROM announcement WHERE lead = ? ORDER BY at, kind;
