-- Processes that take part.

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
