"""Contains all the data models used in inputs/outputs"""

from .artefact_item import ArtefactItem
from .artefact_item_on_disk_type_0 import ArtefactItemOnDiskType0
from .artefact_label_body import ArtefactLabelBody
from .artefact_out import ArtefactOut
from .artefact_out_on_disk_type_0 import ArtefactOutOnDiskType0
from .artefact_page import ArtefactPage
from .artefact_star_body import ArtefactStarBody
from .artefacts_body import ArtefactsBody
from .bulk_body import BulkBody
from .bulk_body_kind import BulkBodyKind
from .change_settings_response_200 import ChangeSettingsResponse200
from .changed_out import ChangedOut
from .deleted_artefact import DeletedArtefact
from .deleted_run import DeletedRun
from .destination import Destination
from .destination_body import DestinationBody
from .disk_out import DiskOut
from .doomed_out import DoomedOut
from .error_out import ErrorOut
from .export_job_body import ExportJobBody
from .export_job_body_options import ExportJobBodyOptions
from .export_job_error import ExportJobError
from .export_job_out import ExportJobOut
from .export_job_out_status import ExportJobOutStatus
from .format_option import FormatOption
from .format_option_type import FormatOptionType
from .format_out import FormatOut
from .health import Health
from .imported_out import ImportedOut
from .label_body import LabelBody
from .labelled import Labelled
from .limits import Limits
from .list_runs_origin import ListRunsOrigin
from .list_runs_status import ListRunsStatus
from .list_settings_response_200 import ListSettingsResponse200
from .new_workspace_body import NewWorkspaceBody
from .openapi_document_response_200 import OpenapiDocumentResponse200
from .problem_out import ProblemOut
from .process_out import ProcessOut
from .process_out_status import ProcessOutStatus
from .refused_out import RefusedOut
from .report_run_format import ReportRunFormat
from .rerun_body import RerunBody
from .rerun_body_inputs import RerunBodyInputs
from .run_error import RunError
from .run_log import RunLog
from .run_out import RunOut
from .run_out_fingerprint import RunOutFingerprint
from .run_out_inputs import RunOutInputs
from .run_out_output_types import RunOutOutputTypes
from .run_out_outputs import RunOutOutputs
from .run_out_status import RunOutStatus
from .run_page import RunPage
from .run_summary import RunSummary
from .run_summary_status import RunSummaryStatus
from .runs_filter import RunsFilter
from .runs_filter_origin_type_0 import RunsFilterOriginType0
from .runs_filter_status_type_0 import RunsFilterStatusType0
from .secret_body import SecretBody
from .secret_changed import SecretChanged
from .secret_out import SecretOut
from .send_body import SendBody
from .sent import Sent
from .setting_out import SettingOut
from .setting_out_kind import SettingOutKind
from .setting_out_source import SettingOutSource
from .settings_changes import SettingsChanges
from .settings_changes_accent_type_0 import SettingsChangesAccentType0
from .settings_changes_density_type_0 import SettingsChangesDensityType0
from .settings_changes_log_level_type_0 import SettingsChangesLogLevelType0
from .settings_changes_theme_type_0 import SettingsChangesThemeType0
from .spared_out import SparedOut
from .star_body import StarBody
from .starred import Starred
from .start_run_body import StartRunBody
from .start_run_body_inputs import StartRunBodyInputs
from .start_run_body_with_files import StartRunBodyWithFiles
from .start_run_body_with_files_inputs import StartRunBodyWithFilesInputs
from .stop_tool_body import StopToolBody
from .stopped import Stopped
from .suggestion_out import SuggestionOut
from .sweep_body import SweepBody
from .sweep_out import SweepOut
from .swept_out import SweptOut
from .tagged import Tagged
from .tags_body import TagsBody
from .tool_changes import ToolChanges
from .tool_detail import ToolDetail
from .tool_detail_declaration_type_0 import ToolDetailDeclarationType0
from .tool_detail_layout import ToolDetailLayout
from .tool_detail_run_counts import ToolDetailRunCounts
from .tool_detail_status import ToolDetailStatus
from .tool_disk_out import ToolDiskOut
from .tool_item import ToolItem
from .tool_item_layout import ToolItemLayout
from .tool_item_status import ToolItemStatus
from .tool_log import ToolLog
from .totals_out import TotalsOut
from .validate_job_body import ValidateJobBody
from .validate_job_out import ValidateJobOut
from .validate_job_out_status import ValidateJobOutStatus
from .validate_tool_response_200 import ValidateToolResponse200
from .validation_summary import ValidationSummary
from .validation_summary_overall import ValidationSummaryOverall
from .verdict_out import VerdictOut
from .verdict_out_overall import VerdictOutOverall
from .workspace_changes import WorkspaceChanges
from .workspace_out import WorkspaceOut

__all__ = (
    "ArtefactItem",
    "ArtefactItemOnDiskType0",
    "ArtefactLabelBody",
    "ArtefactOut",
    "ArtefactOutOnDiskType0",
    "ArtefactPage",
    "ArtefactStarBody",
    "ArtefactsBody",
    "BulkBody",
    "BulkBodyKind",
    "ChangeSettingsResponse200",
    "ChangedOut",
    "DeletedArtefact",
    "DeletedRun",
    "Destination",
    "DestinationBody",
    "DiskOut",
    "DoomedOut",
    "ErrorOut",
    "ExportJobBody",
    "ExportJobBodyOptions",
    "ExportJobError",
    "ExportJobOut",
    "ExportJobOutStatus",
    "FormatOption",
    "FormatOptionType",
    "FormatOut",
    "Health",
    "ImportedOut",
    "LabelBody",
    "Labelled",
    "Limits",
    "ListRunsOrigin",
    "ListRunsStatus",
    "ListSettingsResponse200",
    "NewWorkspaceBody",
    "OpenapiDocumentResponse200",
    "ProblemOut",
    "ProcessOut",
    "ProcessOutStatus",
    "RefusedOut",
    "ReportRunFormat",
    "RerunBody",
    "RerunBodyInputs",
    "RunError",
    "RunLog",
    "RunOut",
    "RunOutFingerprint",
    "RunOutInputs",
    "RunOutOutputTypes",
    "RunOutOutputs",
    "RunOutStatus",
    "RunPage",
    "RunSummary",
    "RunSummaryStatus",
    "RunsFilter",
    "RunsFilterOriginType0",
    "RunsFilterStatusType0",
    "SecretBody",
    "SecretChanged",
    "SecretOut",
    "SendBody",
    "Sent",
    "SettingOut",
    "SettingOutKind",
    "SettingOutSource",
    "SettingsChanges",
    "SettingsChangesAccentType0",
    "SettingsChangesDensityType0",
    "SettingsChangesLogLevelType0",
    "SettingsChangesThemeType0",
    "SparedOut",
    "StarBody",
    "Starred",
    "StartRunBody",
    "StartRunBodyInputs",
    "StartRunBodyWithFiles",
    "StartRunBodyWithFilesInputs",
    "StopToolBody",
    "Stopped",
    "SuggestionOut",
    "SweepBody",
    "SweepOut",
    "SweptOut",
    "Tagged",
    "TagsBody",
    "ToolChanges",
    "ToolDetail",
    "ToolDetailDeclarationType0",
    "ToolDetailLayout",
    "ToolDetailRunCounts",
    "ToolDetailStatus",
    "ToolDiskOut",
    "ToolItem",
    "ToolItemLayout",
    "ToolItemStatus",
    "ToolLog",
    "TotalsOut",
    "ValidateJobBody",
    "ValidateJobOut",
    "ValidateJobOutStatus",
    "ValidateToolResponse200",
    "ValidationSummary",
    "ValidationSummaryOverall",
    "VerdictOut",
    "VerdictOutOverall",
    "WorkspaceChanges",
    "WorkspaceOut",
)
