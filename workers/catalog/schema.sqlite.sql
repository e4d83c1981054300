-- What exists. Narrow rows: a crawl of an unchanged estate reads only these.
CREATE TABLE entities (
    id INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    fqn TEXT NOT NULL,
    parent TEXT NOT NULL,
    name TEXT NOT NULL,
    service TEXT NOT NULL,
    node TEXT NOT NULL,
    scope TEXT NOT NULL,
    owner INTEGER,
    mark INTEGER NOT NULL,
    hash BLOB NOT NULL,
    hash_version INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'missing', 'deleted')),
    state_run TEXT,
    doubt TEXT,
    changed_run TEXT NOT NULL,
    first_seen REAL NOT NULL,
    changed_at REAL NOT NULL
);
CREATE UNIQUE INDEX entities_identity ON entities (fqn, type);
CREATE INDEX entities_parent ON entities (parent, fqn, type);
CREATE INDEX entities_listing ON entities (scope, node);

-- What it looks like: canonical JSON, and the words that search finds it by.
CREATE TABLE contents (
    id INTEGER PRIMARY KEY,
    content TEXT NOT NULL,
    words TEXT NOT NULL
);
CREATE VIRTUAL TABLE search USING fts5 (
    words, content = 'contents', content_rowid = 'id', detail = none, columnsize = 0
);

-- Volatile facts, overwritten in place: no event tells of them.
CREATE TABLE stats (
    id INTEGER PRIMARY KEY,
    json TEXT
);

-- What changed, in commit order without gaps.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    fqn TEXT NOT NULL,
    kind TEXT NOT NULL,
    diff TEXT,
    run TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE TABLE feed (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    next INTEGER NOT NULL
);
INSERT INTO feed VALUES (1, 1);
CREATE TABLE feed_runs (
    run TEXT PRIMARY KEY,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL
) WITHOUT ROWID;

-- What a run did not see where it saw everything else, and what became of it.
CREATE TABLE absences (
    run TEXT NOT NULL,
    id INTEGER NOT NULL, -- of the entity
    type TEXT NOT NULL,
    fqn TEXT NOT NULL,
    parent TEXT NOT NULL,
    node TEXT NOT NULL,
    scope TEXT NOT NULL,
    verdict TEXT, -- what the source answered: yes, no, unknown
    outcome TEXT, -- missing, deleted, waiting (above the cap), doubt (grants changed), kept
    cause INTEGER, -- the entity whose absence takes this one along
    applied_at REAL,
    PRIMARY KEY (run, id)
) WITHOUT ROWID;
CREATE INDEX absences_identity ON absences (run, fqn, type);
-- the grants under which a listing was last read completely
CREATE TABLE fingerprints (
    scope TEXT NOT NULL,
    node TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (scope, node)
) WITHOUT ROWID;
