-- What coordinators do with leads. Sealed columns are encrypted with the key of the lead's person, so that they go with
-- them. Who: account:<id>, or the name of whoever used the command line.

-- A lead as it is worked on; a lead without a row has been touched by nobody.
CREATE TABLE work (
    lead INTEGER PRIMARY KEY REFERENCES lead ON DELETE CASCADE,
    holder TEXT NOT NULL,
    waiting_since INTEGER NOT NULL,       -- the family waits for a first call since then
    moved_at INTEGER NOT NULL,            -- the last change of status
    snoozed_until TEXT,
    attempts INTEGER NOT NULL,
    last_attempt_at INTEGER,
    reached_at INTEGER,
    closed_for BLOB                       -- sealed: a criterion or a category
) STRICT;

-- Every step of a lead: a change of status, or another act of a coordinator. `why` also seals what an undo goes back to.
ALTER TABLE lead_change ADD COLUMN action TEXT NOT NULL DEFAULT 'status';
ALTER TABLE lead_change ADD COLUMN undone INTEGER NOT NULL DEFAULT 0;

CREATE TABLE call_attempt (
    id INTEGER PRIMARY KEY,
    lead INTEGER NOT NULL REFERENCES lead ON DELETE CASCADE,
    step INTEGER NOT NULL REFERENCES lead_change ON DELETE CASCADE,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    sealed BLOB NOT NULL                  -- outcome and remark
) STRICT;
CREATE INDEX call_attempt_lead ON call_attempt (lead);
CREATE INDEX call_attempt_step ON call_attempt (step);

CREATE TABLE lead_note (
    id INTEGER PRIMARY KEY,
    lead INTEGER NOT NULL REFERENCES lead ON DELETE CASCADE,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX lead_note_lead ON lead_note (lead);

-- A coordinator's verdict instead of the program's; the latest of a criterion counts, an empty one takes it back.
CREATE TABLE verdict_override (
    id INTEGER PRIMARY KEY,
    lead INTEGER NOT NULL REFERENCES lead ON DELETE CASCADE,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    sealed BLOB NOT NULL                  -- criterion, verdict, reason
) STRICT;
CREATE INDEX verdict_override_lead ON verdict_override (lead);

-- Two carers of one child: this lead is worked on as part of the other.
CREATE TABLE merged_lead (
    lead INTEGER PRIMARY KEY REFERENCES lead ON DELETE CASCADE,
    into_lead INTEGER NOT NULL REFERENCES lead ON DELETE CASCADE,
    at INTEGER NOT NULL,
    who TEXT NOT NULL
) STRICT;
CREATE INDEX merged_lead_into ON merged_lead (into_lead);

-- Keyed hashes of how a family can be found: what to call them, their number, its last four digits.
CREATE TABLE lead_mark (
    mark BLOB NOT NULL,
    lead INTEGER NOT NULL REFERENCES lead ON DELETE CASCADE,
    PRIMARY KEY (mark, lead)
) STRICT, WITHOUT ROWID;
CREATE INDEX lead_mark_lead ON lead_mark (lead);

-- What the site answered to an open point of a criterion; the latest about a point counts.
CREATE TABLE site_decision (
    id INTEGER PRIMARY KEY,
    criterion TEXT NOT NULL,
    about TEXT NOT NULL,                  -- the reason of the findings that it settles; empty: an answer to be read only
    verdict TEXT NOT NULL,                -- pass, fail, unknown; empty: an answer to be read only
    decided_on TEXT NOT NULL,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    answer BLOB NOT NULL                  -- sealed with the staff's key
) STRICT;
CREATE INDEX site_decision_criterion ON site_decision (criterion);

-- Who was told of a lead, each once. `since` is the work's waiting_since: a lead that waits anew is told of anew.
CREATE TABLE announcement (
    lead INTEGER NOT NULL REFERENCES lead ON DELETE CASCADE,
    since INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (lead, since, kind)
) STRICT, WITHOUT ROWID;

-- The queue is read from these two alone: the rows themselves are full of sealed answers.
CREATE INDEX lead_queue ON lead (status, code, language, asked_for_call, safety, tier, score, earliest_date, created, person);
CREATE INDEX person_unreachable ON person (id) WHERE unreachable_since IS NOT NULL;
