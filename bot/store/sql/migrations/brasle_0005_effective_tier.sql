-- A lead as it stands today, with the site's decisions, the coordinators' own verdicts and the windows that are over since.
-- The family's own assessment stays beside it in `lead`; a lead without a row stands as its family's answers say.
CREATE TABLE second_look (
    lead INTEGER PRIMARY KEY REFERENCES lead ON DELETE CASCADE,
    tier TEXT NOT NULL,
    clears_on TEXT,
    looked_on TEXT NOT NULL,
    decision INTEGER NOT NULL,            -- the newest of the site's decisions that it knows; 0: none
    override INTEGER NOT NULL,            -- the newest verdict of a coordinator that it knows; 0: none
    trial TEXT NOT NULL,                  -- hash of the trial's files
    verdicts BLOB NOT NULL                -- sealed: the verdicts that are others than the family's answers alone give
) STRICT;

-- The day on which a lead that was closed for an open window opens again by itself.
ALTER TABLE work ADD COLUMN comes_back_on TEXT;
CREATE INDEX work_comes_back ON work (comes_back_on) WHERE comes_back_on IS NOT NULL;
