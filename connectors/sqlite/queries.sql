-- name: version
SELECT sqlite_version()

-- name: names
-- Shadow tables and sqlite_* belong to SQLite itself. Ordered in Python: a UTF-16 file compares other bytes.
SELECT m.name, m.type, l.type, l.ncol, length(m.sql)
FROM sqlite_master m
JOIN pragma_table_list l ON l.schema = 'main' AND l.name = m.name
WHERE m.type IN ('table', 'view')
  AND (:system OR m.name = 'sqlite_stat1' OR (l.type <> 'shadow' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\'))

-- name: count
SELECT count(*) FROM sqlite_master WHERE type IN ('table', 'view')

-- name: encoding
SELECT encoding FROM pragma_encoding

-- name: objects
SELECT m.name, m.type, l.type, l.wr, l.strict, m.sql
FROM sqlite_master m
JOIN pragma_table_list l ON l.schema = 'main' AND l.name = m.name
WHERE m.type IN ('table', 'view') AND m.name IN (SELECT value FROM json_each(:names))

-- name: columns
SELECT m.name, c.cid, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
FROM sqlite_master m
JOIN pragma_table_xinfo(m.name, 'main') c
WHERE m.type IN ('table', 'view') AND m.name IN (SELECT value FROM json_each(:names))
ORDER BY m.name, c.cid

-- name: indexes
-- One row per index column; cid -1 is the rowid, -2 an expression; key = 0 are columns only carried along.
SELECT m.name, i.seq, i.name, i."unique", i.origin, x.seqno, x.cid, x.name, x."desc", x.coll, s.sql
FROM sqlite_master m
JOIN pragma_index_list(m.name, 'main') i
JOIN pragma_index_xinfo(i.name, 'main') x ON x.key = 1
LEFT JOIN sqlite_master s ON s.type = 'index' AND s.name = i.name
WHERE m.type = 'table' AND m.name IN (SELECT value FROM json_each(:names))
ORDER BY m.name, i.seq, x.seqno

-- name: foreign_keys
-- A key that names no columns refers to the primary key; the referred table and its columns may be spelled in another
-- case, and are told as they spell themselves.
SELECT m.name, f.id, f.seq, coalesce(r.name, f."table"), f."from",
       coalesce(
         (SELECT p.name FROM pragma_table_xinfo(r.name, 'main') p WHERE p.name = f."to" COLLATE NOCASE), f."to",
         (SELECT p.name FROM pragma_table_info(r.name, 'main') p WHERE p.pk = f.seq + 1)),
       f.on_update, f.on_delete
FROM sqlite_master m
JOIN pragma_foreign_key_list(m.name, 'main') f
LEFT JOIN sqlite_master r ON r.type = 'table' AND r.name = f."table" COLLATE NOCASE
WHERE m.type = 'table' AND m.name IN (SELECT value FROM json_each(:names))
ORDER BY m.name, f.id, f.seq

-- name: triggers
-- A trigger keeps the name of its table or view as it was typed, in any case.
SELECT t.name, m.name, m.sql
FROM sqlite_master m
JOIN sqlite_master t ON t.type IN ('table', 'view') AND t.name = m.tbl_name COLLATE NOCASE
WHERE m.type = 'trigger' AND t.name IN (SELECT value FROM json_each(:names))
ORDER BY t.name, m.name

-- name: statistics
SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1
WHERE tbl IN (SELECT value FROM json_each(:names))
GROUP BY tbl

-- name: exists_table
SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name IN (SELECT value FROM json_each(:names))

-- name: exists_trigger
SELECT m.name
FROM sqlite_master t
JOIN sqlite_master m ON m.type = 'trigger' AND m.tbl_name = t.name COLLATE NOCASE
WHERE t.type IN ('table', 'view') AND t.name = :relation AND m.name IN (SELECT value FROM json_each(:names))
