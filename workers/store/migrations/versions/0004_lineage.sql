-- What feeds what, derived from the entities that tell of it.

CREATE TABLE lineage_edges (
    teller {long} NOT NULL,
    n INTEGER NOT NULL,
    source_mark {long} NOT NULL,
    target_mark {long} NOT NULL,
    source_type TEXT {bytes} NOT NULL,
    source TEXT {bytes} NOT NULL,
    target_type TEXT {bytes} NOT NULL,
    target TEXT {bytes} NOT NULL,
    evidence TEXT {bytes} NOT NULL,
    proven INTEGER,
    confidence {real} NOT NULL,
    by_column INTEGER NOT NULL,
    PRIMARY KEY (teller, n)
){keyed};
CREATE INDEX lineage_edges_source ON lineage_edges (source_mark);
CREATE INDEX lineage_edges_target ON lineage_edges (target_mark);

CREATE TABLE lineage_columns (
    teller {long} NOT NULL,
    n INTEGER NOT NULL,
    target_mark {long} NOT NULL,
    source_mark {long} NOT NULL,
    transformation TEXT {bytes} NOT NULL,
    target_column TEXT {bytes} NOT NULL,
    source_column TEXT {bytes} NOT NULL,
    PRIMARY KEY (teller, n, target_mark, source_mark, transformation)
){keyed};
CREATE INDEX lineage_columns_source ON lineage_columns (teller, n, source_mark);
