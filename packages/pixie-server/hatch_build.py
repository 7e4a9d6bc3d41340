"""Put into pixie-server, while it is built, what it carries for others: the front-end libraries and the SDK.

The libraries are pinned in package-lock.json and in no commit, so a wheel fetches them by the function that a
checkout uses too (`pixie_server.assets`), loaded by its path: the package isn't installed at this time.

Tools import pixie-tool-sdk. In a checkout they take it from its folder; everywhere else `pixie new` lays the wheel
beside a new tool that pixie-server carries in pixie_server/wheels. It is built here from the folder next door, and
travels in the source distribution, which has no such neighbour any more.
"""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.builders.wheel import WheelBuilder

_CARRIED = "pixie_server/wheels"


class Carried(BuildHookInterface):
    """Fills static/vendor before a wheel is packed or an editable install is made, and adds the SDK's wheel."""

    _built: str | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """What can't be had fails a wheel, which would be broken for good; a checkout has it by other ways."""
        project = Path(self.root)
        if self.target_name == "wheel":
            self._fill_static(project, editable=version == "editable")
        if version != "editable":
            self._add_sdk(project, build_data)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove what was built on the way."""
        if self._built is not None:
            shutil.rmtree(self._built)

    def _fill_static(self, project: Path, *, editable: bool) -> None:
        package = project / "src" / "pixie_server"
        assets = _load(package / "assets.py")
        try:
            assets.fill(package / "static", project)
        except assets.AssetsError as error:
            if not editable:
                raise
            self.app.display_warning(f"{error}\nPixie tries again when it starts.")

    def _add_sdk(self, project: Path, build_data: dict[str, Any]) -> None:
        source = project.parent / "pixie-tool-sdk"
        above = "src/" if self.target_name == "sdist" else ""
        if (source / "pyproject.toml").is_file():
            self._built = tempfile.mkdtemp()
            (wheel,) = WheelBuilder(str(source)).build(directory=self._built, versions=["standard"])
            build_data["force_include"][wheel] = f"{above}{_CARRIED}/{Path(wheel).name}"
        elif not list((project / "src" / _CARRIED).glob("*.whl")):
            raise FileNotFoundError(f"{source} isn't there, nor is its wheel in src/{_CARRIED}: build in a checkout")


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("pixie_server_assets", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
