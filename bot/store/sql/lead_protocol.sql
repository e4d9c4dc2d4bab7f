-- name: of_lead
SELECT version, at, who FROM lead_protocol WHERE lead = ?;

-- name: leads
SELECT lead.id, lead.person, lead.packet, coalesce(lead_protocol.version, '')
FROM lead LEFT JOIN lead_protocol ON lead_protocol.lead = lead.id
WHERE lead.code = ? AND lead.status <> 'withdrawn';

-- name: set
INSERT INTO lead_protocol (lead, version, at, who) VALUES (?, ?, ?, ?)
ON CONFLICT (lead) DO UPDATE SET version = excluded.version, at = excluded.at, who = excluded.who;

-- name: look_again
UPDATE second_look SET trial = '' WHERE lead = ?;
