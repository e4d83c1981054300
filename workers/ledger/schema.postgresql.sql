-- Runs, units, leases, receipts, outcomes: the truth about the work.

CREATE TABLE services (
    service TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    identity TEXT,
    identified_at DOUBLE PRECISION,
    open_until DOUBLE PRECISION, -- left alone until then: it kept failing
    failing INTEGER NOT NULL DEFAULT 0, -- failures in a row
    pace DOUBLE PRECISION, -- seconds between two claims; none: no limit
    next_at DOUBLE PRECISION, -- when the pace allows the next claim
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
    started_at DOUBLE PRECISION NOT NULL,
    ended_at DOUBLE PRECISION,
    reason TEXT NOT NULL DEFAULT '',
    via TEXT NOT NULL DEFAULT 'embedded', -- embedded, cluster: whose workers claim its units
    paused INTEGER NOT NULL DEFAULT 0,
    accept_identity INTEGER NOT NULL DEFAULT 0,
    schedule TEXT, -- which one opened it
    deadline_at DOUBLE PRECISION, -- cancelled then
    published_at DOUBLE PRECISION, -- its snapshot sinks were written
    published TEXT NOT NULL DEFAULT '', -- JSON: lines per sink, errors, attempts
    identity TEXT, -- of the server that its first connection reached
    doubt TEXT NOT NULL DEFAULT '', -- why nothing that is absent counts as gone
    n bigint NOT NULL DEFAULT 0, -- grows with every run, whatever the clock says
    owner TEXT -- the process that crawls it, of an embedded run
);
-- one run at a time per service
CREATE UNIQUE INDEX runs_open ON runs (service) WHERE state IN ('running', 'confirming');
CREATE INDEX runs_order ON runs (n);
CREATE INDEX runs_unpublished ON runs (ended_at)
  WHERE via = 'cluster' AND state IN ('complete', 'partial') AND published_at IS NULL;
CREATE INDEX runs_states ON runs (service, state, ended_at);

-- no index knows of unit: a slot is taken and freed in its own page
CREATE TABLE slots (
    service TEXT NOT NULL,
    n INTEGER NOT NULL,
    unit TEXT,
    PRIMARY KEY (service, n)
) WITH (fillfactor = 20);

CREATE TABLE units (
    n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL,
    service TEXT NOT NULL,
    node TEXT NOT NULL,
    scope TEXT NOT NULL, -- the path, a JSON list
    item TEXT, -- [key, name, data, estimate] as JSON, for a unit of one item
    span TEXT NOT NULL, -- [after, until, only] as JSON
    estimate BIGINT,
    phase TEXT NOT NULL,
    depth INTEGER NOT NULL,
    parent TEXT,
    state TEXT NOT NULL,
    fence BIGINT,
    committed_seq BIGINT NOT NULL DEFAULT 0, -- of the current fence
    cursor TEXT NOT NULL DEFAULT '[]',
    outstanding BIGINT NOT NULL DEFAULT 0, -- child units that are not finished
    attempts INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    touched TEXT, -- [node, listing, key] as JSON
    worker TEXT,
    lease_until DOUBLE PRECISION,
    due_at DOUBLE PRECISION,
    claimed_at DOUBLE PRECISION,
    progress TEXT NOT NULL DEFAULT '',
    shard INTEGER,
    epoch TEXT,
    position TEXT,
    failed INTEGER NOT NULL DEFAULT 0, -- its descendants may still be at work
    complete INTEGER,
    post INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    batches BIGINT NOT NULL DEFAULT 0,
    fingerprint TEXT,
    objects BIGINT NOT NULL DEFAULT 0,
    statements BIGINT NOT NULL DEFAULT 0,
    seconds DOUBLE PRECISION NOT NULL DEFAULT 0,
    queue TEXT NOT NULL DEFAULT 'small', -- small, large: which workers claim it
    lost INTEGER NOT NULL DEFAULT 0, -- times in a row that what it sent did not arrive
    part TEXT NOT NULL DEFAULT 'metadata' -- whose topology the node belongs to
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
    autovacuum_analyze_scale_factor = 0.05);
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
);

-- per run, in a few lanes, so that commits side by side do not wait for each other
CREATE TABLE tallies (
    run TEXT NOT NULL,
    lane INTEGER NOT NULL,
    known BIGINT NOT NULL,
    finished BIGINT NOT NULL,
    entities BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    statements BIGINT NOT NULL,
    peak_rss BIGINT NOT NULL,
    expired BIGINT NOT NULL DEFAULT 0, -- leases
    fenced BIGINT NOT NULL DEFAULT 0, -- writes refused
    crashes BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (run, lane)
) WITH (fillfactor = 50);

CREATE TABLE counts (
    run TEXT NOT NULL,
    unit TEXT NOT NULL,
    type TEXT NOT NULL,
    listed BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    emitted BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    filtered BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    gone BIGINT NOT NULL,
    spawned BIGINT NOT NULL,
    PRIMARY KEY (run, unit, type)
);

CREATE TABLE filtered (
    run TEXT NOT NULL,
    unit TEXT NOT NULL,
    type TEXT NOT NULL,
    rule TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (run, unit, type, rule)
);

CREATE TABLE outcomes (
    n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
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
    n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run TEXT NOT NULL,
    unit TEXT NOT NULL,
    node TEXT NOT NULL,
    scope TEXT COLLATE "C" NOT NULL, -- an FQN
    after TEXT COLLATE "C",
    until TEXT COLLATE "C",
    error TEXT,
    reason TEXT NOT NULL DEFAULT '',
    part TEXT NOT NULL DEFAULT 'metadata'
);
CREATE INDEX coverage_run ON coverage (run, node, scope, part, n);
CREATE INDEX coverage_error ON coverage (run) WHERE error IS NOT NULL;

-- 8-byte big-endian marks of what was listed; kind 0: sent, 1: listed but not sent; gone when the run closes
CREATE TABLE marks (
    n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run TEXT NOT NULL,
    unit TEXT NOT NULL,
    seq BIGINT NOT NULL,
    kind INTEGER NOT NULL,
    blob BYTEA NOT NULL
);
CREATE INDEX marks_run ON marks (run, n);

CREATE TABLE suspects (
    run TEXT NOT NULL,
    unit TEXT NOT NULL,
    type TEXT NOT NULL,
    fqn TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (run, unit, type, fqn)
);

-- one flusher at a time per shard
CREATE TABLE shards (
    shard INTEGER PRIMARY KEY,
    holder TEXT NOT NULL,
    until DOUBLE PRECISION NOT NULL
);

-- which cluster this is: what lies in Redis under its prefix bears the same name
CREATE TABLE cluster (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL
);
