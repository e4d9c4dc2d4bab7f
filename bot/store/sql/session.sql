-- name: add
INSERT INTO account_session (mark, account, stage, browser, created, seen, expires, kept) VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: find
SELECT account_session.mark, account_session.account, account.name, account.role, account.language, account.state,
       stage, browser, account_session.created, seen, expires, kept
FROM account_session JOIN account ON account.id = account_session.account
WHERE account_session.mark = ?;

-- name: of_account
SELECT account_session.mark, account_session.account, account.name, account.role, account.language, account.state,
       stage, browser, account_session.created, seen, expires, NULL
FROM account_session JOIN account ON account.id = account_session.account
WHERE account_session.account = ? AND stage = 'signed_in' AND expires > ? ORDER BY seen DESC;

-- name: touch
UPDATE account_session SET seen = ? WHERE mark = ?;

-- name: keep
UPDATE account_session SET kept = ? WHERE mark = ?;

-- name: end
DELETE FROM account_session WHERE mark = ?;

-- name: end_one_of
DELETE FROM account_session WHERE mark = ? AND account = ?;

-- name: end_others
DELETE FROM account_session WHERE account = ? AND mark <> ?;

-- name: end_all_of
DELETE FROM account_session WHERE account = ?;

-- name: end_every
DELETE FROM account_session;

-- name: purge
DELETE FROM account_session WHERE expires <= ?;
