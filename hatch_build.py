"""Puts policies, the packs compiled from them, and the site into a wheel, so that an installed payerbook reads no YAML."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

GENERATED = ("build", "docs/rules")
"""Folders of the site that its own build writes; a wheel carries only what they are made from."""


class CarryPolicies(BuildHookInterface):  # type: ignore[type-arg]
    """What a wheel carries besides code.

    An editable install gets none of it: it finds the folders in the checkout and compiles when asked, so that edits are live.
    """

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds files to the wheel. Fails, naming each fault, when a bundled pack or table does not compile."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path[:0] = [str(root / "core"), str(root / "plugins")]
        self.compiled = tempfile.TemporaryDirectory(prefix="payerbook-compiled-")
        compile_bundled(Path(self.compiled.name))
        from payerbook.pages import project

        carried = {self.compiled.name: "compiled", str(root / "policies"): "policies", str(root / "samples"): "samples"}
        carried |= {str(file): file.relative_to(root).as_posix() for file in site_files(root / "site")}
        carried |= {
            str(root / "docs" / name): f"docs/{name}"
            for name in [project.LIST, project.STRENGTH, *(f"{name}.md" for name in project.names())]
        }
        carried[str(root / "docs" / "faults")] = "docs/faults"
        build_data["force_include"] |= {source: f"payerbook/{target}" for source, target in carried.items()}

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Removes the temporary folder."""
        if version != "editable":
            self.compiled.cleanup()


def compile_bundled(target: Path) -> None:
    """Compiles every bundled pack into `target`. Raises SystemExit with the faults when one does not compile."""
    from payerbook.authoring.bundle import Library, write
    from payerbook.plugins import BUNDLED, Plugins
    from payerbook_plugins import policies

    plugins = Plugins(BUNDLED)
    packs = [folder for _, folder in plugins.policies()]
    tables = [folder for _, folder in plugins.datasets()]
    kinds = plugins.kinds()
    index = write(Library(packs, policies() / "_codes", tables, kinds), target)
    faults = [*plugins.not_loaded, *index.not_loaded]
    if faults:
        raise SystemExit(
            "\n".join(["The bundled packs do not compile, so no wheel was built:", *(f"{fault.name}: {fault.reason}" for fault in faults)])
        )


def site_files(site: Path) -> list[Path]:
    """The files that the reference site is made from."""
    skipped = [site / folder for folder in GENERATED]
    return [
        file
        for file in sorted(site.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts and not any(file.is_relative_to(folder) for folder in skipped)
    ]
