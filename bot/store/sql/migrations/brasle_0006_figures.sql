-- What stays of families whose time has run out: how many of a year came how far. Nobody in particular.
CREATE TABLE past_figure (
    year INTEGER NOT NULL,
    kind TEXT NOT NULL,                   -- of an event, or the status in which a lead ended
    people INTEGER NOT NULL,
    PRIMARY KEY (year, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX person_changed ON person (changed);
