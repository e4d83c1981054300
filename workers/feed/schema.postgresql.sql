-- External sinks: how far each has followed the change feed, and what it refused.

-- how far each external sink has followed the feed
CREATE TABLE followers (
    sink TEXT PRIMARY KEY,
    service TEXT NOT NULL,
    config TEXT NOT NULL, -- JSON, with references in place of secrets
    state TEXT NOT NULL, -- snapshot, following, broken, idle (left out of the newest recipe)
    seq BIGINT NOT NULL, -- acknowledged up to here
    cursor TEXT NOT NULL DEFAULT '', -- within a snapshot
    holder TEXT,
    until DOUBLE PRECISION,
    failing INTEGER NOT NULL DEFAULT 0, -- failures in a row
    retry_at DOUBLE PRECISION,
    reason TEXT NOT NULL DEFAULT '',
    acknowledged_at DOUBLE PRECISION
);

-- what an external sink refused for good
CREATE TABLE dead_letters (
    n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sink TEXT NOT NULL,
    seq BIGINT NOT NULL,
    type TEXT NOT NULL,
    fqn TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL, -- upsert, delete
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 1,
    at DOUBLE PRECISION NOT NULL
);
CREATE UNIQUE INDEX dead_letters_entity ON dead_letters (sink, type, fqn);

-- objects whose data another object's lineage tells of, now or before: what a sink may have been told
CREATE TABLE fed_targets (
    teller TEXT COLLATE "C" NOT NULL, -- the FQN of the lineage
    type TEXT COLLATE "C" NOT NULL,
    fqn TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (teller, fqn, type)
);
CREATE INDEX fed_targets_object ON fed_targets (fqn, type);
