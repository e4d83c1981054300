-- What parts that build on stored metadata ask: live objects below a container, and by name. Sizes come first, so that
-- an answer is bounded before any content is read.

-- name: resolver_children
SELECT e.id, e.type, e.fqn, e.name, {octets}(c.content)
FROM entities AS e JOIN contents AS c ON c.id = e.id
WHERE e.parent = :parent AND e.type = :type AND e.state = 'live' AND e.fqn > :after AND e.fqn <= :until
ORDER BY e.fqn LIMIT :limit

-- name: resolver_statistics
SELECT s.json FROM entities AS e JOIN stats AS s ON s.id = e.id
WHERE e.fqn = :fqn AND e.type = :type AND e.state = 'live'
