-- name: add_check
INSERT INTO registry_check (at, who, trial, found) VALUES (?, ?, ?, ?);

-- name: last_check
SELECT at, who, trial, found FROM registry_check ORDER BY id DESC LIMIT 1;
