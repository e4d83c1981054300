"""The language that scheduler, workers and connectors share: names, errors, entities, topologies, work.

Nothing here does I/O except to read files of packages, and nothing but pydantic and the standard library is imported.
Every package may use it.

=========================  ===============================================================
``specs.names``            fully qualified names: build, split, quote
``specs.errors``           errors, named by what the program does next
``specs.config``           frozen configuration models, filters, limits
``specs.recipe``           recipes, references to secrets, mistakes in settings
``specs.entities``         the catalog's objects, one module per family of services
``specs.topology``         nodes and stages, scopes and ranges, and the walk over them
``specs.sources``          abstract sources, one per family of services, with their topologies
``specs.contracts``        units, batches, receipts; protocols of ledger, sink and others
``specs.service_spec``     the binding of a connector's parts; ``specs.registry`` finds it
``specs.sql_files``        SQL by name, from files beside the code that runs it
``specs.testing``          the suites that connectors, ledgers, queues and sinks must pass
=========================  ===============================================================
"""
