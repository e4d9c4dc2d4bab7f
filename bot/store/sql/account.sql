-- name: add
INSERT INTO account (id, name_mark, state, role, language, created, changed, name) VALUES (?, ?, 'invited', ?, ?, ?, ?, ?);

-- name: id_taken
SELECT 1 FROM account WHERE id = ?;

-- name: by_name
SELECT id FROM account WHERE name_mark = ?;

-- name: one
SELECT state, role FROM account WHERE id = ?;

-- name: listing
SELECT id, name, state, role, language, created,
       (SELECT max(at) FROM sign_in WHERE sign_in.account = account.id),
       (SELECT max(expires) FROM account_link WHERE account_link.account = account.id AND expires > :now),
       (SELECT count(*) FROM account_session
        WHERE account_session.account = account.id AND stage = 'signed_in' AND expires > :now)
FROM account WHERE :id IS NULL OR id = :id ORDER BY created, id;

-- name: set_role
UPDATE account SET role = ?, changed = ? WHERE id = ?;

-- name: set_state
UPDATE account SET state = ?, changed = ? WHERE id = ?;

-- name: set_language
UPDATE account SET language = ? WHERE id = ?;

-- name: other_administrators
SELECT count(*) FROM account WHERE role = 'administrator' AND state = 'active' AND id <> ?;

-- name: is_enrolled
SELECT password IS NOT NULL AND secret IS NOT NULL FROM account WHERE id = ?;

-- name: forget_proofs
UPDATE account SET password = NULL, secret = NULL, changed = ? WHERE id = ?;

-- name: proofs
SELECT state, password, secret, code_step FROM account WHERE id = ?;

-- name: enrol
UPDATE account SET state = 'active', password = ?, secret = ?, code_step = ?, changed = ? WHERE id = ?;

-- name: use_step
UPDATE account SET code_step = :step WHERE id = :id AND code_step < :step;

-- name: set_password
UPDATE account SET password = ?, changed = ? WHERE id = ?;

-- name: drop_recovery_codes
DELETE FROM recovery_code WHERE account = ?;

-- name: add_recovery_code
INSERT INTO recovery_code (mark, account) VALUES (?, ?);

-- name: use_recovery_code
DELETE FROM recovery_code WHERE mark = ? AND account = ?;

-- name: recovery_codes_left
SELECT count(*) FROM recovery_code WHERE account = ?;

-- name: add_link
INSERT INTO account_link (mark, account, kind, expires) VALUES (?, ?, ?, ?);

-- name: drop_links
DELETE FROM account_link WHERE account = ?;

-- name: link
SELECT account_link.account, account.name, account.language, account_link.kind, account_link.expires, account.state
FROM account_link JOIN account ON account.id = account_link.account
WHERE account_link.mark = ?;

-- name: drop_link
DELETE FROM account_link WHERE mark = ?;

-- name: drop_browsers
DELETE FROM known_browser WHERE account = ?;

-- name: drop_telegram
DELETE FROM account_telegram WHERE account = ?;

-- name: keep_browser
INSERT INTO known_browser (mark, account, seen) VALUES (?, ?, ?)
ON CONFLICT (mark) DO UPDATE SET seen = excluded.seen WHERE account = excluded.account;

-- name: knows_browser
SELECT 1 FROM known_browser WHERE mark = ? AND account = ?;

-- name: add_sign_in
INSERT INTO sign_in (account, at, browser, is_new, by_recovery_code, by_passkey) VALUES (?, ?, ?, ?, ?, ?);

-- name: sign_ins
SELECT at, browser, is_new, by_recovery_code, by_passkey FROM sign_in WHERE account = ? ORDER BY id DESC LIMIT ?;

-- name: attempt
SELECT tries, locked_until FROM sign_in_attempt WHERE mark = ?;

-- name: keep_attempt
INSERT INTO sign_in_attempt (mark, tries, last, locked_until) VALUES (?, ?, ?, ?)
ON CONFLICT (mark) DO UPDATE SET tries = excluded.tries, last = excluded.last, locked_until = excluded.locked_until;

-- name: touch_attempt
UPDATE sign_in_attempt SET last = ? WHERE mark = ?;

-- name: forget_attempts
DELETE FROM sign_in_attempt WHERE mark = ?;

-- name: purge_attempts
DELETE FROM sign_in_attempt WHERE last < :day_ago AND locked_until < :now;

-- name: purge_links
DELETE FROM account_link WHERE expires <= ?;

-- name: purge_browsers
DELETE FROM known_browser WHERE seen < ?;

-- name: purge_sign_ins
DELETE FROM sign_in WHERE at < ?;
