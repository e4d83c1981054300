-- Objects whose data another object's lineage tells of, now or before: what a sink may have been told.

CREATE TABLE fed_targets (
    teller TEXT {bytes} NOT NULL,
    type TEXT {bytes} NOT NULL,
    fqn TEXT {bytes} NOT NULL,
    PRIMARY KEY (teller, fqn, type)
);
CREATE INDEX fed_targets_object ON fed_targets (fqn, type);
