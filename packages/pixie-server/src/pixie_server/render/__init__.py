"""From declarations and values to HTML. Pure: no database, no network, no clock.

    frame = Frame(now=now, tools=tools)
    page_home(frame, recent=..., running=...)         whole pages
    panel(manifest, run, now=now)                     the parts of them that htmx and live.js fetch
    output(declared, value)                           one output

Each output and input type has a small template of its name, or does with the default of the view that it has;
nothing here lists types. Every text is escaped by the environment (autoescape, always), and what leaves this room
has no control characters and no halves of surrogate pairs in it.
"""

from pixie_server.render.environment import CONFIG, static_url
from pixie_server.render.form import form, form_problems
from pixie_server.render.frame import Frame, Listed
from pixie_server.render.library import Shelf, artefact_piece, library_results, page_artefact, page_library
from pixie_server.render.outputs import block as output_block
from pixie_server.render.outputs import output
from pixie_server.render.pages import page_empty, page_error, page_home, page_output, page_run, page_tool
from pixie_server.render.parts import error_fragment, history, panel, sidebar_tools
from pixie_server.render.settings import Refused, page_settings, page_tool_settings

__all__ = [
    "CONFIG",
    "Frame",
    "Listed",
    "Refused",
    "Shelf",
    "artefact_piece",
    "error_fragment",
    "form",
    "form_problems",
    "history",
    "library_results",
    "output",
    "output_block",
    "page_artefact",
    "page_empty",
    "page_error",
    "page_home",
    "page_library",
    "page_output",
    "page_run",
    "page_settings",
    "page_tool",
    "page_tool_settings",
    "panel",
    "sidebar_tools",
    "static_url",
]
