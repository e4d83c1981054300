-- Runs, units, leases, receipts, outcomes: the truth about the work.

CREATE TABLE services (
    service TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    identity TEXT,
    identified_at REAL
);

CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    service TEXT NOT NULL,
    service_type TEXT NOT NULL,
    state TEXT NOT NULL,
    recipe TEXT NOT NULL,
    parent TEXT,
    deletes INTEGER NOT NULL,
    started_at REAL NOT NULL,
    ended_at REAL,
    reason TEXT NOT NULL DEFAULT ''
);
-- one run at a time per service
CREATE UNIQUE INDEX runs_open ON runs (service) WHERE state IN ('running', 'confirming');
CREATE INDEX runs_started ON runs (started_at);

CREATE TABLE slots (
    service TEXT NOT NULL,
    n INTEGER NOT NULL,
    unit TEXT,
    PRIMARY KEY (service, n)
);
CREATE INDEX slots_unit ON slots (unit) WHERE unit IS NOT NULL;

CREATE TABLE units (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL,
    service TEXT NOT NULL,
    node TEXT NOT NULL,
    scope TEXT NOT NULL, -- the path, a JSON list
    item TEXT, -- [key, name, data, estimate] as JSON, for a unit of one item
    span TEXT NOT NULL, -- [after, until, only] as JSON
    estimate INTEGER,
    phase TEXT NOT NULL,
    depth INTEGER NOT NULL,
    parent TEXT,
    state TEXT NOT NULL,
    fence INTEGER,
    committed_seq INTEGER NOT NULL DEFAULT 0, -- of the current fence
    cursor TEXT NOT NULL DEFAULT '[]',
    outstanding INTEGER NOT NULL DEFAULT 0, -- child units that are not finished
    attempts INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    touched TEXT, -- [node, listing, key] as JSON
    worker TEXT,
    lease_until REAL,
    due_at REAL,
    claimed_at REAL,
    progress TEXT NOT NULL DEFAULT '',
    shard INTEGER,
    epoch TEXT,
    position TEXT,
    failed INTEGER NOT NULL DEFAULT 0, -- its descendants may still be at work
    complete INTEGER,
    post INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    batches INTEGER NOT NULL DEFAULT 0,
    fingerprint TEXT,
    objects INTEGER NOT NULL DEFAULT 0,
    statements INTEGER NOT NULL DEFAULT 0,
    seconds REAL NOT NULL DEFAULT 0
);
CREATE INDEX units_ready ON units (service, depth DESC, n) WHERE state = 'ready';
CREATE INDEX units_open ON units (run, state) WHERE state NOT IN ('done', 'failed', 'cancelled');
CREATE INDEX units_run ON units (run, n);
CREATE INDEX units_incomplete ON units (run, n) WHERE complete = 0;
CREATE INDEX units_lease ON units (lease_until) WHERE state = 'running';
CREATE INDEX units_due ON units (due_at) WHERE state = 'delayed';
CREATE INDEX units_flushing ON units (epoch, shard) WHERE state = 'flushing';
CREATE INDEX units_worker ON units (worker) WHERE state = 'running';

CREATE TABLE poison (
    unit TEXT NOT NULL,
    node TEXT NOT NULL,
    listing TEXT NOT NULL,
    key TEXT NOT NULL,
    hits INTEGER NOT NULL DEFAULT 1, -- workers that died there; it is poison from the second on
    PRIMARY KEY (unit, node, listing, key)
) WITHOUT ROWID;

-- per run, in a few lanes, so that commits side by side do not wait for each other
CREATE TABLE tallies (
    run TEXT NOT NULL,
    lane INTEGER NOT NULL,
    known INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    entities INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    statements INTEGER NOT NULL,
    peak_rss INTEGER NOT NULL,
    PRIMARY KEY (run, lane)
) WITHOUT ROWID;

CREATE TABLE counts (
    run TEXT NOT NULL,
    unit TEXT NOT NULL,
    type TEXT NOT NULL,
    listed INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    emitted INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    filtered INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    spawned INTEGER NOT NULL,
    PRIMARY KEY (run, unit, type)
) WITHOUT ROWID;

CREATE TABLE filtered (
    run TEXT NOT NULL,
    unit TEXT NOT NULL,
    type TEXT NOT NULL,
    rule TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (run, unit, type, rule)
) WITHOUT ROWID;

CREATE TABLE outcomes (
    n INTEGER PRIMARY KEY,
    run TEXT NOT NULL,
    unit TEXT NOT NULL,
    kind TEXT NOT NULL, -- failed, gone
    type TEXT NOT NULL,
    fqn TEXT NOT NULL,
    key TEXT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    node TEXT NOT NULL,
    scope TEXT NOT NULL -- the FQN of the listing
);
CREATE INDEX outcomes_run ON outcomes (run, kind, n);

-- which listings were read, and which of them only in part
CREATE TABLE coverage (
    n INTEGER PRIMARY KEY,
    run TEXT NOT NULL,
    unit TEXT NOT NULL,
    node TEXT NOT NULL,
    scope TEXT NOT NULL, -- an FQN
    after TEXT,
    until TEXT,
    error TEXT,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX coverage_run ON coverage (run, node, scope, n);
CREATE INDEX coverage_error ON coverage (run) WHERE error IS NOT NULL;

-- 8-byte big-endian marks of what was listed; kind 0: sent, 1: listed but not sent; gone when the run closes
CREATE TABLE marks (
    n INTEGER PRIMARY KEY,
    run TEXT NOT NULL,
    unit TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    blob BLOB NOT NULL
);
CREATE INDEX marks_run ON marks (run, n);

CREATE TABLE suspects (
    run TEXT NOT NULL,
    unit TEXT NOT NULL,
    type TEXT NOT NULL,
    fqn TEXT NOT NULL,
    PRIMARY KEY (run, unit, type, fqn)
) WITHOUT ROWID;

-- one flusher at a time per shard
CREATE TABLE shards (
    shard INTEGER PRIMARY KEY,
    holder TEXT NOT NULL,
    until REAL NOT NULL
);
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
    run_writes INTEGER NOT NULL,
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
