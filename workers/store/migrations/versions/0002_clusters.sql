-- Several machines share a ledger: who may claim what, when, and who is alive.

ALTER TABLE services ADD COLUMN open_until {real};
ALTER TABLE services ADD COLUMN failing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE services ADD COLUMN pace {real};
ALTER TABLE services ADD COLUMN next_at {real};

ALTER TABLE runs ADD COLUMN via TEXT NOT NULL DEFAULT 'embedded';
ALTER TABLE runs ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN accept_identity INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN schedule TEXT;
ALTER TABLE runs ADD COLUMN deadline_at {real};
ALTER TABLE runs ADD COLUMN published_at {real};
ALTER TABLE runs ADD COLUMN published TEXT NOT NULL DEFAULT '';
CREATE INDEX runs_unpublished ON runs (ended_at)
  WHERE via = 'cluster' AND state IN ('complete', 'partial') AND published_at IS NULL;

CREATE INDEX runs_states ON runs (service, state, ended_at);
CREATE INDEX outcomes_poison ON outcomes (run) WHERE reason = 'poison';

ALTER TABLE units ADD COLUMN queue TEXT NOT NULL DEFAULT 'small';
ALTER TABLE units ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
DROP INDEX units_ready;
CREATE INDEX units_ready ON units (run, queue, depth DESC, n) WHERE state = 'ready';
DROP INDEX units_open;
CREATE INDEX units_open ON units (run, state) WHERE state IN ('running', 'flushing', 'waiting', 'delayed');
DROP INDEX units_lease;
DROP INDEX slots_unit;

ALTER TABLE tallies ADD COLUMN expired {long} NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN fenced {long} NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN crashes {long} NOT NULL DEFAULT 0;

CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    recipe TEXT NOT NULL,
    cron TEXT NOT NULL,
    zone TEXT NOT NULL,
    jitter {real} NOT NULL DEFAULT 0, -- seconds
    overlap TEXT NOT NULL, -- skip, queue, cancel
    catch_up TEXT NOT NULL, -- none, last, all
    deadline {real}, -- seconds that a run may take
    paused INTEGER NOT NULL DEFAULT 0,
    created_at {real} NOT NULL,
    since {real} NOT NULL -- fire times up to this one are settled
);

-- each time of a schedule once, whoever was first
CREATE TABLE fires (
    schedule TEXT NOT NULL,
    fire_time {real} NOT NULL,
    outcome TEXT NOT NULL, -- started, queued, skipped, missed, failed
    run TEXT,
    reason TEXT NOT NULL DEFAULT '',
    at {real} NOT NULL,
    PRIMARY KEY (schedule, fire_time)
);
CREATE INDEX fires_queued ON fires (schedule, fire_time) WHERE outcome = 'queued';

-- one holder at a time of a role
CREATE TABLE leaders (
    role TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until {real} NOT NULL
);

-- who is alive, for people to look at: nothing is decided by it
CREATE TABLE processes (
    name TEXT PRIMARY KEY, -- host:pid:start
    kind TEXT NOT NULL, -- scheduler, worker, child, flusher, publisher
    queue TEXT,
    rss {long} NOT NULL DEFAULT 0,
    budget {long}, -- bytes of memory that it may use
    started_at {real} NOT NULL,
    seen_at {real} NOT NULL,
    info TEXT NOT NULL DEFAULT '{}' -- JSON
);

-- how far each external sink has followed the feed
CREATE TABLE followers (
    sink TEXT PRIMARY KEY,
    service TEXT NOT NULL,
    config TEXT NOT NULL, -- JSON, with references in place of secrets
    state TEXT NOT NULL, -- snapshot, following, broken, idle (left out of the newest recipe)
    seq {long} NOT NULL, -- acknowledged up to here
    cursor TEXT NOT NULL DEFAULT '', -- within a snapshot
    holder TEXT,
    until {real},
    failing INTEGER NOT NULL DEFAULT 0, -- failures in a row
    retry_at {real},
    reason TEXT NOT NULL DEFAULT '',
    acknowledged_at {real}
);

-- what an external sink refused for good
CREATE TABLE dead_letters (
    n {serial},
    sink TEXT NOT NULL,
    seq {long} NOT NULL,
    type TEXT NOT NULL,
    fqn TEXT {bytes} NOT NULL,
    kind TEXT NOT NULL, -- upsert, delete
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 1,
    at {real} NOT NULL
);
CREATE UNIQUE INDEX dead_letters_entity ON dead_letters (sink, type, fqn);

-- which cluster this is: what lies in Redis under its prefix bears the same name
CREATE TABLE cluster (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL
);
