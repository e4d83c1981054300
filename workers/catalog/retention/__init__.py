"""The statements by which old events, deleted entities, old runs and whole services are removed."""
