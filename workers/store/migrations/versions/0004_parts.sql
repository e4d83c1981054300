-- A run may consist of several parts: metadata, and what is walked behind it.

ALTER TABLE units ADD COLUMN part TEXT NOT NULL DEFAULT 'metadata';
CREATE INDEX units_held ON units (run) WHERE state = 'held';
ALTER TABLE coverage ADD COLUMN part TEXT NOT NULL DEFAULT 'metadata';
DROP INDEX coverage_run;
CREATE INDEX coverage_run ON coverage (run, node, scope, part, n);
