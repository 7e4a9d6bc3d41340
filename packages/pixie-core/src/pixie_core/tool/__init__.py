"""Tools: what they declare, where they are found, and the environments that they run in."""

from pixie_core.tool.discovery import Tool, Tools, read_tool
from pixie_core.tool.manifest import Secret, ToolManifest, read_manifest

__all__ = ["Secret", "Tool", "ToolManifest", "Tools", "read_manifest", "read_tool"]
