-- Comparisons of the shipped listing with newer records of the registry: public text, nobody in particular.
CREATE TABLE registry_check (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,                  -- microseconds
    who TEXT NOT NULL,
    trial TEXT NOT NULL,                  -- hash of the trial's files at that time
    found TEXT NOT NULL                   -- what differs, as JSON
) STRICT;
