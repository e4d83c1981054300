-- The schema of this version, then what a few crawls, a schedule, a sink and a process left in it.

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
    lost INTEGER NOT NULL DEFAULT 0 -- times in a row that what it sent did not arrive
);
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

CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    recipe TEXT NOT NULL,
    cron TEXT NOT NULL,
    zone TEXT NOT NULL,
    jitter REAL NOT NULL DEFAULT 0, -- seconds
    overlap TEXT NOT NULL, -- skip, queue, cancel
    catch_up TEXT NOT NULL, -- none, last, all
    deadline REAL, -- seconds that a run may take
    paused INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL,
    since REAL NOT NULL -- fire times up to this one are settled
);

-- each time of a schedule once, whoever was first
CREATE TABLE fires (
    schedule TEXT NOT NULL,
    fire_time REAL NOT NULL,
    outcome TEXT NOT NULL, -- started, queued, skipped, missed, failed
    run TEXT,
    reason TEXT NOT NULL DEFAULT '',
    at REAL NOT NULL,
    PRIMARY KEY (schedule, fire_time)
);
CREATE INDEX fires_queued ON fires (schedule, fire_time) WHERE outcome = 'queued';

-- one holder at a time of a role
CREATE TABLE leaders (
    role TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until REAL NOT NULL
);

-- who is alive, for people to look at: nothing is decided by it
CREATE TABLE processes (
    name TEXT PRIMARY KEY, -- host:pid:start
    kind TEXT NOT NULL, -- scheduler, worker, child, flusher, publisher
    queue TEXT,
    rss INTEGER NOT NULL DEFAULT 0,
    budget INTEGER, -- bytes of memory that it may use
    started_at REAL NOT NULL,
    seen_at REAL NOT NULL,
    info TEXT NOT NULL DEFAULT '{}' -- JSON
);

-- how far each external sink has followed the feed
CREATE TABLE followers (
    sink TEXT PRIMARY KEY,
    service TEXT NOT NULL,
    config TEXT NOT NULL, -- JSON, with references in place of secrets
    state TEXT NOT NULL, -- snapshot, following, broken, idle (left out of the newest recipe)
    seq INTEGER NOT NULL, -- acknowledged up to here
    cursor TEXT NOT NULL DEFAULT '', -- within a snapshot
    holder TEXT,
    until REAL,
    failing INTEGER NOT NULL DEFAULT 0, -- failures in a row
    retry_at REAL,
    reason TEXT NOT NULL DEFAULT '',
    acknowledged_at REAL
);

-- what an external sink refused for good
CREATE TABLE dead_letters (
    n INTEGER PRIMARY KEY,
    sink TEXT NOT NULL,
    seq INTEGER NOT NULL,
    type TEXT NOT NULL,
    fqn TEXT NOT NULL,
    kind TEXT NOT NULL, -- upsert, delete
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 1,
    at REAL NOT NULL
);
CREATE UNIQUE INDEX dead_letters_entity ON dead_letters (sink, type, fqn);

-- which cluster this is: what lies in Redis under its prefix bears the same name
CREATE TABLE cluster (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL
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

INSERT INTO services (service, type, identity, identified_at, open_until, failing, pace, next_at, replicas, position) VALUES
    ('shop', 'fake', NULL, NULL, NULL, 0, NULL, NULL, '[]', NULL);
INSERT INTO runs (id, service, service_type, state, recipe, parent, deletes, started_at, ended_at, reason, via, paused, accept_identity, schedule, deadline_at, published_at, published, identity, doubt, n, owner) VALUES
    ('19700101-001820-shop-pcaw', 'shop', 'fake', 'complete', '{"deletion":{"max_fraction":0.1,"max_objects":10}}', NULL, 1, 1100.0, 1100.0, '', 'embedded', 0, 0, NULL, NULL, NULL, '', NULL, '', 1, NULL);
INSERT INTO runs (id, service, service_type, state, recipe, parent, deletes, started_at, ended_at, reason, via, paused, accept_identity, schedule, deadline_at, published_at, published, identity, doubt, n, owner) VALUES
    ('19700101-002000-shop-u4te', 'shop', 'fake', 'complete', '{"deletion":{"max_fraction":0.1,"max_objects":10}}', NULL, 1, 1200.0, 1200.0, '', 'embedded', 0, 0, NULL, NULL, NULL, '', NULL, '', 2, NULL);
INSERT INTO runs (id, service, service_type, state, recipe, parent, deletes, started_at, ended_at, reason, via, paused, accept_identity, schedule, deadline_at, published_at, published, identity, doubt, n, owner) VALUES
    ('19700101-002140-shop-4cu4', 'shop', 'fake', 'complete', '{"deletion":{"max_fraction":0.5,"max_objects":10}}', NULL, 1, 1300.0, 1300.0, '', 'embedded', 0, 0, NULL, NULL, NULL, '', NULL, '', 3, NULL);
INSERT INTO runs (id, service, service_type, state, recipe, parent, deletes, started_at, ended_at, reason, via, paused, accept_identity, schedule, deadline_at, published_at, published, identity, doubt, n, owner) VALUES
    ('19700101-002320-shop-n3gg', 'shop', 'fake', 'partial', '{"deletion":{"max_fraction":0.1,"max_objects":10}}', NULL, 1, 1400.0, 1400.0, 'shop.db.s table: denied', 'embedded', 0, 0, NULL, NULL, NULL, '', NULL, '', 4, NULL);
INSERT INTO slots (service, n, unit) VALUES
    ('shop', 0, NULL);
INSERT INTO slots (service, n, unit) VALUES
    ('shop', 1, NULL);
INSERT INTO units (n, id, run, service, node, scope, item, span, estimate, phase, depth, parent, state, fence, committed_seq, cursor, outstanding, attempts, crashes, touched, worker, lease_until, due_at, claimed_at, progress, shard, epoch, position, failed, complete, post, reason, batches, fingerprint, objects, statements, seconds, queue, lost) VALUES
    (1, '8d4e0becec8bc2e1a32188802861b3c0', '19700101-001820-shop-pcaw', 'shop', 'service', '["shop"]', '["shop","shop",{},null]', '[null,null,null]', NULL, 'walk', 0, NULL, 'done', 3732295323159810565, 1, '[]', 0, 0, 0, NULL, NULL, NULL, NULL, 1100.0, '', NULL, NULL, NULL, 0, 1, 0, '', 1, NULL, 7, 0, 0.0, 'small', 0);
INSERT INTO units (n, id, run, service, node, scope, item, span, estimate, phase, depth, parent, state, fence, committed_seq, cursor, outstanding, attempts, crashes, touched, worker, lease_until, due_at, claimed_at, progress, shard, epoch, position, failed, complete, post, reason, batches, fingerprint, objects, statements, seconds, queue, lost) VALUES
    (2, '473da6f03340eb80e340e560ae6bea93', '19700101-002000-shop-u4te', 'shop', 'service', '["shop"]', '["shop","shop",{},null]', '[null,null,null]', NULL, 'walk', 0, NULL, 'done', 5746456239201289264, 1, '[]', 0, 0, 0, NULL, NULL, NULL, NULL, 1200.0, '', NULL, NULL, NULL, 0, 1, 0, '', 1, NULL, 6, 0, 0.0, 'small', 0);
INSERT INTO units (n, id, run, service, node, scope, item, span, estimate, phase, depth, parent, state, fence, committed_seq, cursor, outstanding, attempts, crashes, touched, worker, lease_until, due_at, claimed_at, progress, shard, epoch, position, failed, complete, post, reason, batches, fingerprint, objects, statements, seconds, queue, lost) VALUES
    (3, '021c35e72ed2f95e9f88db7ef44c5f57', '19700101-002000-shop-u4te', 'shop', 'confirm', '["shop","db","s"]', NULL, '[null,"0",null]', NULL, 'confirm', 0, NULL, 'done', 2383677011160026567, 1, '[]', 0, 0, 0, NULL, NULL, NULL, NULL, 1200.0, '', NULL, NULL, NULL, 0, 1, 0, '', 1, NULL, 0, 0, 0.0, 'small', 0);
INSERT INTO units (n, id, run, service, node, scope, item, span, estimate, phase, depth, parent, state, fence, committed_seq, cursor, outstanding, attempts, crashes, touched, worker, lease_until, due_at, claimed_at, progress, shard, epoch, position, failed, complete, post, reason, batches, fingerprint, objects, statements, seconds, queue, lost) VALUES
    (4, 'ca366c6ba2c4eda455a1a009be43e1f5', '19700101-002140-shop-4cu4', 'shop', 'service', '["shop"]', '["shop","shop",{},null]', '[null,null,null]', NULL, 'walk', 0, NULL, 'done', 4237328521998672615, 1, '[]', 0, 0, 0, NULL, NULL, NULL, NULL, 1300.0, '', NULL, NULL, NULL, 0, 1, 0, '', 1, 'f1', 4, 0, 0.0, 'small', 0);
INSERT INTO units (n, id, run, service, node, scope, item, span, estimate, phase, depth, parent, state, fence, committed_seq, cursor, outstanding, attempts, crashes, touched, worker, lease_until, due_at, claimed_at, progress, shard, epoch, position, failed, complete, post, reason, batches, fingerprint, objects, statements, seconds, queue, lost) VALUES
    (5, '6956831e7cc106bcaf38d0017bdd1eb7', '19700101-002140-shop-4cu4', 'shop', 'confirm', '["shop","db","s"]', NULL, '[null,"0",null]', NULL, 'confirm', 0, NULL, 'done', 3965581865393838624, 1, '[]', 0, 0, 0, NULL, NULL, NULL, NULL, 1300.0, '', NULL, NULL, NULL, 0, 1, 0, '', 1, NULL, 0, 0, 0.0, 'small', 0);
INSERT INTO units (n, id, run, service, node, scope, item, span, estimate, phase, depth, parent, state, fence, committed_seq, cursor, outstanding, attempts, crashes, touched, worker, lease_until, due_at, claimed_at, progress, shard, epoch, position, failed, complete, post, reason, batches, fingerprint, objects, statements, seconds, queue, lost) VALUES
    (6, 'b2e44d658dc9255ebf370db7bf192167', '19700101-002140-shop-4cu4', 'shop', 'confirm', '["shop","db","s","orders"]', NULL, '[null,"1",null]', NULL, 'confirm', 0, NULL, 'done', 7789759677982583932, 1, '[]', 0, 0, 0, NULL, NULL, NULL, NULL, 1300.0, '', NULL, NULL, NULL, 0, 1, 0, '', 1, NULL, 0, 0, 0.0, 'small', 0);
INSERT INTO units (n, id, run, service, node, scope, item, span, estimate, phase, depth, parent, state, fence, committed_seq, cursor, outstanding, attempts, crashes, touched, worker, lease_until, due_at, claimed_at, progress, shard, epoch, position, failed, complete, post, reason, batches, fingerprint, objects, statements, seconds, queue, lost) VALUES
    (7, 'b11ea992a685364962b30a9e9db7dad5', '19700101-002320-shop-n3gg', 'shop', 'service', '["shop"]', '["shop","shop",{},null]', '[null,null,null]', NULL, 'walk', 0, NULL, 'done', 4353141169696845861, 1, '[]', 0, 0, 0, NULL, NULL, NULL, NULL, 1400.0, '', NULL, NULL, NULL, 0, 0, 0, '', 1, NULL, 3, 0, 0.0, 'small', 0);
INSERT INTO tallies (run, lane, known, finished, entities, failures, statements, peak_rss, expired, fenced, crashes) VALUES
    ('19700101-001820-shop-pcaw', 6, 1, 1, 7, 0, 0, 0, 0, 0, 0);
INSERT INTO tallies (run, lane, known, finished, entities, failures, statements, peak_rss, expired, fenced, crashes) VALUES
    ('19700101-002000-shop-u4te', 4, 1, 1, 0, 0, 0, 0, 0, 0, 0);
INSERT INTO tallies (run, lane, known, finished, entities, failures, statements, peak_rss, expired, fenced, crashes) VALUES
    ('19700101-002000-shop-u4te', 5, 1, 1, 6, 0, 0, 0, 0, 0, 0);
INSERT INTO tallies (run, lane, known, finished, entities, failures, statements, peak_rss, expired, fenced, crashes) VALUES
    ('19700101-002140-shop-4cu4', 4, 1, 1, 0, 0, 0, 0, 0, 0, 0);
INSERT INTO tallies (run, lane, known, finished, entities, failures, statements, peak_rss, expired, fenced, crashes) VALUES
    ('19700101-002140-shop-4cu4', 6, 2, 2, 4, 0, 0, 0, 0, 0, 0);
INSERT INTO tallies (run, lane, known, finished, entities, failures, statements, peak_rss, expired, fenced, crashes) VALUES
    ('19700101-002320-shop-n3gg', 6, 1, 1, 3, 0, 0, 0, 0, 0, 0);
INSERT INTO counts (run, unit, type, listed, sent, emitted, unchanged, filtered, failed, gone, spawned) VALUES
    ('19700101-001820-shop-pcaw', '8d4e0becec8bc2e1a32188802861b3c0', 'Database', 1, 1, 1, 0, 0, 0, 0, 0);
INSERT INTO counts (run, unit, type, listed, sent, emitted, unchanged, filtered, failed, gone, spawned) VALUES
    ('19700101-001820-shop-pcaw', '8d4e0becec8bc2e1a32188802861b3c0', 'Schema', 1, 1, 1, 0, 0, 0, 0, 0);
INSERT INTO counts (run, unit, type, listed, sent, emitted, unchanged, filtered, failed, gone, spawned) VALUES
    ('19700101-001820-shop-pcaw', '8d4e0becec8bc2e1a32188802861b3c0', 'Table', 4, 4, 4, 0, 0, 0, 0, 0);
INSERT INTO counts (run, unit, type, listed, sent, emitted, unchanged, filtered, failed, gone, spawned) VALUES
    ('19700101-001820-shop-pcaw', '8d4e0becec8bc2e1a32188802861b3c0', 'Trigger', 1, 1, 1, 0, 0, 0, 0, 0);
INSERT INTO counts (run, unit, type, listed, sent, emitted, unchanged, filtered, failed, gone, spawned) VALUES
    ('19700101-002000-shop-u4te', '473da6f03340eb80e340e560ae6bea93', 'Database', 1, 1, 0, 1, 0, 0, 0, 0);
INSERT INTO counts (run, unit, type, listed, sent, emitted, unchanged, filtered, failed, gone, spawned) VALUES
    ('19700101-002000-shop-u4te', '473da6f03340eb80e340e560ae6bea93', 'Schema', 1, 1, 0, 1, 0, 0, 0, 0);
INSERT INTO counts (run, unit, type, listed, sent, emitted, unchanged, filtered, failed, gone, spawned) VALUES
    ('19700101-002000-shop-u4te', '473da6f03340eb80e340e560ae6bea93', 'Table', 3, 3, 1, 2, 0, 0, 0, 0);
INSERT INTO counts (run, unit, type, listed, sent, emitted, unchanged, filtered, failed, gone, spawned) VALUES
    ('19700101-002000-shop-u4te', '473da6f03340eb80e340e560ae6bea93', 'Trigger', 1, 1, 0, 1, 0, 0, 0, 0);
INSERT INTO counts (run, unit, type, listed, sent, emitted, unchanged, filtered, failed, gone, spawned) VALUES
    ('19700101-002140-shop-4cu4', 'ca366c6ba2c4eda455a1a009be43e1f5', 'Database', 1, 1, 0, 1, 0, 0, 0, 0);
INSERT INTO counts (run, unit, type, listed, sent, emitted, unchanged, filtered, failed, gone, spawned) VALUES
    ('19700101-002140-shop-4cu4', 'ca366c6ba2c4eda455a1a009be43e1f5', 'Schema', 1, 1, 0, 1, 0, 0, 0, 0);
INSERT INTO counts (run, unit, type, listed, sent, emitted, unchanged, filtered, failed, gone, spawned) VALUES
    ('19700101-002140-shop-4cu4', 'ca366c6ba2c4eda455a1a009be43e1f5', 'Table', 2, 2, 0, 2, 0, 0, 0, 0);
INSERT INTO counts (run, unit, type, listed, sent, emitted, unchanged, filtered, failed, gone, spawned) VALUES
    ('19700101-002320-shop-n3gg', 'b11ea992a685364962b30a9e9db7dad5', 'Database', 1, 1, 0, 1, 0, 0, 0, 0);
INSERT INTO counts (run, unit, type, listed, sent, emitted, unchanged, filtered, failed, gone, spawned) VALUES
    ('19700101-002320-shop-n3gg', 'b11ea992a685364962b30a9e9db7dad5', 'Schema', 1, 1, 0, 1, 0, 0, 0, 0);
INSERT INTO counts (run, unit, type, listed, sent, emitted, unchanged, filtered, failed, gone, spawned) VALUES
    ('19700101-002320-shop-n3gg', 'b11ea992a685364962b30a9e9db7dad5', 'Table', 1, 1, 0, 1, 0, 0, 0, 0);
INSERT INTO coverage (n, run, unit, node, scope, after, until, error, reason) VALUES
    (1, '19700101-001820-shop-pcaw', '8d4e0becec8bc2e1a32188802861b3c0', 'database', 'shop', NULL, NULL, NULL, '');
INSERT INTO coverage (n, run, unit, node, scope, after, until, error, reason) VALUES
    (2, '19700101-001820-shop-pcaw', '8d4e0becec8bc2e1a32188802861b3c0', 'schema', 'shop.db', NULL, NULL, NULL, '');
INSERT INTO coverage (n, run, unit, node, scope, after, until, error, reason) VALUES
    (3, '19700101-001820-shop-pcaw', '8d4e0becec8bc2e1a32188802861b3c0', 'table', 'shop.db.s', NULL, NULL, NULL, '');
INSERT INTO coverage (n, run, unit, node, scope, after, until, error, reason) VALUES
    (4, '19700101-002000-shop-u4te', '473da6f03340eb80e340e560ae6bea93', 'database', 'shop', NULL, NULL, NULL, '');
INSERT INTO coverage (n, run, unit, node, scope, after, until, error, reason) VALUES
    (5, '19700101-002000-shop-u4te', '473da6f03340eb80e340e560ae6bea93', 'schema', 'shop.db', NULL, NULL, NULL, '');
INSERT INTO coverage (n, run, unit, node, scope, after, until, error, reason) VALUES
    (6, '19700101-002000-shop-u4te', '473da6f03340eb80e340e560ae6bea93', 'table', 'shop.db.s', NULL, NULL, NULL, '');
INSERT INTO coverage (n, run, unit, node, scope, after, until, error, reason) VALUES
    (7, '19700101-002140-shop-4cu4', 'ca366c6ba2c4eda455a1a009be43e1f5', 'database', 'shop', NULL, NULL, NULL, '');
INSERT INTO coverage (n, run, unit, node, scope, after, until, error, reason) VALUES
    (8, '19700101-002140-shop-4cu4', 'ca366c6ba2c4eda455a1a009be43e1f5', 'schema', 'shop.db', NULL, NULL, NULL, '');
INSERT INTO coverage (n, run, unit, node, scope, after, until, error, reason) VALUES
    (9, '19700101-002140-shop-4cu4', 'ca366c6ba2c4eda455a1a009be43e1f5', 'table', 'shop.db.s', NULL, NULL, NULL, '');
INSERT INTO coverage (n, run, unit, node, scope, after, until, error, reason) VALUES
    (10, '19700101-002320-shop-n3gg', 'b11ea992a685364962b30a9e9db7dad5', 'database', 'shop', NULL, NULL, NULL, '');
INSERT INTO coverage (n, run, unit, node, scope, after, until, error, reason) VALUES
    (11, '19700101-002320-shop-n3gg', 'b11ea992a685364962b30a9e9db7dad5', 'schema', 'shop.db', NULL, NULL, NULL, '');
INSERT INTO coverage (n, run, unit, node, scope, after, until, error, reason) VALUES
    (12, '19700101-002320-shop-n3gg', 'b11ea992a685364962b30a9e9db7dad5', 'table', 'shop.db.s', NULL, NULL, 'denied', '');
INSERT INTO entities (id, type, fqn, parent, name, service, node, scope, owner, mark, hash, hash_version, state, state_run, doubt, changed_run, first_seen, changed_at) VALUES
    (1, 'Database', 'shop.db', 'shop', 'db', 'shop', 'database', 'shop', NULL, -3416709757589657250, X'f6fad4d24b2ed3b7beba54ceea8064d8', 2, 'live', NULL, NULL, '19700101-001820-shop-pcaw', 1100.0, 1100.0);
INSERT INTO entities (id, type, fqn, parent, name, service, node, scope, owner, mark, hash, hash_version, state, state_run, doubt, changed_run, first_seen, changed_at) VALUES
    (2, 'Schema', 'shop.db.s', 'shop.db', 's', 'shop', 'schema', 'shop.db', NULL, -5895489287170458541, X'7789272619d894532e4f11982d9b8f85', 2, 'live', NULL, NULL, '19700101-001820-shop-pcaw', 1100.0, 1100.0);
INSERT INTO entities (id, type, fqn, parent, name, service, node, scope, owner, mark, hash, hash_version, state, state_run, doubt, changed_run, first_seen, changed_at) VALUES
    (3, 'Table', 'shop.db.s.customers', 'shop.db.s', 'customers', 'shop', 'table', 'shop.db.s', NULL, -1496104368302789669, X'920d79b2f07da56ce4125ab209b6a998', 2, 'live', NULL, NULL, '19700101-002000-shop-u4te', 1100.0, 1200.0);
INSERT INTO entities (id, type, fqn, parent, name, service, node, scope, owner, mark, hash, hash_version, state, state_run, doubt, changed_run, first_seen, changed_at) VALUES
    (4, 'Table', 'shop.db.s.größe', 'shop.db.s', 'größe', 'shop', 'table', 'shop.db.s', NULL, 5317092592703013267, X'ede7411881e6c36b467ae92c81dbf6a4', 2, 'missing', '19700101-002140-shop-4cu4', NULL, '19700101-001820-shop-pcaw', 1100.0, 1300.0);
INSERT INTO entities (id, type, fqn, parent, name, service, node, scope, owner, mark, hash, hash_version, state, state_run, doubt, changed_run, first_seen, changed_at) VALUES
    (5, 'Table', 'shop.db.s.old', 'shop.db.s', 'old', 'shop', 'table', 'shop.db.s', NULL, -1161299103366274545, X'97e0a75e593fbfd017134a3621918d9a', 2, 'deleted', '19700101-002140-shop-4cu4', NULL, '19700101-001820-shop-pcaw', 1100.0, 1300.0);
INSERT INTO entities (id, type, fqn, parent, name, service, node, scope, owner, mark, hash, hash_version, state, state_run, doubt, changed_run, first_seen, changed_at) VALUES
    (6, 'Table', 'shop.db.s.orders', 'shop.db.s', 'orders', 'shop', 'table', 'shop.db.s', NULL, 2251633459379824909, X'd1aa54ca11fc11131ca1547f5fde93c1', 2, 'live', NULL, NULL, '19700101-001820-shop-pcaw', 1100.0, 1100.0);
INSERT INTO entities (id, type, fqn, parent, name, service, node, scope, owner, mark, hash, hash_version, state, state_run, doubt, changed_run, first_seen, changed_at) VALUES
    (7, 'Trigger', 'shop.db.s.orders.audit', 'shop.db.s.orders', 'audit', 'shop', 'table', 'shop.db.s', 2251633459379824909, -255141039949389969, X'30250d9607bce18fc686daf5d2c3adbe', 2, 'live', NULL, NULL, '19700101-001820-shop-pcaw', 1100.0, 1100.0);
INSERT INTO contents (id, content, words) VALUES
    (1, '{"fqn":"shop.db","name":"db","parent":"shop"}', 'db ');
INSERT INTO contents (id, content, words) VALUES
    (2, '{"fqn":"shop.db.s","name":"s","parent":"shop.db"}', 's ');
INSERT INTO contents (id, content, words) VALUES
    (3, '{"fqn":"shop.db.s.customers","name":"customers","parent":"shop.db.s","columns":[{"name":"id","native_type":"bigint"},{"name":"name","native_type":"text"},{"name":"mail","native_type":"text"}],"comment":"who buys; 100 % of them"}', 'customers who buys; 100 % of them id name mail');
INSERT INTO contents (id, content, words) VALUES
    (4, '{"fqn":"shop.db.s.gr\u00f6\u00dfe","name":"gr\u00f6\u00dfe","parent":"shop.db.s"}', 'größe ');
INSERT INTO contents (id, content, words) VALUES
    (5, '{"fqn":"shop.db.s.old","name":"old","parent":"shop.db.s"}', 'old ');
INSERT INTO contents (id, content, words) VALUES
    (6, '{"fqn":"shop.db.s.orders","name":"orders","parent":"shop.db.s","columns":[{"name":"id","native_type":"bigint"}]}', 'orders  id');
INSERT INTO contents (id, content, words) VALUES
    (7, '{"fqn":"shop.db.s.orders.audit","name":"audit","parent":"shop.db.s.orders"}', 'audit ');
INSERT INTO stats (id, json) VALUES
    (3, '{"row_estimate": 9}');
INSERT INTO events (seq, type, fqn, kind, diff, run, at) VALUES
    (1, 'Database', 'shop.db', 'created', NULL, '19700101-001820-shop-pcaw', 1100.0);
INSERT INTO events (seq, type, fqn, kind, diff, run, at) VALUES
    (2, 'Schema', 'shop.db.s', 'created', NULL, '19700101-001820-shop-pcaw', 1100.0);
INSERT INTO events (seq, type, fqn, kind, diff, run, at) VALUES
    (3, 'Table', 'shop.db.s.customers', 'created', NULL, '19700101-001820-shop-pcaw', 1100.0);
INSERT INTO events (seq, type, fqn, kind, diff, run, at) VALUES
    (4, 'Table', 'shop.db.s.orders', 'created', NULL, '19700101-001820-shop-pcaw', 1100.0);
INSERT INTO events (seq, type, fqn, kind, diff, run, at) VALUES
    (5, 'Table', 'shop.db.s.old', 'created', NULL, '19700101-001820-shop-pcaw', 1100.0);
INSERT INTO events (seq, type, fqn, kind, diff, run, at) VALUES
    (6, 'Table', 'shop.db.s.größe', 'created', NULL, '19700101-001820-shop-pcaw', 1100.0);
INSERT INTO events (seq, type, fqn, kind, diff, run, at) VALUES
    (7, 'Trigger', 'shop.db.s.orders.audit', 'created', NULL, '19700101-001820-shop-pcaw', 1100.0);
INSERT INTO events (seq, type, fqn, kind, diff, run, at) VALUES
    (8, 'Table', 'shop.db.s.customers', 'updated', '{"columns.mail": [null, {"name": "mail", "native_type": "text"}]}', '19700101-002000-shop-u4te', 1200.0);
INSERT INTO events (seq, type, fqn, kind, diff, run, at) VALUES
    (9, 'Table', 'shop.db.s.old', 'updated', '{"state": ["live", "missing"]}', '19700101-002000-shop-u4te', 1200.0);
INSERT INTO events (seq, type, fqn, kind, diff, run, at) VALUES
    (10, 'Table', 'shop.db.s.größe', 'updated', '{"state": ["live", "missing"]}', '19700101-002140-shop-4cu4', 1300.0);
INSERT INTO events (seq, type, fqn, kind, diff, run, at) VALUES
    (11, 'Table', 'shop.db.s.old', 'deleted', NULL, '19700101-002140-shop-4cu4', 1300.0);
UPDATE feed SET next = 12;
INSERT INTO feed_runs (run, first, last) VALUES
    ('19700101-001820-shop-pcaw', 1, 7);
INSERT INTO feed_runs (run, first, last) VALUES
    ('19700101-002000-shop-u4te', 8, 9);
INSERT INTO feed_runs (run, first, last) VALUES
    ('19700101-002140-shop-4cu4', 10, 11);
INSERT INTO absences (run, id, type, fqn, parent, node, scope, verdict, outcome, cause, applied_at) VALUES
    ('19700101-002000-shop-u4te', 5, 'Table', 'shop.db.s.old', 'shop.db.s', 'table', 'shop.db.s', 'no', 'missing', NULL, 1200.0);
INSERT INTO absences (run, id, type, fqn, parent, node, scope, verdict, outcome, cause, applied_at) VALUES
    ('19700101-002140-shop-4cu4', 4, 'Table', 'shop.db.s.größe', 'shop.db.s', 'table', 'shop.db.s', 'no', 'missing', NULL, 1300.0);
INSERT INTO absences (run, id, type, fqn, parent, node, scope, verdict, outcome, cause, applied_at) VALUES
    ('19700101-002140-shop-4cu4', 5, 'Table', 'shop.db.s.old', 'shop.db.s', 'table', 'shop.db.s', 'no', 'deleted', NULL, 1300.0);
INSERT INTO absences (run, id, type, fqn, parent, node, scope, verdict, outcome, cause, applied_at) VALUES
    ('19700101-002140-shop-4cu4', 7, 'Trigger', 'shop.db.s.orders.audit', 'shop.db.s.orders', 'table', 'shop.db.s', 'unknown', 'kept', NULL, NULL);
INSERT INTO fingerprints (scope, node, fingerprint) VALUES
    ('shop', 'database', 'f1');
INSERT INTO fingerprints (scope, node, fingerprint) VALUES
    ('shop.db', 'schema', 'f1');
INSERT INTO fingerprints (scope, node, fingerprint) VALUES
    ('shop.db.s', 'table', 'f1');
INSERT INTO followers (sink, service, config, state, seq, cursor, holder, until, failing, retry_at, reason, acknowledged_at) VALUES
    ('shop/memory', 'shop', '{"settings": {"type": "memory"}, "type": "fake", "via": "embedded"}', 'snapshot', 0, 'begin', 'host:1:1', 1760.0, 0, NULL, '', NULL);
INSERT INTO dead_letters (n, sink, seq, type, fqn, kind, reason, attempts, at) VALUES
    (1, 'shop/memory', 2, 'Table', 'shop.db.s.orders', 'upsert', 'too large', 1, 1796001435.5292962);
INSERT INTO schedules (name, recipe, cron, zone, jitter, overlap, catch_up, deadline, paused, created_at, since) VALUES
    ('nightly', '{"source": {"type": "fake"}}', '0 2 * * *', 'UTC', 0.0, 'skip', 'last', NULL, 0, 1500.0, 1600.0);
INSERT INTO fires (schedule, fire_time, outcome, run, reason, at) VALUES
    ('nightly', 1600.0, 'missed', NULL, 'nobody was there', 1700.0);
INSERT INTO leaders (role, holder, until) VALUES
    ('scheduler', 'host:1:1', 1715.0);
INSERT INTO processes (name, kind, queue, rss, budget, started_at, seen_at, info) VALUES
    ('host:1:1', 'scheduler', NULL, 1000, NULL, 1700.0, 1700.0, '{}');
INSERT INTO search (search) VALUES ('rebuild');
