-- Where copies were put: each place is told of later deletions, and copies of keys are removed from it in time.
CREATE TABLE copy_place (
    folder TEXT NOT NULL,
    kind TEXT NOT NULL,                   -- database, keys
    at INTEGER NOT NULL,                  -- of the last copy
    PRIMARY KEY (folder, kind)
) STRICT, WITHOUT ROWID;

-- In a copy of this file alone: when it was made. A folder whose keys came from a copy may not know the latest deletions.
CREATE TABLE copied (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
) STRICT;
