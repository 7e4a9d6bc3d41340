"""The JSON API: thin routes that parse, call one thing of the library, and answer."""

from pixie_server.api.artefact_changes import routes as artefact_change_routes
from pixie_server.api.artefacts import routes as artefact_routes
from pixie_server.api.bulk import routes as bulk_routes
from pixie_server.api.destinations import routes as destination_routes
from pixie_server.api.disk import routes as disk_routes
from pixie_server.api.export_jobs import routes as export_job_routes
from pixie_server.api.exports import routes as export_routes
from pixie_server.api.reports import routes as report_routes
from pixie_server.api.runs import routes as run_routes
from pixie_server.api.service import routes as service_routes
from pixie_server.api.settings import routes as settings_routes
from pixie_server.api.tool_settings import routes as tool_settings_routes
from pixie_server.api.tools import routes as tool_routes
from pixie_server.api.validation import routes as validation_routes
from pixie_server.api.workspaces import routes as workspace_routes

__all__ = ["ROUTES"]

ROUTES = (
    *service_routes.routes,
    *tool_routes.routes,
    *tool_settings_routes.routes,
    *validation_routes.routes,
    *run_routes.routes,
    *report_routes.routes,
    *artefact_routes.routes,
    *artefact_change_routes.routes,
    *disk_routes.routes,
    *settings_routes.routes,
    *workspace_routes.routes,
    *export_routes.routes,
    *export_job_routes.routes,
    *bulk_routes.routes,
    *destination_routes.routes,
)
