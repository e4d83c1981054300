-- Room in the pages of rows that change all the time, and dead ones swept early.

ALTER TABLE slots SET (fillfactor = 20);
ALTER TABLE tallies SET (fillfactor = 50);
ALTER TABLE units SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
  autovacuum_analyze_scale_factor = 0.05);
