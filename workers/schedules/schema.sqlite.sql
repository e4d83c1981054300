-- Schedules, what became of each of their times, and who leads.

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
