"""The catalog's objects, one module per service type, exported flat."""
