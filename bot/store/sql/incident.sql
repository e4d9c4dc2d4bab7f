-- name: readings
-- What was read in a span, in the order in which it was.
SELECT at, who, action, subject FROM audit
WHERE at >= :since AND at < :until AND (:who IS NULL OR who = :who) ORDER BY seq;

-- name: leads
SELECT code, person, created, language, contact FROM lead ORDER BY id;

-- name: past
SELECT code, created, changed FROM past_lead ORDER BY code;

-- name: people
SELECT person.id, (SELECT channel FROM address WHERE address.person = person.id ORDER BY channel LIMIT 1)
FROM person ORDER BY person.id;

-- name: ids
SELECT id FROM person;

-- name: report
-- A year's work in the trail: who did what how often, on how many leads or accounts, when first and last.
SELECT who, role, action, count(*), count(DISTINCT nullif(subject, '')), min(at), max(at)
FROM audit WHERE at >= :since AND at < :until GROUP BY who, role, action ORDER BY who, role, action;

-- name: report_leads
-- Who read each lead, how often.
SELECT subject, who, count(*), min(at), max(at) FROM audit
WHERE at >= :since AND at < :until AND action IN ('lead.read', 'lead.contact.read', 'lead.private.read')
GROUP BY subject, who ORDER BY subject, who;
