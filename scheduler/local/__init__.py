"""A whole cluster on one machine, in one command: servers, processes, and their end."""
