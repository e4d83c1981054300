-- Runs, units, leases, receipts, outcomes: the truth about the work.

CREATE TABLE services (
    service TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    identity TEXT,
    identified_at REAL,
    open_until REAL, -- left alone until then: it kept failing
    failing INTEGER NOT NULL DEFAULT 0, -- failures in a row
    pace REAL, -- seconds between two claims; none: no limit
    next_at REAL, -- when the pace allows the next claim
    replicas TEXT NOT NULL DEFAULT '[]', -- JSON: identities of other servers of the same replication
    position TEXT -- JSON: how far it was when it was furthest, where it can tell
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
    reason TEXT NOT NULL DEFAULT '',
    via TEXT NOT NULL DEFAULT 'embedded', -- embedded, cluster: whose workers claim its units
    paused INTEGER NOT NULL DEFAULT 0,
    accept_identity INTEGER NOT NULL DEFAULT 0,
    schedule TEXT, -- which one opened it
    deadline_at REAL, -- cancelled then
    published_at REAL, -- its snapshot sinks were written
    published TEXT NOT NULL DEFAULT '', -- JSON: lines per sink, errors, attempts
    identity TEXT, -- of the server that its first connection reached
    doubt TEXT NOT NULL DEFAULT '', -- why nothing that is absent counts as gone
    n BIGINT NOT NULL DEFAULT 0, -- grows with every run, whatever the clock says
    owner TEXT -- the process that crawls it, of an embedded run
);
-- one run at a time per service
CREATE UNIQUE INDEX runs_open ON runs (service) WHERE state IN ('running', 'confirming');
CREATE INDEX runs_order ON runs (n);
CREATE INDEX runs_unpublished ON runs (ended_at)
  WHERE via = 'cluster' AND state IN ('complete', 'partial') AND published_at IS NULL;
CREATE INDEX runs_states ON runs (service, state, ended_at);

CREATE TABLE slots (
    service TEXT NOT NULL,
    n INTEGER NOT NULL,
    unit TEXT,
    PRIMARY KEY (service, n)
);

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
    seconds REAL NOT NULL DEFAULT 0,
    queue TEXT NOT NULL DEFAULT 'small', -- small, large: which workers claim it
    lost INTEGER NOT NULL DEFAULT 0, -- times in a row that what it sent did not arrive
    part TEXT NOT NULL DEFAULT 'metadata' -- whose topology the node belongs to
);
CREATE INDEX units_ready ON units (run, queue, depth DESC, n) WHERE state = 'ready';
CREATE INDEX units_open ON units (run, state) WHERE state IN ('running', 'flushing', 'waiting', 'delayed');
CREATE INDEX units_run ON units (run, n);
CREATE INDEX units_incomplete ON units (run, n) WHERE complete = 0;
CREATE INDEX units_held ON units (run) WHERE state = 'held';
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
    expired INTEGER NOT NULL DEFAULT 0, -- leases
    fenced INTEGER NOT NULL DEFAULT 0, -- writes refused
    crashes INTEGER NOT NULL DEFAULT 0,
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
CREATE INDEX outcomes_poison ON outcomes (run) WHERE reason = 'poison';

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
    reason TEXT NOT NULL DEFAULT '',
    part TEXT NOT NULL DEFAULT 'metadata'
);
CREATE INDEX coverage_run ON coverage (run, node, scope, part, n);
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

-- which cluster this is: what lies in Redis under its prefix bears the same name
CREATE TABLE cluster (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL
);
