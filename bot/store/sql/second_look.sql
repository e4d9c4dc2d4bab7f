-- name: waiting
-- Only leads that something besides their family's answers speaks about: a decision of the site, a coordinator's own
-- verdict, a version of the protocol that somebody asked for, or a window that is over since.
SELECT lead.id, lead.person, lead.changed, coalesce(own.newest, 0), lead.tier, coalesce(asked.version, ''), lead.packet
FROM lead
LEFT JOIN lead_protocol AS asked ON asked.lead = lead.id
LEFT JOIN second_look AS look ON look.lead = lead.id
LEFT JOIN (SELECT lead, max(id) AS newest FROM verdict_override GROUP BY lead) AS own ON own.lead = lead.id
WHERE lead.tier IS NOT NULL AND lead.status <> 'withdrawn' AND (:code = '' OR lead.code = :code)
  AND (look.lead IS NULL AND (:decision > 0 OR own.newest IS NOT NULL OR asked.lead IS NOT NULL
                              OR (lead.tier = 'not_now' AND lead.earliest_date <= :today))
       OR look.decision <> :decision OR look.override <> coalesce(own.newest, 0) OR look.trial <> :trial
       OR (look.clears_on <= :today AND look.looked_on < look.clears_on)
       OR (lead.tier = 'not_now' AND lead.earliest_date <= :today AND look.looked_on < lead.earliest_date))
ORDER BY lead.id LIMIT :limit;

-- name: windows
SELECT lead.tier, lead.earliest_date, look.tier, look.clears_on
FROM lead LEFT JOIN second_look AS look ON look.lead = lead.id WHERE lead.code = ?;

-- name: keep
INSERT INTO second_look (lead, tier, clears_on, looked_on, decision, override, trial, verdicts)
SELECT lead.id, :tier, :clears_on, :looked_on, :decision, :override, :trial, :verdicts FROM lead
WHERE lead.id = :lead AND lead.changed = :changed
  AND :override = coalesce((SELECT max(id) FROM verdict_override WHERE verdict_override.lead = lead.id), 0)
  AND :version = coalesce((SELECT version FROM lead_protocol WHERE lead_protocol.lead = lead.id), '')
ON CONFLICT (lead) DO UPDATE SET tier = excluded.tier,
    -- The day of a window that is over stays known: on it the lead came up.
    clears_on = coalesce(excluded.clears_on,
                         CASE WHEN second_look.clears_on <= excluded.looked_on THEN second_look.clears_on END),
    looked_on = excluded.looked_on,
    decision = excluded.decision, override = excluded.override, trial = excluded.trial, verdicts = excluded.verdicts;

-- name: of_lead
SELECT tier, clears_on, verdicts FROM second_look WHERE lead = ?;
