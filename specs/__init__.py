"""The language that scheduler, workers and connectors speak: names, errors, entities, topologies, work.

Nothing here does I/O but to read the files of packages, and nothing but pydantic and the standard library is imported.
Everybody may use it.

=========================  ===============================================================
``specs.names``            fully qualified names: build, split, quote
``specs.errors``           errors, named by what to do next
``specs.config``           frozen configuration models, filters, limits
``specs.recipe``           recipes, references to secrets, mistakes in settings
``specs.entities``         the catalog's objects, one module per family of services
``specs.topology``         nodes and stages, scopes and ranges, and the walk over them
``specs.sources``          abstract sources, one per family of services, with their topologies
``specs.contracts``        units, batches, receipts; protocols of ledger, sink and others
``specs.service_spec``     what binds a connector's parts; ``specs.registry`` finds it
``specs.sql_files``        SQL by name, from files beside the code that runs it
``specs.testing``          the suites that connectors, ledgers, queues and sinks must pass
=========================  ===============================================================
"""
