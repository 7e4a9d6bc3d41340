"""A million rows in memory that doesn't grow with them."""

import pytest

from tests.benchmarks.bench_export_tables import apart

MEGABYTES = 200


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_million_rows_are_written_in_bounded_memory(format):
    """Beyond the value itself, in a process of its own."""
    measured = apart(1_000_000, format)
    assert measured["rows"] == 1_000_000
    assert measured["file_megabytes"] > 5
    assert measured["megabytes"] < MEGABYTES, measured


def test_a_large_workbook_is_made_apart_in_bounded_memory():
    """Neither this process nor that one holds the rows."""
    measured = apart(100_000, "xlsx")
    assert measured["megabytes"] < MEGABYTES, measured
    assert 0 < measured["child_megabytes"] < MEGABYTES, measured
