-- name: inbox
SELECT count(*) FILTER (WHERE quarantined_at IS NULL), count(*) FILTER (WHERE quarantined_at IS NOT NULL) FROM inbox;

-- name: outbox
SELECT channel, count(*) FILTER (WHERE given_up_at IS NULL), count(*) FILTER (WHERE given_up_at IS NOT NULL)
FROM outbox GROUP BY channel;

-- name: leads
SELECT status, count(*) FROM lead GROUP BY status;

-- name: attention
SELECT
    (SELECT count(*) FROM inbox WHERE quarantined_at IS NOT NULL),
    (SELECT count(*) FROM outbox WHERE channel = 'notice' AND (attempts > 1 OR given_up_at IS NOT NULL));
