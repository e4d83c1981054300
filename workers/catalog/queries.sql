-- Statements that both dialects understand. Parameters: :name.

-- name: old_contents
SELECT id, content, words FROM contents WHERE id IN (SELECT value FROM json_each(:ids))

-- name: update_entity
UPDATE entities
SET parent = :parent, name = :name, node = :node, scope = :scope, owner = :owner, hash = :hash, hash_version = :version,
    state = 'live', state_run = NULL, doubt = NULL, changed_at = :now,
    run_writes = CASE WHEN changed_run = :run THEN run_writes + 1 ELSE 1 END, changed_run = :run
WHERE id = :id

-- name: deliver_again
UPDATE entities SET run_writes = run_writes + 1 WHERE id = :id AND changed_run = :run

-- name: rehash
UPDATE entities SET hash = :hash, hash_version = :version WHERE id = :id

-- name: believe
UPDATE entities SET doubt = NULL WHERE id = :id

-- name: store_stats
INSERT INTO stats (id, json) VALUES (:id, :json) ON CONFLICT (id) DO UPDATE SET json = excluded.json

-- name: advance_feed
UPDATE feed SET next = next + :n RETURNING next

-- name: note_run
INSERT INTO feed_runs (run, first, last) VALUES (:run, :first, :last)
ON CONFLICT (run) DO UPDATE SET last = excluded.last
