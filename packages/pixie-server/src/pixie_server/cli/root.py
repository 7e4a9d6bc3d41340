"""The `pixie` command and its subcommands, in the order in which its help lists them."""

from __future__ import annotations

import click

from pixie_server.cli.artefacts import find_output, list_outputs, open_artefacts_folder
from pixie_server.cli.bulk import bulk_export, import_run
from pixie_server.cli.care import audit_disk_usage, backup, fsck, restore
from pixie_server.cli.command import Group
from pixie_server.cli.destinations import (
    list_export_targets,
    register_export_target,
    remove_export_target,
    send_to_folder,
)
from pixie_server.cli.dev import dev
from pixie_server.cli.doctor import doctor
from pixie_server.cli.export import export_run
from pixie_server.cli.exporting import copy_output_to, copy_to_clipboard, export_as_format
from pixie_server.cli.moves import remove_tool, rename_tool
from pixie_server.cli.new import new
from pixie_server.cli.reports import export_run_as_report
from pixie_server.cli.running import run
from pixie_server.cli.runs import label_run, star_run, view_logs, view_runs
from pixie_server.cli.schema import schema
from pixie_server.cli.secrets import set_secret
from pixie_server.cli.serve import serve
from pixie_server.cli.sharing import import_tool, share_tool
from pixie_server.cli.sweeping import clear_old_outputs, sweep
from pixie_server.cli.tail import tail
from pixie_server.cli.tool_state import archive_tool, tag_tool, unarchive_tool
from pixie_server.cli.tools import list_tools, open_tool, sync
from pixie_server.cli.validate import validate
from pixie_server.cli.workspaces import workspace_add_tool, workspace_create, workspace_remove_tool

__all__ = ["pixie"]

COMMANDS: tuple[click.Command, ...] = (
    serve,
    dev,
    doctor,
    run,
    view_runs,
    view_logs,
    star_run,
    label_run,
    list_outputs,
    find_output,
    open_artefacts_folder,
    export_run,
    export_run_as_report,
    bulk_export,
    import_run,
    export_as_format,
    copy_output_to,
    copy_to_clipboard,
    send_to_folder,
    register_export_target,
    list_export_targets,
    remove_export_target,
    list_tools,
    new,
    sync,
    validate,
    tail,
    open_tool,
    tag_tool,
    archive_tool,
    unarchive_tool,
    rename_tool,
    remove_tool,
    workspace_create,
    workspace_add_tool,
    workspace_remove_tool,
    set_secret,
    share_tool,
    import_tool,
    sweep,
    clear_old_outputs,
    audit_disk_usage,
    fsck,
    backup,
    restore,
    schema,
)


class _Listed(Group):
    """Lists the commands by what belongs together, as `COMMANDS` has them, and not by the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in their order."""
        del ctx
        return list(self.commands)


def _version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        click.echo(f"pixie {version('pixie-server')}")
        context.exit()


@click.group(
    name="pixie",
    cls=_Listed,
    commands={each.name: each for each in COMMANDS if each.name},
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    examples=("pixie", "pixie run compound-interest --set principal=1000", "pixie --home ~/pixie view-runs hello"),
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Print the version and exit."
)
@click.pass_context
def pixie(context: click.Context) -> None:
    """Tools, each with a form, and every run kept. Without a command, `pixie serve`.

    Exit codes: 0 done; 1 it failed, or the check is red; 2 wrong usage; 3 the server isn't running.
    """
    if context.invoked_subcommand is None:
        context.invoke(serve)
