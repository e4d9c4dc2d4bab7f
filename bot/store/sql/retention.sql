-- name: overdue
-- Whose time has run out. A lead that the site has not ended is kept, however old it is; so is one that is closed only
-- until a day on which it opens again.
WITH one AS (
    SELECT person.id AS id, person.changed AS changed,
           (SELECT state FROM permission WHERE permission.person = person.id AND name = 'health'
            ORDER BY at DESC LIMIT 1) AS health,
           EXISTS (SELECT 1 FROM event WHERE event.person = person.id
                   AND kind IN ('finished', 'finished_early', 'screened')) AS finished,
           (SELECT max(lead.changed) FROM lead WHERE lead.person = person.id) AS moved,
           EXISTS (SELECT 1 FROM lead WHERE lead.person = person.id AND (status NOT IN ('closed', 'withdrawn')
                        OR (status = 'closed' AND lead.id IN (SELECT work.lead FROM work WHERE comes_back_on IS NOT NULL)))) AS is_open
    FROM person WHERE person.changed <= :any
)
SELECT id FROM one
WHERE CASE
    WHEN is_open THEN 0
    WHEN moved IS NOT NULL THEN max(changed, moved) <= :closed
    WHEN health IS NOT 'given' THEN changed <= :declined
    WHEN finished THEN changed <= :finished
    ELSE changed <= :unfinished
END
ORDER BY changed LIMIT :limit;

-- name: kinds
SELECT DISTINCT kind FROM event WHERE person = :person
UNION SELECT 'lead_' || status FROM lead WHERE person = :person;

-- name: created
SELECT created FROM person WHERE id = ?;

-- name: count
INSERT INTO past_figure (year, kind, people) VALUES (?, ?, 1) ON CONFLICT (year, kind) DO UPDATE SET people = people + 1;

-- name: figures
SELECT year, kind, people FROM past_figure WHERE people >= ? ORDER BY year, kind;
