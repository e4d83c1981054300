-- Which server answered, and how far it was.

ALTER TABLE services ADD COLUMN replicas TEXT NOT NULL DEFAULT '[]';
ALTER TABLE services ADD COLUMN position TEXT;
ALTER TABLE runs ADD COLUMN identity TEXT;
ALTER TABLE runs ADD COLUMN doubt TEXT NOT NULL DEFAULT '';

-- In which order runs were opened, whatever the clock says.

ALTER TABLE runs ADD COLUMN n BIGINT NOT NULL DEFAULT 0;
UPDATE runs SET n = (SELECT count(*) FROM runs AS o
    WHERE o.started_at < runs.started_at OR (o.started_at = runs.started_at AND o.id <= runs.id));
DROP INDEX runs_started;
CREATE INDEX runs_order ON runs (n);
-- An identity is stored once per run, so nobody counts how often.

ALTER TABLE entities DROP COLUMN run_writes;

-- Which process crawls an embedded run.

ALTER TABLE runs ADD COLUMN owner TEXT;
