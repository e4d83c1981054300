"""The events that tell of our entities: names and facets of datasets, jobs, and the maker of events. The sink's modes
call it."""
