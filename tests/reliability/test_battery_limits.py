"""How much is taken of anything where nobody has set it otherwise: the numbers that the cases were made for."""

import pytest

from pixie_core import Settings

KIB, MIB, MB = 1 << 10, 1 << 20, 1_000_000
DEFAULTS = {
    "max_header_bytes": 16 * KIB, "max_url_bytes": 8 * KIB, "max_body_bytes": 16 * MIB, "max_upload_bytes": 512 * MIB,
    "max_form_bytes": MIB, "max_form_fields": 500, "max_upload_parts": 500, "max_json_depth": 64, "max_json_values": 200_000,
    "max_zip_bytes": 200 * MB, "max_zip_unpacked_bytes": 1000 * MB, "max_zip_entries": 10_000, "max_zip_entry_bytes": 200 * MB,
    "max_zip_ratio": 100, "max_zip_depth": 20, "tool_start_timeout_seconds": 30, "tool_connect_timeout_seconds": 2,
    "suggestion_timeout_seconds": 2, "tool_silent_seconds": 60, "max_tool_answer_bytes": 1024 * MIB, "tool_log_bytes": 64 * KIB,
    "max_tool_event_bytes": 16 * MIB, "max_active_runs": 8, "max_queued_runs": 500, "max_streams": 256,
    "min_free_disk_bytes": 500 * MIB, "body_timeout_seconds": 30, "stream_comment_seconds": 15, "shutdown_grace_seconds": 5,
}  # fmt: skip


@pytest.mark.case("D6.limits")
@pytest.mark.parametrize(("name", "value"), DEFAULTS.items(), ids=DEFAULTS)
def test_a_limit_is_what_it_was_decided_to_be(tmp_path, name, value):
    """One that is loosened in passing is seen here."""
    assert getattr(Settings(home=tmp_path), name) == value
