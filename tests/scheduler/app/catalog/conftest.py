"""The same catalogs as in the tests of workers."""

from tests.workers.conftest import db

__all__ = ["db"]
