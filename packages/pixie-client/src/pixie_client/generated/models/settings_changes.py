from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.settings_changes_accent_type_0 import (
    SettingsChangesAccentType0,
    check_settings_changes_accent_type_0,
)
from ..models.settings_changes_density_type_0 import (
    SettingsChangesDensityType0,
    check_settings_changes_density_type_0,
)
from ..models.settings_changes_log_level_type_0 import (
    SettingsChangesLogLevelType0,
    check_settings_changes_log_level_type_0,
)
from ..models.settings_changes_theme_type_0 import (
    SettingsChangesThemeType0,
    check_settings_changes_theme_type_0,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="SettingsChanges")


@_attrs_define
class SettingsChanges:
    """What is to change; what isn't sent stays as it is, and null goes back to the default."""

    warm_keep_seconds: int | None | Unset = UNSET
    """ how long an idle tool process is kept """
    warm_keep_max: int | None | Unset = UNSET
    """ how many tool processes are kept warm at most """
    theme: None | SettingsChangesThemeType0 | Unset = UNSET
    """ the dashboard's theme """
    accent: None | SettingsChangesAccentType0 | Unset = UNSET
    """ the dashboard's accent colour """
    density: None | SettingsChangesDensityType0 | Unset = UNSET
    """ how much room rows get """
    max_artefact_bytes_per_run: int | None | Unset = UNSET
    """ files of one run """
    max_artefacts_per_run: int | None | Unset = UNSET
    """ how many files one run may leave """
    artefacts_total_disk_cap_bytes: int | None | Unset = UNSET
    """ new runs are refused when all files together exceed this """
    inline_output_max_bytes: int | None | Unset = UNSET
    """ larger output values are kept as files """
    thumb_max_edge_px: int | None | Unset = UNSET
    """ the longer edge of a thumbnail """
    thumb_workers: int | None | Unset = UNSET
    """ threads that make thumbnails """
    retention_older_than: None | str | Unset = UNSET
    """ runs that ended longer ago than this are swept, like 90d; without it none is swept for its age """
    soft_delete_retention_days: int | None | Unset = UNSET
    """ how long a deletion can be undone """
    sweeper_interval_seconds: int | None | Unset = UNSET
    """ how often the server sweeps """
    library_page_size: int | None | Unset = UNSET
    """ artefacts on one page of the library """
    max_active_runs: int | None | Unset = UNSET
    """ runs that work at the same time """
    max_queued_runs: int | None | Unset = UNSET
    """ runs that may wait; further ones are refused """
    min_free_disk_bytes: int | None | Unset = UNSET
    """ no run is started when less is free on the disk of the artefacts """
    tool_start_timeout_seconds: int | None | Unset = UNSET
    """ how long a tool may take to get healthy """
    tool_connect_timeout_seconds: int | None | Unset = UNSET
    """ how long a tool may take to accept a connection """
    suggestion_timeout_seconds: int | None | Unset = UNSET
    """ how long a tool may think about suggestions while somebody types """
    tool_silent_seconds: int | None | Unset = UNSET
    """ after so long without a word a run's log says that its tool is silent """
    tool_log_bytes: int | None | Unset = UNSET
    """ kept of what a tool's process writes: its end, and of each run the beginning and the end """
    max_tool_answer_bytes: int | None | Unset = UNSET
    """ the largest answer of a tool """
    max_tool_event_bytes: int | None | Unset = UNSET
    """ the largest event in a tool's stream """
    max_streams: int | None | Unset = UNSET
    """ streams of events that may be read at the same time """
    stream_comment_seconds: int | None | Unset = UNSET
    """ after so long a silent stream of events gets a comment, to show that it is alive """
    max_url_bytes: int | None | Unset = UNSET
    """ path and query of a request's address, as sent """
    max_header_bytes: int | None | Unset = UNSET
    """ all headers of a request together """
    max_body_bytes: int | None | Unset = UNSET
    """ the body of a request, other than the forms below """
    max_json_depth: int | None | Unset = UNSET
    """ levels of lists and objects in a request's JSON """
    max_json_values: int | None | Unset = UNSET
    """ values in a request's JSON """
    max_form_bytes: int | None | Unset = UNSET
    """ a form without files (urlencoded) """
    max_form_fields: int | None | Unset = UNSET
    """ fields of a form without files """
    max_upload_bytes: int | None | Unset = UNSET
    """ a form with files (multipart) """
    max_upload_parts: int | None | Unset = UNSET
    """ fields and files of a form with files """
    body_timeout_seconds: int | None | Unset = UNSET
    """ how long a request's body may take to arrive """
    unread_timeout_seconds: int | None | Unset = UNSET
    """ after so long a connection is dropped whose reader takes nothing (Linux) """
    shutdown_grace_seconds: int | None | Unset = UNSET
    """ how long requests may go on once the server stops """
    max_zip_bytes: int | None | Unset = UNSET
    """ the zip of a tool that is imported """
    max_zip_unpacked_bytes: int | None | Unset = UNSET
    """ all files together of a zip that is imported """
    max_zip_entry_bytes: int | None | Unset = UNSET
    """ one file of a zip that is imported """
    max_zip_entries: int | None | Unset = UNSET
    """ files and folders of a zip that is imported """
    max_zip_ratio: int | None | Unset = UNSET
    """ by what factor a file of a zip may grow when it is unpacked, beyond its first megabyte """
    max_zip_depth: int | None | Unset = UNSET
    """ folders inside each other in a zip that is imported """
    log_level: None | SettingsChangesLogLevelType0 | Unset = UNSET
    """ the least that is logged """
    access_log: bool | None | Unset = UNSET
    """ log each request's method, path and status """
    max_log_bytes: int | None | Unset = UNSET
    """ pixie.log, before another is begun """
    old_logs_kept: int | None | Unset = UNSET
    """ earlier files of pixie.log that are kept """

    def to_dict(self) -> dict[str, Any]:
        warm_keep_seconds: int | None | Unset
        if isinstance(self.warm_keep_seconds, Unset):
            warm_keep_seconds = UNSET
        else:
            warm_keep_seconds = self.warm_keep_seconds

        warm_keep_max: int | None | Unset
        if isinstance(self.warm_keep_max, Unset):
            warm_keep_max = UNSET
        else:
            warm_keep_max = self.warm_keep_max

        theme: None | str | Unset
        if isinstance(self.theme, Unset):
            theme = UNSET
        elif isinstance(self.theme, str):
            theme = self.theme
        else:
            theme = self.theme

        accent: None | str | Unset
        if isinstance(self.accent, Unset):
            accent = UNSET
        elif isinstance(self.accent, str):
            accent = self.accent
        else:
            accent = self.accent

        density: None | str | Unset
        if isinstance(self.density, Unset):
            density = UNSET
        elif isinstance(self.density, str):
            density = self.density
        else:
            density = self.density

        max_artefact_bytes_per_run: int | None | Unset
        if isinstance(self.max_artefact_bytes_per_run, Unset):
            max_artefact_bytes_per_run = UNSET
        else:
            max_artefact_bytes_per_run = self.max_artefact_bytes_per_run

        max_artefacts_per_run: int | None | Unset
        if isinstance(self.max_artefacts_per_run, Unset):
            max_artefacts_per_run = UNSET
        else:
            max_artefacts_per_run = self.max_artefacts_per_run

        artefacts_total_disk_cap_bytes: int | None | Unset
        if isinstance(self.artefacts_total_disk_cap_bytes, Unset):
            artefacts_total_disk_cap_bytes = UNSET
        else:
            artefacts_total_disk_cap_bytes = self.artefacts_total_disk_cap_bytes

        inline_output_max_bytes: int | None | Unset
        if isinstance(self.inline_output_max_bytes, Unset):
            inline_output_max_bytes = UNSET
        else:
            inline_output_max_bytes = self.inline_output_max_bytes

        thumb_max_edge_px: int | None | Unset
        if isinstance(self.thumb_max_edge_px, Unset):
            thumb_max_edge_px = UNSET
        else:
            thumb_max_edge_px = self.thumb_max_edge_px

        thumb_workers: int | None | Unset
        if isinstance(self.thumb_workers, Unset):
            thumb_workers = UNSET
        else:
            thumb_workers = self.thumb_workers

        retention_older_than: None | str | Unset
        if isinstance(self.retention_older_than, Unset):
            retention_older_than = UNSET
        else:
            retention_older_than = self.retention_older_than

        soft_delete_retention_days: int | None | Unset
        if isinstance(self.soft_delete_retention_days, Unset):
            soft_delete_retention_days = UNSET
        else:
            soft_delete_retention_days = self.soft_delete_retention_days

        sweeper_interval_seconds: int | None | Unset
        if isinstance(self.sweeper_interval_seconds, Unset):
            sweeper_interval_seconds = UNSET
        else:
            sweeper_interval_seconds = self.sweeper_interval_seconds

        library_page_size: int | None | Unset
        if isinstance(self.library_page_size, Unset):
            library_page_size = UNSET
        else:
            library_page_size = self.library_page_size

        max_active_runs: int | None | Unset
        if isinstance(self.max_active_runs, Unset):
            max_active_runs = UNSET
        else:
            max_active_runs = self.max_active_runs

        max_queued_runs: int | None | Unset
        if isinstance(self.max_queued_runs, Unset):
            max_queued_runs = UNSET
        else:
            max_queued_runs = self.max_queued_runs

        min_free_disk_bytes: int | None | Unset
        if isinstance(self.min_free_disk_bytes, Unset):
            min_free_disk_bytes = UNSET
        else:
            min_free_disk_bytes = self.min_free_disk_bytes

        tool_start_timeout_seconds: int | None | Unset
        if isinstance(self.tool_start_timeout_seconds, Unset):
            tool_start_timeout_seconds = UNSET
        else:
            tool_start_timeout_seconds = self.tool_start_timeout_seconds

        tool_connect_timeout_seconds: int | None | Unset
        if isinstance(self.tool_connect_timeout_seconds, Unset):
            tool_connect_timeout_seconds = UNSET
        else:
            tool_connect_timeout_seconds = self.tool_connect_timeout_seconds

        suggestion_timeout_seconds: int | None | Unset
        if isinstance(self.suggestion_timeout_seconds, Unset):
            suggestion_timeout_seconds = UNSET
        else:
            suggestion_timeout_seconds = self.suggestion_timeout_seconds

        tool_silent_seconds: int | None | Unset
        if isinstance(self.tool_silent_seconds, Unset):
            tool_silent_seconds = UNSET
        else:
            tool_silent_seconds = self.tool_silent_seconds

        tool_log_bytes: int | None | Unset
        if isinstance(self.tool_log_bytes, Unset):
            tool_log_bytes = UNSET
        else:
            tool_log_bytes = self.tool_log_bytes

        max_tool_answer_bytes: int | None | Unset
        if isinstance(self.max_tool_answer_bytes, Unset):
            max_tool_answer_bytes = UNSET
        else:
            max_tool_answer_bytes = self.max_tool_answer_bytes

        max_tool_event_bytes: int | None | Unset
        if isinstance(self.max_tool_event_bytes, Unset):
            max_tool_event_bytes = UNSET
        else:
            max_tool_event_bytes = self.max_tool_event_bytes

        max_streams: int | None | Unset
        if isinstance(self.max_streams, Unset):
            max_streams = UNSET
        else:
            max_streams = self.max_streams

        stream_comment_seconds: int | None | Unset
        if isinstance(self.stream_comment_seconds, Unset):
            stream_comment_seconds = UNSET
        else:
            stream_comment_seconds = self.stream_comment_seconds

        max_url_bytes: int | None | Unset
        if isinstance(self.max_url_bytes, Unset):
            max_url_bytes = UNSET
        else:
            max_url_bytes = self.max_url_bytes

        max_header_bytes: int | None | Unset
        if isinstance(self.max_header_bytes, Unset):
            max_header_bytes = UNSET
        else:
            max_header_bytes = self.max_header_bytes

        max_body_bytes: int | None | Unset
        if isinstance(self.max_body_bytes, Unset):
            max_body_bytes = UNSET
        else:
            max_body_bytes = self.max_body_bytes

        max_json_depth: int | None | Unset
        if isinstance(self.max_json_depth, Unset):
            max_json_depth = UNSET
        else:
            max_json_depth = self.max_json_depth

        max_json_values: int | None | Unset
        if isinstance(self.max_json_values, Unset):
            max_json_values = UNSET
        else:
            max_json_values = self.max_json_values

        max_form_bytes: int | None | Unset
        if isinstance(self.max_form_bytes, Unset):
            max_form_bytes = UNSET
        else:
            max_form_bytes = self.max_form_bytes

        max_form_fields: int | None | Unset
        if isinstance(self.max_form_fields, Unset):
            max_form_fields = UNSET
        else:
            max_form_fields = self.max_form_fields

        max_upload_bytes: int | None | Unset
        if isinstance(self.max_upload_bytes, Unset):
            max_upload_bytes = UNSET
        else:
            max_upload_bytes = self.max_upload_bytes

        max_upload_parts: int | None | Unset
        if isinstance(self.max_upload_parts, Unset):
            max_upload_parts = UNSET
        else:
            max_upload_parts = self.max_upload_parts

        body_timeout_seconds: int | None | Unset
        if isinstance(self.body_timeout_seconds, Unset):
            body_timeout_seconds = UNSET
        else:
            body_timeout_seconds = self.body_timeout_seconds

        unread_timeout_seconds: int | None | Unset
        if isinstance(self.unread_timeout_seconds, Unset):
            unread_timeout_seconds = UNSET
        else:
            unread_timeout_seconds = self.unread_timeout_seconds

        shutdown_grace_seconds: int | None | Unset
        if isinstance(self.shutdown_grace_seconds, Unset):
            shutdown_grace_seconds = UNSET
        else:
            shutdown_grace_seconds = self.shutdown_grace_seconds

        max_zip_bytes: int | None | Unset
        if isinstance(self.max_zip_bytes, Unset):
            max_zip_bytes = UNSET
        else:
            max_zip_bytes = self.max_zip_bytes

        max_zip_unpacked_bytes: int | None | Unset
        if isinstance(self.max_zip_unpacked_bytes, Unset):
            max_zip_unpacked_bytes = UNSET
        else:
            max_zip_unpacked_bytes = self.max_zip_unpacked_bytes

        max_zip_entry_bytes: int | None | Unset
        if isinstance(self.max_zip_entry_bytes, Unset):
            max_zip_entry_bytes = UNSET
        else:
            max_zip_entry_bytes = self.max_zip_entry_bytes

        max_zip_entries: int | None | Unset
        if isinstance(self.max_zip_entries, Unset):
            max_zip_entries = UNSET
        else:
            max_zip_entries = self.max_zip_entries

        max_zip_ratio: int | None | Unset
        if isinstance(self.max_zip_ratio, Unset):
            max_zip_ratio = UNSET
        else:
            max_zip_ratio = self.max_zip_ratio

        max_zip_depth: int | None | Unset
        if isinstance(self.max_zip_depth, Unset):
            max_zip_depth = UNSET
        else:
            max_zip_depth = self.max_zip_depth

        log_level: None | str | Unset
        if isinstance(self.log_level, Unset):
            log_level = UNSET
        elif isinstance(self.log_level, str):
            log_level = self.log_level
        else:
            log_level = self.log_level

        access_log: bool | None | Unset
        if isinstance(self.access_log, Unset):
            access_log = UNSET
        else:
            access_log = self.access_log

        max_log_bytes: int | None | Unset
        if isinstance(self.max_log_bytes, Unset):
            max_log_bytes = UNSET
        else:
            max_log_bytes = self.max_log_bytes

        old_logs_kept: int | None | Unset
        if isinstance(self.old_logs_kept, Unset):
            old_logs_kept = UNSET
        else:
            old_logs_kept = self.old_logs_kept

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if warm_keep_seconds is not UNSET:
            field_dict["warm_keep_seconds"] = warm_keep_seconds
        if warm_keep_max is not UNSET:
            field_dict["warm_keep_max"] = warm_keep_max
        if theme is not UNSET:
            field_dict["theme"] = theme
        if accent is not UNSET:
            field_dict["accent"] = accent
        if density is not UNSET:
            field_dict["density"] = density
        if max_artefact_bytes_per_run is not UNSET:
            field_dict["max_artefact_bytes_per_run"] = max_artefact_bytes_per_run
        if max_artefacts_per_run is not UNSET:
            field_dict["max_artefacts_per_run"] = max_artefacts_per_run
        if artefacts_total_disk_cap_bytes is not UNSET:
            field_dict["artefacts_total_disk_cap_bytes"] = (
                artefacts_total_disk_cap_bytes
            )
        if inline_output_max_bytes is not UNSET:
            field_dict["inline_output_max_bytes"] = inline_output_max_bytes
        if thumb_max_edge_px is not UNSET:
            field_dict["thumb_max_edge_px"] = thumb_max_edge_px
        if thumb_workers is not UNSET:
            field_dict["thumb_workers"] = thumb_workers
        if retention_older_than is not UNSET:
            field_dict["retention_older_than"] = retention_older_than
        if soft_delete_retention_days is not UNSET:
            field_dict["soft_delete_retention_days"] = soft_delete_retention_days
        if sweeper_interval_seconds is not UNSET:
            field_dict["sweeper_interval_seconds"] = sweeper_interval_seconds
        if library_page_size is not UNSET:
            field_dict["library_page_size"] = library_page_size
        if max_active_runs is not UNSET:
            field_dict["max_active_runs"] = max_active_runs
        if max_queued_runs is not UNSET:
            field_dict["max_queued_runs"] = max_queued_runs
        if min_free_disk_bytes is not UNSET:
            field_dict["min_free_disk_bytes"] = min_free_disk_bytes
        if tool_start_timeout_seconds is not UNSET:
            field_dict["tool_start_timeout_seconds"] = tool_start_timeout_seconds
        if tool_connect_timeout_seconds is not UNSET:
            field_dict["tool_connect_timeout_seconds"] = tool_connect_timeout_seconds
        if suggestion_timeout_seconds is not UNSET:
            field_dict["suggestion_timeout_seconds"] = suggestion_timeout_seconds
        if tool_silent_seconds is not UNSET:
            field_dict["tool_silent_seconds"] = tool_silent_seconds
        if tool_log_bytes is not UNSET:
            field_dict["tool_log_bytes"] = tool_log_bytes
        if max_tool_answer_bytes is not UNSET:
            field_dict["max_tool_answer_bytes"] = max_tool_answer_bytes
        if max_tool_event_bytes is not UNSET:
            field_dict["max_tool_event_bytes"] = max_tool_event_bytes
        if max_streams is not UNSET:
            field_dict["max_streams"] = max_streams
        if stream_comment_seconds is not UNSET:
            field_dict["stream_comment_seconds"] = stream_comment_seconds
        if max_url_bytes is not UNSET:
            field_dict["max_url_bytes"] = max_url_bytes
        if max_header_bytes is not UNSET:
            field_dict["max_header_bytes"] = max_header_bytes
        if max_body_bytes is not UNSET:
            field_dict["max_body_bytes"] = max_body_bytes
        if max_json_depth is not UNSET:
            field_dict["max_json_depth"] = max_json_depth
        if max_json_values is not UNSET:
            field_dict["max_json_values"] = max_json_values
        if max_form_bytes is not UNSET:
            field_dict["max_form_bytes"] = max_form_bytes
        if max_form_fields is not UNSET:
            field_dict["max_form_fields"] = max_form_fields
        if max_upload_bytes is not UNSET:
            field_dict["max_upload_bytes"] = max_upload_bytes
        if max_upload_parts is not UNSET:
            field_dict["max_upload_parts"] = max_upload_parts
        if body_timeout_seconds is not UNSET:
            field_dict["body_timeout_seconds"] = body_timeout_seconds
        if unread_timeout_seconds is not UNSET:
            field_dict["unread_timeout_seconds"] = unread_timeout_seconds
        if shutdown_grace_seconds is not UNSET:
            field_dict["shutdown_grace_seconds"] = shutdown_grace_seconds
        if max_zip_bytes is not UNSET:
            field_dict["max_zip_bytes"] = max_zip_bytes
        if max_zip_unpacked_bytes is not UNSET:
            field_dict["max_zip_unpacked_bytes"] = max_zip_unpacked_bytes
        if max_zip_entry_bytes is not UNSET:
            field_dict["max_zip_entry_bytes"] = max_zip_entry_bytes
        if max_zip_entries is not UNSET:
            field_dict["max_zip_entries"] = max_zip_entries
        if max_zip_ratio is not UNSET:
            field_dict["max_zip_ratio"] = max_zip_ratio
        if max_zip_depth is not UNSET:
            field_dict["max_zip_depth"] = max_zip_depth
        if log_level is not UNSET:
            field_dict["log_level"] = log_level
        if access_log is not UNSET:
            field_dict["access_log"] = access_log
        if max_log_bytes is not UNSET:
            field_dict["max_log_bytes"] = max_log_bytes
        if old_logs_kept is not UNSET:
            field_dict["old_logs_kept"] = old_logs_kept

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_warm_keep_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        warm_keep_seconds = _parse_warm_keep_seconds(d.pop("warm_keep_seconds", UNSET))

        def _parse_warm_keep_max(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        warm_keep_max = _parse_warm_keep_max(d.pop("warm_keep_max", UNSET))

        def _parse_theme(data: object) -> None | SettingsChangesThemeType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                theme_type_0 = check_settings_changes_theme_type_0(data)

                return theme_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SettingsChangesThemeType0 | Unset, data)

        theme = _parse_theme(d.pop("theme", UNSET))

        def _parse_accent(data: object) -> None | SettingsChangesAccentType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                accent_type_0 = check_settings_changes_accent_type_0(data)

                return accent_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SettingsChangesAccentType0 | Unset, data)

        accent = _parse_accent(d.pop("accent", UNSET))

        def _parse_density(data: object) -> None | SettingsChangesDensityType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                density_type_0 = check_settings_changes_density_type_0(data)

                return density_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SettingsChangesDensityType0 | Unset, data)

        density = _parse_density(d.pop("density", UNSET))

        def _parse_max_artefact_bytes_per_run(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_artefact_bytes_per_run = _parse_max_artefact_bytes_per_run(
            d.pop("max_artefact_bytes_per_run", UNSET)
        )

        def _parse_max_artefacts_per_run(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_artefacts_per_run = _parse_max_artefacts_per_run(
            d.pop("max_artefacts_per_run", UNSET)
        )

        def _parse_artefacts_total_disk_cap_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        artefacts_total_disk_cap_bytes = _parse_artefacts_total_disk_cap_bytes(
            d.pop("artefacts_total_disk_cap_bytes", UNSET)
        )

        def _parse_inline_output_max_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        inline_output_max_bytes = _parse_inline_output_max_bytes(
            d.pop("inline_output_max_bytes", UNSET)
        )

        def _parse_thumb_max_edge_px(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        thumb_max_edge_px = _parse_thumb_max_edge_px(d.pop("thumb_max_edge_px", UNSET))

        def _parse_thumb_workers(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        thumb_workers = _parse_thumb_workers(d.pop("thumb_workers", UNSET))

        def _parse_retention_older_than(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        retention_older_than = _parse_retention_older_than(
            d.pop("retention_older_than", UNSET)
        )

        def _parse_soft_delete_retention_days(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        soft_delete_retention_days = _parse_soft_delete_retention_days(
            d.pop("soft_delete_retention_days", UNSET)
        )

        def _parse_sweeper_interval_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        sweeper_interval_seconds = _parse_sweeper_interval_seconds(
            d.pop("sweeper_interval_seconds", UNSET)
        )

        def _parse_library_page_size(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        library_page_size = _parse_library_page_size(d.pop("library_page_size", UNSET))

        def _parse_max_active_runs(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_active_runs = _parse_max_active_runs(d.pop("max_active_runs", UNSET))

        def _parse_max_queued_runs(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_queued_runs = _parse_max_queued_runs(d.pop("max_queued_runs", UNSET))

        def _parse_min_free_disk_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        min_free_disk_bytes = _parse_min_free_disk_bytes(
            d.pop("min_free_disk_bytes", UNSET)
        )

        def _parse_tool_start_timeout_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        tool_start_timeout_seconds = _parse_tool_start_timeout_seconds(
            d.pop("tool_start_timeout_seconds", UNSET)
        )

        def _parse_tool_connect_timeout_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        tool_connect_timeout_seconds = _parse_tool_connect_timeout_seconds(
            d.pop("tool_connect_timeout_seconds", UNSET)
        )

        def _parse_suggestion_timeout_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        suggestion_timeout_seconds = _parse_suggestion_timeout_seconds(
            d.pop("suggestion_timeout_seconds", UNSET)
        )

        def _parse_tool_silent_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        tool_silent_seconds = _parse_tool_silent_seconds(
            d.pop("tool_silent_seconds", UNSET)
        )

        def _parse_tool_log_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        tool_log_bytes = _parse_tool_log_bytes(d.pop("tool_log_bytes", UNSET))

        def _parse_max_tool_answer_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_tool_answer_bytes = _parse_max_tool_answer_bytes(
            d.pop("max_tool_answer_bytes", UNSET)
        )

        def _parse_max_tool_event_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_tool_event_bytes = _parse_max_tool_event_bytes(
            d.pop("max_tool_event_bytes", UNSET)
        )

        def _parse_max_streams(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_streams = _parse_max_streams(d.pop("max_streams", UNSET))

        def _parse_stream_comment_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        stream_comment_seconds = _parse_stream_comment_seconds(
            d.pop("stream_comment_seconds", UNSET)
        )

        def _parse_max_url_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_url_bytes = _parse_max_url_bytes(d.pop("max_url_bytes", UNSET))

        def _parse_max_header_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_header_bytes = _parse_max_header_bytes(d.pop("max_header_bytes", UNSET))

        def _parse_max_body_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_body_bytes = _parse_max_body_bytes(d.pop("max_body_bytes", UNSET))

        def _parse_max_json_depth(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_json_depth = _parse_max_json_depth(d.pop("max_json_depth", UNSET))

        def _parse_max_json_values(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_json_values = _parse_max_json_values(d.pop("max_json_values", UNSET))

        def _parse_max_form_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_form_bytes = _parse_max_form_bytes(d.pop("max_form_bytes", UNSET))

        def _parse_max_form_fields(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_form_fields = _parse_max_form_fields(d.pop("max_form_fields", UNSET))

        def _parse_max_upload_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_upload_bytes = _parse_max_upload_bytes(d.pop("max_upload_bytes", UNSET))

        def _parse_max_upload_parts(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_upload_parts = _parse_max_upload_parts(d.pop("max_upload_parts", UNSET))

        def _parse_body_timeout_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        body_timeout_seconds = _parse_body_timeout_seconds(
            d.pop("body_timeout_seconds", UNSET)
        )

        def _parse_unread_timeout_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        unread_timeout_seconds = _parse_unread_timeout_seconds(
            d.pop("unread_timeout_seconds", UNSET)
        )

        def _parse_shutdown_grace_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        shutdown_grace_seconds = _parse_shutdown_grace_seconds(
            d.pop("shutdown_grace_seconds", UNSET)
        )

        def _parse_max_zip_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_zip_bytes = _parse_max_zip_bytes(d.pop("max_zip_bytes", UNSET))

        def _parse_max_zip_unpacked_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_zip_unpacked_bytes = _parse_max_zip_unpacked_bytes(
            d.pop("max_zip_unpacked_bytes", UNSET)
        )

        def _parse_max_zip_entry_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_zip_entry_bytes = _parse_max_zip_entry_bytes(
            d.pop("max_zip_entry_bytes", UNSET)
        )

        def _parse_max_zip_entries(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_zip_entries = _parse_max_zip_entries(d.pop("max_zip_entries", UNSET))

        def _parse_max_zip_ratio(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_zip_ratio = _parse_max_zip_ratio(d.pop("max_zip_ratio", UNSET))

        def _parse_max_zip_depth(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_zip_depth = _parse_max_zip_depth(d.pop("max_zip_depth", UNSET))

        def _parse_log_level(
            data: object,
        ) -> None | SettingsChangesLogLevelType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                log_level_type_0 = check_settings_changes_log_level_type_0(data)

                return log_level_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SettingsChangesLogLevelType0 | Unset, data)

        log_level = _parse_log_level(d.pop("log_level", UNSET))

        def _parse_access_log(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        access_log = _parse_access_log(d.pop("access_log", UNSET))

        def _parse_max_log_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_log_bytes = _parse_max_log_bytes(d.pop("max_log_bytes", UNSET))

        def _parse_old_logs_kept(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        old_logs_kept = _parse_old_logs_kept(d.pop("old_logs_kept", UNSET))

        settings_changes = cls(
            warm_keep_seconds=warm_keep_seconds,
            warm_keep_max=warm_keep_max,
            theme=theme,
            accent=accent,
            density=density,
            max_artefact_bytes_per_run=max_artefact_bytes_per_run,
            max_artefacts_per_run=max_artefacts_per_run,
            artefacts_total_disk_cap_bytes=artefacts_total_disk_cap_bytes,
            inline_output_max_bytes=inline_output_max_bytes,
            thumb_max_edge_px=thumb_max_edge_px,
            thumb_workers=thumb_workers,
            retention_older_than=retention_older_than,
            soft_delete_retention_days=soft_delete_retention_days,
            sweeper_interval_seconds=sweeper_interval_seconds,
            library_page_size=library_page_size,
            max_active_runs=max_active_runs,
            max_queued_runs=max_queued_runs,
            min_free_disk_bytes=min_free_disk_bytes,
            tool_start_timeout_seconds=tool_start_timeout_seconds,
            tool_connect_timeout_seconds=tool_connect_timeout_seconds,
            suggestion_timeout_seconds=suggestion_timeout_seconds,
            tool_silent_seconds=tool_silent_seconds,
            tool_log_bytes=tool_log_bytes,
            max_tool_answer_bytes=max_tool_answer_bytes,
            max_tool_event_bytes=max_tool_event_bytes,
            max_streams=max_streams,
            stream_comment_seconds=stream_comment_seconds,
            max_url_bytes=max_url_bytes,
            max_header_bytes=max_header_bytes,
            max_body_bytes=max_body_bytes,
            max_json_depth=max_json_depth,
            max_json_values=max_json_values,
            max_form_bytes=max_form_bytes,
            max_form_fields=max_form_fields,
            max_upload_bytes=max_upload_bytes,
            max_upload_parts=max_upload_parts,
            body_timeout_seconds=body_timeout_seconds,
            unread_timeout_seconds=unread_timeout_seconds,
            shutdown_grace_seconds=shutdown_grace_seconds,
            max_zip_bytes=max_zip_bytes,
            max_zip_unpacked_bytes=max_zip_unpacked_bytes,
            max_zip_entry_bytes=max_zip_entry_bytes,
            max_zip_entries=max_zip_entries,
            max_zip_ratio=max_zip_ratio,
            max_zip_depth=max_zip_depth,
            log_level=log_level,
            access_log=access_log,
            max_log_bytes=max_log_bytes,
            old_logs_kept=old_logs_kept,
        )

        return settings_changes
