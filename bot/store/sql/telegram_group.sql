-- name: add_code
INSERT INTO telegram_code (account, mark, expires) VALUES (?, ?, ?)
ON CONFLICT (account) DO UPDATE SET mark = excluded.mark, expires = excluded.expires;

-- name: code
SELECT account FROM telegram_code WHERE mark = ? AND expires > ?;

-- name: drop_code
DELETE FROM telegram_code WHERE mark = ?;

-- name: drop_code_of
DELETE FROM telegram_code WHERE account = ?;

-- name: purge_codes
DELETE FROM telegram_code WHERE expires <= ?;

-- name: link
INSERT INTO account_telegram (account, mark, since) VALUES (?, ?, ?)
ON CONFLICT (account) DO UPDATE SET mark = excluded.mark, since = excluded.since;

-- name: unlink
DELETE FROM account_telegram WHERE account = ?;

-- name: linked
SELECT account FROM account_telegram WHERE mark = ?;

-- name: since
SELECT since FROM account_telegram WHERE account = ?;

-- name: all_linked
SELECT account FROM account_telegram;

-- name: account
SELECT state, role, language FROM account WHERE id = ?;

-- name: add_card
INSERT INTO group_card (code, token, shown, step, changed) VALUES (?, ?, '', 0, ?) ON CONFLICT (code) DO NOTHING;

-- name: card
SELECT code, token, place, message, shown, step, first_at FROM group_card WHERE code = ?;

-- name: cards
SELECT code, token, place, message, shown, step, first_at FROM group_card;

-- name: card_of_token
SELECT code FROM group_card WHERE token = ?;

-- name: put_up
UPDATE group_card
SET place = ?, message = ?, shown = ?, step = ?, first_at = coalesce(first_at, ?), changed = ? WHERE code = ?;

-- name: drop_card
DELETE FROM group_card WHERE code = ?;

-- name: purge_cards
-- A card that was never put up, or that has said its last word.
DELETE FROM group_card
WHERE changed < ? AND NOT EXISTS (
    SELECT 1 FROM lead WHERE lead.code = group_card.code AND lead.status NOT IN ('closed', 'withdrawn')
);

-- name: group
SELECT chat, bot, trouble, trouble_since FROM telegram_group WHERE configured = ?;

-- name: add_group
INSERT INTO telegram_group (configured, chat, bot, trouble) VALUES (:configured, :configured, '', '')
ON CONFLICT (configured) DO NOTHING;

-- name: move_group
UPDATE telegram_group SET chat = ? WHERE configured = ?;

-- name: name_bot
UPDATE telegram_group SET bot = ? WHERE configured = ?;

-- name: set_trouble
UPDATE telegram_group SET trouble = :trouble,
    trouble_since = CASE WHEN :trouble = '' THEN NULL WHEN trouble = '' THEN :now ELSE trouble_since END
WHERE configured = :configured AND trouble <> :trouble;
