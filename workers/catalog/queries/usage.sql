-- Usage: a service's days are directly below it, the buckets of objects below their day.

-- name: usage_services
SELECT DISTINCT service FROM entities WHERE type = 'UsageDay' AND state = 'live' ORDER BY service

-- name: usage_days
SELECT c.content, s.json
FROM entities AS e JOIN contents AS c ON c.id = e.id LEFT JOIN stats AS s ON s.id = e.id
WHERE e.parent = :parent AND e.type = 'UsageDay' AND e.state = 'live' AND e.name >= :since
ORDER BY e.fqn

-- name: usage_of
SELECT c.content, s.json
FROM entities AS d JOIN entities AS e ON e.parent = d.fqn JOIN contents AS c ON c.id = e.id
LEFT JOIN stats AS s ON s.id = e.id
WHERE d.parent = :parent AND d.type = 'UsageDay' AND d.state = 'live' AND d.name >= :since
    AND e.type = 'Usage' AND e.state = 'live' AND e.name = :name
ORDER BY e.fqn

-- name: usage_tables
SELECT fqn FROM entities
WHERE fqn > :begin AND fqn < :end AND fqn > :after AND type = 'Table' AND state = 'live'
ORDER BY fqn LIMIT 1000
