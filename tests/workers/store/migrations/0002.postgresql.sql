-- Runs, units, leases, receipts, outcomes: the truth about the work.

CREATE TABLE services (
    service TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    identity TEXT,
    identified_at DOUBLE PRECISION,
    open_until DOUBLE PRECISION, -- left alone until then: it kept failing
    failing INTEGER NOT NULL DEFAULT 0, -- failures in a row
    pace DOUBLE PRECISION, -- seconds between two claims; none: no limit
    next_at DOUBLE PRECISION -- when the pace allows the next claim
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
    published TEXT NOT NULL DEFAULT '' -- JSON: lines per sink, errors, attempts
);
-- one run at a time per service
CREATE UNIQUE INDEX runs_open ON runs (service) WHERE state IN ('running', 'confirming');
CREATE INDEX runs_started ON runs (started_at);
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
    lost INTEGER NOT NULL DEFAULT 0 -- times in a row that what it sent did not arrive
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
    autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX units_ready ON units (run, queue, depth DESC, n) WHERE state = 'ready';
CREATE INDEX units_open ON units (run, state) WHERE state IN ('running', 'flushing', 'waiting', 'delayed');
CREATE INDEX units_run ON units (run, n);
CREATE INDEX units_incomplete ON units (run, n) WHERE complete = 0;
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
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX coverage_run ON coverage (run, node, scope, n);
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

CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    recipe TEXT NOT NULL,
    cron TEXT NOT NULL,
    zone TEXT NOT NULL,
    jitter DOUBLE PRECISION NOT NULL DEFAULT 0, -- seconds
    overlap TEXT NOT NULL, -- skip, queue, cancel
    catch_up TEXT NOT NULL, -- none, last, all
    deadline DOUBLE PRECISION, -- seconds that a run may take
    paused INTEGER NOT NULL DEFAULT 0,
    created_at DOUBLE PRECISION NOT NULL,
    since DOUBLE PRECISION NOT NULL -- fire times up to this one are settled
);

-- each time of a schedule once, whoever was first
CREATE TABLE fires (
    schedule TEXT NOT NULL,
    fire_time DOUBLE PRECISION NOT NULL,
    outcome TEXT NOT NULL, -- started, queued, skipped, missed, failed
    run TEXT,
    reason TEXT NOT NULL DEFAULT '',
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (schedule, fire_time)
);
CREATE INDEX fires_queued ON fires (schedule, fire_time) WHERE outcome = 'queued';

-- one holder at a time of a role
CREATE TABLE leaders (
    role TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until DOUBLE PRECISION NOT NULL
);

-- who is alive, for people to look at: nothing is decided by it
CREATE TABLE processes (
    name TEXT PRIMARY KEY, -- host:pid:start
    kind TEXT NOT NULL, -- scheduler, worker, child, flusher, publisher
    queue TEXT,
    rss BIGINT NOT NULL DEFAULT 0,
    budget BIGINT, -- bytes of memory that it may use
    started_at DOUBLE PRECISION NOT NULL,
    seen_at DOUBLE PRECISION NOT NULL,
    info TEXT NOT NULL DEFAULT '{}' -- JSON
);

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

-- which cluster this is: what lies in Redis under its prefix bears the same name
CREATE TABLE cluster (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL
);
-- What exists. Narrow rows: a crawl of an unchanged estate reads only these.
CREATE TABLE entities (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    type text COLLATE "C" NOT NULL,
    fqn text COLLATE "C" NOT NULL,
    parent text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    service text COLLATE "C" NOT NULL,
    node text COLLATE "C" NOT NULL,
    scope text COLLATE "C" NOT NULL,
    owner bigint,
    mark bigint NOT NULL,
    hash bytea NOT NULL,
    hash_version integer NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'missing', 'deleted')),
    state_run text COLLATE "C",
    doubt text COLLATE "C",
    changed_run text COLLATE "C" NOT NULL,
    run_writes integer NOT NULL,
    first_seen double precision NOT NULL,
    changed_at double precision NOT NULL
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX entities_identity ON entities (fqn, type);
CREATE INDEX entities_parent ON entities (parent, fqn, type);
CREATE INDEX entities_listing ON entities (scope, node, id);

-- What it looks like: canonical JSON, and the words that search finds it by.
CREATE TABLE contents (
    id bigint PRIMARY KEY,
    content text NOT NULL,
    words tsvector NOT NULL
);
DO $$ BEGIN ALTER TABLE contents ALTER content SET COMPRESSION lz4; EXCEPTION WHEN OTHERS THEN NULL; END $$;
CREATE INDEX contents_words ON contents USING gin (words);

-- Volatile facts, overwritten in place: no event tells of them.
CREATE TABLE stats (
    id bigint PRIMARY KEY,
    json text
) WITH (fillfactor = 70);

-- What changed, in commit order without gaps.
CREATE TABLE events (
    seq bigint PRIMARY KEY,
    type text COLLATE "C" NOT NULL,
    fqn text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    diff text,
    run text COLLATE "C" NOT NULL,
    at double precision NOT NULL
);
CREATE TABLE feed (
    one integer PRIMARY KEY CHECK (one = 1),
    next bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO feed VALUES (1, 1);
CREATE TABLE feed_runs (
    run text COLLATE "C" PRIMARY KEY,
    first bigint NOT NULL,
    last bigint NOT NULL
) WITH (fillfactor = 50);

-- What a run did not see where it saw everything else, and what became of it.
CREATE TABLE absences (
    run text COLLATE "C" NOT NULL,
    id bigint NOT NULL, -- of the entity
    type text COLLATE "C" NOT NULL,
    fqn text COLLATE "C" NOT NULL,
    parent text COLLATE "C" NOT NULL,
    node text COLLATE "C" NOT NULL,
    scope text COLLATE "C" NOT NULL,
    verdict text COLLATE "C", -- what the source answered: yes, no, unknown
    outcome text COLLATE "C", -- missing, deleted, waiting (above the cap), doubt (grants changed), kept
    cause bigint, -- the entity whose absence takes this one along
    applied_at double precision,
    PRIMARY KEY (run, id)
);
CREATE INDEX absences_identity ON absences (run, fqn, type);
-- the grants under which a listing was last read completely
CREATE TABLE fingerprints (
    scope text COLLATE "C" NOT NULL,
    node text COLLATE "C" NOT NULL,
    fingerprint text COLLATE "C" NOT NULL,
    PRIMARY KEY (scope, node)
);
