-- By which version of the protocol somebody has asked to judge a lead since its hand-over; without a row: by its own.
CREATE TABLE lead_protocol (
    lead INTEGER PRIMARY KEY REFERENCES lead ON DELETE CASCADE,
    version TEXT NOT NULL,                -- the number of the amendment
    at INTEGER NOT NULL,                  -- microseconds
    who TEXT NOT NULL
) STRICT;
