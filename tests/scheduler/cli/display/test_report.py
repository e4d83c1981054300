from scheduler.app.runs.summary import IncompleteScope, SlowScope, Summary, TypeTally
from scheduler.cli.display.report import report

DONE = Summary(
    run="r1",
    service="shop",
    status="partial",
    entities={"Table": TypeTally(listed=12, emitted=5, unchanged=3, filtered=2, failed=1, gone=1, stored=5)},
    deleted={"Table": 2},
    missing={"Table": 1},
    waiting={"Table": 40},
    doubtful={"View": 3},
    incomplete_scopes=[IncompleteScope(node="table", scope="shop.hr", reason="denied", message="GRANT USAGE ...")],
    filtered={"Table by tables.exclude: ^tmp": 2},
    slowest=[SlowScope(scope="shop.sales", seconds=1.5, objects=9)],
    sinks={"jsonl out.jsonl": 8},
    sink_errors=["jsonl other.jsonl: disk full"],
    statements=21,
    seconds=61.2,
    peak_rss_mb=71.4,
)


def test_a_report_reconciles_and_says_what_was_left_out_and_why() -> None:
    text = report(DONE, "")
    assert "Table      12        5          3         2       1     1       5" in text
    assert "Reconciled: listed = emitted" in text
    assert "nothing below is deleted (1)" in text
    assert "shop.hr  table  denied  GRANT USAGE ..." in text
    assert "deleted: 2 Table" in text
    assert "missing: 1 Table" in text
    assert "gone, but too many to believe without approval: 40 Table  (headrace deletions r1 [--approve])" in text
    assert "in doubt since our grants changed: 3 View  (headrace deletions r1 [--approve --doubtful])" in text
    assert "Table by tables.exclude: ^tmp        2" in text
    assert "shop.sales  1.50s        9" in text
    assert "sink jsonl out.jsonl: 8 sent" in text
    assert "sink failed: jsonl other.jsonl: disk full" in text
    assert "21 statements, 1m 01s, peak memory 71 MB" in text
    assert "headrace retry r1 --failed" in text
    assert "\n\n\n" not in text


def test_slow_scopes_of_a_run_of_several_parts_name_theirs() -> None:
    both = [SlowScope(scope="shop.sales", seconds=1.5, objects=9, part=part) for part in ("metadata", "usage")]
    text = report(DONE.model_copy(update={"slowest": both}), "")
    assert "metadata  shop.sales  1.50s        9" in text
    assert "usage     shop.sales  1.50s        9" in text
    assert [each.model_dump().get("part") for each in both] == [None, "usage"]


def test_numbers_that_do_not_add_up_are_shouted() -> None:
    wrong = DONE.model_copy(update={"entities": {"Table": TypeTally(listed=2, emitted=1, stored=1)}})
    assert "DOES NOT RECONCILE: Table" in report(wrong, "")
    lost = DONE.model_copy(update={"entities": {"Table": TypeTally(listed=1, emitted=1, stored=0)}})
    assert "DOES NOT RECONCILE: Table" in report(lost, "")


def test_an_interrupted_run_says_how_to_resume() -> None:
    text = report(DONE.model_copy(update={"status": "interrupted"}), "sqlite:///my catalog.db")
    assert text.endswith("resume with: headrace resume r1 --catalog 'sqlite:///my catalog.db'")


def test_many_incomplete_scopes_are_counted() -> None:
    scopes = [IncompleteScope(node="table", scope=f"s{n}", reason="denied") for n in range(30)]
    text = report(DONE.model_copy(update={"incomplete_scopes": scopes}), "")
    assert "and 20 more: headrace failures r1" in text


def test_a_run_that_read_nothing_says_only_why() -> None:
    text = report(Summary(run="r2", status="failed", reason="no route to host"), "")
    assert text.splitlines()[0] == "r2  failed: no route to host"
    assert "Reconciled" not in text
