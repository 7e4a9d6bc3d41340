"""Put the front-end libraries into pixie-server while it is built.

They are pinned in package-lock.json and in no commit, so a wheel fetches them by the function that a checkout
uses too (`pixie_server.assets`), loaded by its path: the package isn't installed at this time.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEndFiles(BuildHookInterface):
    """Fills static/vendor before a wheel is packed or an editable install is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Fill static/vendor; what can't be fetched fails a wheel, and is only a warning when editable.

        Without its libraries a wheel would be broken for good, while a checkout fetches them when it starts.
        """
        project = Path(self.root)
        package = project / "src" / "pixie_server"
        assets = _load(package / "assets.py")
        try:
            assets.fill(package / "static", project)
        except assets.AssetsError as error:
            if version != "editable":
                raise
            self.app.display_warning(f"{error}\nPixie tries again when it starts.")


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("pixie_server_assets", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
