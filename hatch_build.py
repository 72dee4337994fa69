"""What hatchling does beside collecting files: a wheel brings the compiled loops, if they can be compiled."""

from __future__ import annotations

import runpy
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_COMPILED = "worker/backprop/compiled"


class CompiledLoops(BuildHookInterface):  # type: ignore[type-arg]  # the configuration's type is hatchling's affair
    """Compile before a wheel is made, and name the platform it is then for. In a working copy make does it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """See ``BuildHookInterface``."""
        if version == "editable":
            return
        compile_loops = runpy.run_path(str(Path(self.root) / "scripts" / "compile_loops.py"))["compile_loops"]
        if (missing := compile_loops()) is not None:
            self.app.display_warning(f"This wheel has no compiled loops: {missing}.")
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
        build_data["artifacts"].append(f"{_COMPILED}/*.so")
