"""The catalog goes away while sinks are fed: nothing is skipped, and the publisher needs no hand."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.chaos.feeding import feeding
from tests.servers.postgres import IMMEDIATE, PostgresServer, create_database
from tests.servers.receiver import Fault

pytestmark = [pytest.mark.chaos, pytest.mark.server]


def test_the_catalog_is_restarted_while_a_sink_is_fed(server: PostgresServer, tmp_path: Path) -> None:
    with feeding(create_database(server.url, "feeding"), tmp_path) as made:
        made.estate()
        made.recipe(batch_entries=5)
        made.receiver.always = Fault("slow")
        process = made.publisher()
        for struck in (5, 15):
            made.until(lambda struck=struck: made.receiver.struck > struck)
            server.down(IMMEDIATE)
            made.db.close()
            time.sleep(1.0)
            server.up()
        made.receiver.always = None
        made.until(made.level)
        made.change(2)
        made.until(made.level)
        made.prove()
        assert process.poll() is None
