-- name: claim_shard
INSERT INTO shards (shard, holder, until) VALUES (:shard, :holder, {now} + :lease)
ON CONFLICT (shard) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE shards.holder = excluded.holder OR shards.until <= {now};

-- name: leave_shards
DELETE FROM shards WHERE holder = :holder;

-- name: leave_shard
DELETE FROM shards WHERE holder = :holder AND shard = :shard;

-- name: shard_holders
SELECT shard, holder FROM shards WHERE until > {now} ORDER BY shard;

-- name: name_cluster
INSERT INTO cluster (one, id) VALUES (1, :id) ON CONFLICT (one) DO NOTHING;

-- name: cluster
SELECT id FROM cluster;
