"""Tools: what they declare, where they are found, and the environments that they run in."""

from pixie_core.tool.discovery import Tool, Tools, read_tool
from pixie_core.tool.manifest import Secret, ToolManifest, read_manifest
from pixie_core.tool.state import Limits, ToolState

__all__ = ["Limits", "Secret", "Tool", "ToolManifest", "ToolState", "Tools", "read_manifest", "read_tool"]
