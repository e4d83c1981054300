-- name: beat
INSERT INTO processes (name, kind, queue, rss, budget, started_at, seen_at, info)
VALUES (:name, :kind, :queue, :rss, :budget, {now}, {now}, :info)
ON CONFLICT (name) DO UPDATE SET rss = excluded.rss, budget = excluded.budget, seen_at = excluded.seen_at,
  info = excluded.info;

-- name: sweep
DELETE FROM processes WHERE seen_at < {now} - :silent;

-- name: leave
DELETE FROM processes WHERE name = :name;

-- name: live
SELECT name, kind, queue, rss, budget, {now} - started_at AS age, {now} - seen_at AS silent, info FROM processes
WHERE seen_at >= {now} - :within ORDER BY kind, name LIMIT :most;
