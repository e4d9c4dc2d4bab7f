-- Where the trail of the console ended when last looked: in a file apart from the trail, so that a trail put back to an
-- older state is noticed.
CREATE TABLE trail_anchor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
