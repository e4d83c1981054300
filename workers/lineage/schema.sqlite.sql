-- What feeds what. The rows of an entity that tells of lineage (teller) go with it; its state says whether they hold.
-- Marks are the hashes of type and FQN: the indexes stay narrow, and ends need not be in the catalog.
CREATE TABLE lineage_edges (
    teller INTEGER NOT NULL, -- the id of the entity
    n INTEGER NOT NULL,
    source_mark INTEGER NOT NULL,
    target_mark INTEGER NOT NULL,
    source_type TEXT NOT NULL, -- empty: source is a name that fits no object
    source TEXT NOT NULL,
    target_type TEXT NOT NULL,
    target TEXT NOT NULL,
    evidence TEXT NOT NULL,
    proven INTEGER,
    confidence REAL NOT NULL,
    by_column INTEGER NOT NULL, -- whether the columns of the flow are known
    PRIMARY KEY (teller, n)
) WITHOUT ROWID;
CREATE INDEX lineage_edges_source ON lineage_edges (source_mark);
CREATE INDEX lineage_edges_target ON lineage_edges (target_mark);

-- Which columns of the source of an edge make up which of its target. Marks are hashes of names:
-- a name may be a whole expression. An empty target column: the source's decides which rows there are.
CREATE TABLE lineage_columns (
    teller INTEGER NOT NULL,
    n INTEGER NOT NULL, -- of the edge
    target_mark INTEGER NOT NULL,
    source_mark INTEGER NOT NULL,
    transformation TEXT NOT NULL,
    target_column TEXT NOT NULL,
    source_column TEXT NOT NULL,
    PRIMARY KEY (teller, n, target_mark, source_mark, transformation)
) WITHOUT ROWID;
CREATE INDEX lineage_columns_source ON lineage_columns (teller, n, source_mark);
