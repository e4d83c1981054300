-- What feeds what. The rows of an entity that tells of lineage (teller) go with it; its state says whether they hold.
-- Marks are the hashes of type and FQN: the indexes stay narrow, and ends need not be in the catalog.
CREATE TABLE lineage_edges (
    teller bigint NOT NULL, -- the id of the entity
    n integer NOT NULL,
    source_mark bigint NOT NULL,
    target_mark bigint NOT NULL,
    source_type text COLLATE "C" NOT NULL, -- empty: source is a name that fits no object
    source text COLLATE "C" NOT NULL,
    target_type text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    evidence text COLLATE "C" NOT NULL,
    proven integer,
    confidence double precision NOT NULL,
    by_column integer NOT NULL, -- whether the columns of the flow are known
    PRIMARY KEY (teller, n)
);
CREATE INDEX lineage_edges_source ON lineage_edges (source_mark);
CREATE INDEX lineage_edges_target ON lineage_edges (target_mark);

-- Which columns of the source of an edge make up which of its target. Marks are hashes of names:
-- a name may be a whole expression. An empty target column: the source's decides which rows there are.
CREATE TABLE lineage_columns (
    teller bigint NOT NULL,
    n integer NOT NULL, -- of the edge
    target_mark bigint NOT NULL,
    source_mark bigint NOT NULL,
    transformation text COLLATE "C" NOT NULL,
    target_column text COLLATE "C" NOT NULL,
    source_column text COLLATE "C" NOT NULL,
    PRIMARY KEY (teller, n, target_mark, source_mark, transformation)
);
CREATE INDEX lineage_columns_source ON lineage_columns (teller, n, source_mark);
