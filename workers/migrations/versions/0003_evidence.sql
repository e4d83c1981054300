-- Which server answered, and how far it was.

ALTER TABLE services ADD COLUMN replicas TEXT NOT NULL DEFAULT '[]';
ALTER TABLE services ADD COLUMN position TEXT;
ALTER TABLE runs ADD COLUMN identity TEXT;
ALTER TABLE runs ADD COLUMN doubt TEXT NOT NULL DEFAULT '';
