"""Commands that crawl, and that tell about runs."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.scheduler.cli.commands.calling import Estate, called, crawled


def test_crawl_ends_with_exactly_the_promised_object(estate: Estate, tmp_path: Path) -> None:
    done = called("crawl", estate.recipe, "--catalog", str(tmp_path / "new.db"), "--json", "-q")
    assert set(done.json) == {
        "run", "status", "entities", "deleted", "incomplete_scopes", "statements", "seconds", "peak_rss_mb",
    }  # fmt: skip
    assert len(done.out.splitlines()) == 1
    for tally in done.json["entities"].values():
        assert set(tally) == {"listed", "emitted", "unchanged", "filtered", "failed", "gone", "stored"}
        assert tally["listed"] == sum(tally[key] for key in ("emitted", "unchanged", "filtered", "failed", "gone"))
        assert tally["stored"] == tally["emitted"]
    assert done.json["status"] == "partial"


def test_crawl_reconciles_in_words(estate: Estate, tmp_path: Path) -> None:
    catalog = str(tmp_path / "new.db")
    done = called("crawl", estate.recipe, "--catalog", catalog)
    assert done.code == 3
    assert "Reconciled: listed = emitted + unchanged + filtered + failed + gone; emitted = stored" in done.out
    assert "Table by tables.exclude: 3$" in done.out
    assert "statements" in done.out
    assert "peak memory" in done.out
    assert f"--failed --catalog sqlite:///{catalog}" in done.out


def test_runs(estate: Estate) -> None:
    assert [each["id"] for each in estate.ask("runs", "--json").json] == [estate.last, estate.first]
    assert estate.first in estate.ask("runs").out
    assert estate.ask("runs", "--service", "other").out == "no runs yet\n"


def test_status(estate: Estate) -> None:
    done = estate.ask("status", estate.last, "--json")
    assert done.code == 3
    assert done.json["status"] == "partial"
    assert "Reconciled" in estate.ask("status", estate.last).out
    assert estate.ask("status", estate.first).code == 0


def test_failures(estate: Estate) -> None:
    found = estate.ask("failures", estate.last, "--json").json
    assert found["objects"]
    assert {"type", "fqn", "reason", "message", "attempts"} <= set(found["objects"][0])
    done = estate.ask("failures", estate.last)
    assert f"{len(found['objects'])} objects failed" in done.out
    assert f"headrace retry {estate.last} --failed" in done.out
    assert estate.ask("failures", estate.first).out == "nothing failed\n"


def test_resume_and_retry(estate: Estate) -> None:
    done = estate.ask("resume", estate.first)
    assert done.code == 1
    assert "nothing to resume" in done.err
    done = estate.ask("retry", estate.first, "--failed")
    assert done.code == 1
    assert "nothing failed" in done.err


def test_retry_crawls_only_what_failed(tmp_path: Path) -> None:
    catalog = str(tmp_path / "c.db")
    parent = crawled(tmp_path / "r.yml", catalog, 3, broken=0.3)
    failed = called("failures", parent, "--json", "--catalog", catalog).json["objects"]
    done = called("retry", parent, "--failed", "--json", "-q", "--catalog", catalog)
    assert done.code == 3
    assert done.json["entities"]["Table"]["listed"] == len(failed)
    assert done.json["entities"]["Table"]["failed"] == len(failed)
    assert called("runs", "--json", "--catalog", catalog).json[0]["parent"] == parent


def test_nobody_is_asked_for_a_password_for_nothing(tmp_path: Path) -> None:
    catalog, recipe = str(tmp_path / "c.db"), tmp_path / "r.yml"
    text = 'service: {name: shop, type: "specs.testing.fake:spec"}\nconnection: {schemas: 1, server: "%s"}\n'
    recipe.write_text(text % "plain")
    run = called("crawl", str(recipe), "-q", "--json", "--catalog", catalog).json["run"]
    with closing(sqlite3.connect(catalog)) as connection:
        connection.execute("UPDATE runs SET recipe = replace(recipe, 'plain', '${prompt:pin}')")
        connection.commit()
    assert "nothing to resume" in called("resume", run, "--catalog", catalog).err
    assert "nothing failed" in called("retry", run, "--catalog", catalog).err


def test_another_server_under_the_same_name_is_refused_until_accepted(tmp_path: Path) -> None:
    catalog, recipe = str(tmp_path / "c.db"), tmp_path / "r.yml"
    text = 'service: {name: shop, type: "specs.testing.fake:spec"}\nconnection: {schemas: 1, server: %s}\n'
    recipe.write_text(text % "one")
    assert called("crawl", str(recipe), "-q", "--catalog", catalog).code == 0
    recipe.write_text(text % "two")
    done = called("crawl", str(recipe), "-q", "--catalog", catalog)
    assert done.code == 2
    assert done.err.index("--name NAME") < done.err.index("--accept-identity")
    assert called("crawl", str(recipe), "-q", "--catalog", catalog, "--accept-identity").code == 0
    assert called("crawl", str(recipe), "-q", "--catalog", catalog).code == 0


def test_a_service_that_became_of_another_type_is_to_get_a_name_of_its_own(tmp_path: Path) -> None:
    catalog, recipe = str(tmp_path / "c.db"), tmp_path / "r.yml"
    recipe.write_text('service: {name: shop, type: "specs.testing.fake:spec"}\nconnection: {schemas: 1}\n')
    assert called("crawl", str(recipe), "-q", "--catalog", catalog).code == 0
    sqlite3.connect(tmp_path / "own.db").execute("CREATE TABLE t (id integer)").connection.close()
    done = called("crawl", str(tmp_path / "own.db"), "--name", "shop", "-q", "--catalog", catalog)
    assert done.code == 2
    assert "with --name NAME" in done.err
    assert "--accept-identity" not in done.err


def test_a_sink_that_cannot_be_written_is_exit_code_4_and_told(tmp_path: Path) -> None:
    recipe = tmp_path / "r.yml"
    text = 'service: {name: shop, type: "specs.testing.fake:spec"}\nsinks: [{type: jsonl, path: %s}]\n'
    recipe.write_text(text % (tmp_path / "out.jsonl"))
    assert called("crawl", str(recipe), "-q", "--catalog", str(tmp_path / "c.db")).code == 0
    assert (tmp_path / "out.jsonl").read_text() == called("export", "--catalog", str(tmp_path / "c.db")).out
    recipe.write_text(text % "/proc/nope/x.jsonl")
    done = called("crawl", str(recipe), "-q", "--json", "--catalog", str(tmp_path / "c.db"))
    assert done.code == 4
    assert done.json["status"] == "complete"
    assert "sink failed: " in done.err
    recipe.write_text(recipe.read_text() + "connection: {broken: 0.2}\n")
    done = called("crawl", str(recipe), "-q", "--json", "--catalog", str(tmp_path / "c.db"))
    assert (done.code, done.json["status"]) == (4, "partial")
