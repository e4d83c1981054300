"""The DataHub sink: metadata change proposals over its REST API."""
