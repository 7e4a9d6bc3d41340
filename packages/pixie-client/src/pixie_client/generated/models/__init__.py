"""Contains all the data models used in inputs/outputs"""

from .artefact_item import ArtefactItem
from .artefact_label_body import ArtefactLabelBody
from .artefact_out import ArtefactOut
from .artefact_page import ArtefactPage
from .artefact_star_body import ArtefactStarBody
from .deleted_artefact import DeletedArtefact
from .deleted_run import DeletedRun
from .destination import Destination
from .destination_body import DestinationBody
from .error_out import ErrorOut
from .format_option import FormatOption
from .format_option_type import FormatOptionType
from .format_out import FormatOut
from .health import Health
from .label_body import LabelBody
from .labelled import Labelled
from .limits import Limits
from .list_runs_status import ListRunsStatus
from .new_workspace_body import NewWorkspaceBody
from .openapi_document_response_200 import OpenapiDocumentResponse200
from .problem_out import ProblemOut
from .process_out import ProcessOut
from .process_out_status import ProcessOutStatus
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
from .secret_body import SecretBody
from .secret_changed import SecretChanged
from .secret_out import SecretOut
from .send_body import SendBody
from .sent import Sent
from .star_body import StarBody
from .starred import Starred
from .start_run_body import StartRunBody
from .start_run_body_inputs import StartRunBodyInputs
from .stop_tool_body import StopToolBody
from .stopped import Stopped
from .suggestion_out import SuggestionOut
from .tagged import Tagged
from .tags_body import TagsBody
from .tool_changes import ToolChanges
from .tool_detail import ToolDetail
from .tool_detail_declaration_type_0 import ToolDetailDeclarationType0
from .tool_detail_run_counts import ToolDetailRunCounts
from .tool_detail_status import ToolDetailStatus
from .tool_item import ToolItem
from .tool_item_status import ToolItemStatus
from .tool_log import ToolLog
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
    "ArtefactLabelBody",
    "ArtefactOut",
    "ArtefactPage",
    "ArtefactStarBody",
    "DeletedArtefact",
    "DeletedRun",
    "Destination",
    "DestinationBody",
    "ErrorOut",
    "FormatOption",
    "FormatOptionType",
    "FormatOut",
    "Health",
    "LabelBody",
    "Labelled",
    "Limits",
    "ListRunsStatus",
    "NewWorkspaceBody",
    "OpenapiDocumentResponse200",
    "ProblemOut",
    "ProcessOut",
    "ProcessOutStatus",
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
    "SecretBody",
    "SecretChanged",
    "SecretOut",
    "SendBody",
    "Sent",
    "StarBody",
    "Starred",
    "StartRunBody",
    "StartRunBodyInputs",
    "StopToolBody",
    "Stopped",
    "SuggestionOut",
    "Tagged",
    "TagsBody",
    "ToolChanges",
    "ToolDetail",
    "ToolDetailDeclarationType0",
    "ToolDetailRunCounts",
    "ToolDetailStatus",
    "ToolItem",
    "ToolItemStatus",
    "ToolLog",
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
