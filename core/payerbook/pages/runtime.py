"""What the claim checker runs on: Python for WebAssembly, and the engine with its packs and tables in one archive."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import tempfile
import zipfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path

import payerbook
import payerbook_plugins
from payerbook.api import engine_version
from payerbook.authoring import bundle
from payerbook.authoring.session import Session
from payerbook.errors import PackError, UsageError
from payerbook.pages.checker import SAMPLES

ASSETS = "assets/checker"
RUNTIME = "checker/runtime.json"
"""Below the site's own folder: the files of Python for WebAssembly by name, each with its SHA-256."""
ENGINE = "engine.zip"

_LEFT_OUT = re.compile(r"payerbook/(authoring|data_import|pages)/|payerbook/(__main__|pytest_plugin)\.py|_command\.py$")
"""Modules that the page has no use for; those of authors would need YAML."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_PLACEHOLDER = "'sha256-of-inline-scripts'"


def archive(session: Session) -> bytes:
    """The engine with the bundled packs and tables as a ZIP archive; the same packs give the same bytes.

    Raises PackError when a pack or a table does not compile: the checker would lack it quietly.
    """
    files = dict(_modules(Path(payerbook.__file__).parent, "payerbook"))
    files |= _modules(Path(payerbook_plugins.__file__).parent, "payerbook_plugins")
    with tempfile.TemporaryDirectory(prefix="payerbook-compiled-") as made:
        index = bundle.write(session.library, Path(made))
        if index.not_loaded:
            raise PackError(f"The claim checker would lack {index.not_loaded[0].name}: {index.not_loaded[0].reason}")
        files |= _below(Path(made), "payerbook/compiled", "*.json")
    files |= _below(payerbook_plugins.policies() / "_datasets", "payerbook/policies/_datasets", "*.csv")
    version = engine_version()
    files[f"payerbook-{version}.dist-info/METADATA"] = f"Metadata-Version: 2.1\nName: payerbook\nVersion: {version}\n".encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name in sorted(files):
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED, 9)
    return target.getvalue()


def _modules(folder: Path, package: str) -> Iterator[tuple[str, bytes]]:
    return ((name, data) for name, data in _below(folder, package, "*.py").items() if not _LEFT_OUT.search(name))


def _below(folder: Path, target: str, pattern: str) -> Mapping[str, bytes]:
    return {f"{target}/{file.relative_to(folder).as_posix()}": file.read_bytes() for file in folder.rglob(pattern)}


def install(session: Session, site: Path, pyodide: Path | None) -> None:
    """Puts what the checker runs on below `site/docs`, and says in `runtime.json` whether it is there.

    `pyodide` is a folder with the npm package pyodide and the wheels that `RUNTIME` names, at any depth; None leaves the checker out,
    and its page says so. Raises UsageError when a file is missing or is not the one that was tried, PackError as `archive` does.
    """
    target = site / "docs" / ASSETS
    target.mkdir(parents=True, exist_ok=True)
    for name in SAMPLES:
        shutil.copyfile(_samples() / name, target / name)
    if pyodide is None:
        (target / "runtime.json").write_text('{"ready": false}\n', "utf-8")
        return
    wanted: dict[str, str] = json.loads((site / RUNTIME).read_text("utf-8"))
    for name, digest in wanted.items():
        shutil.copyfile(_found(pyodide, name, digest), target / name)
    engine = archive(session)
    (target / ENGINE).write_bytes(engine)
    wheels = [name for name in wanted if name.endswith(".whl")]
    size = sum((target / name).stat().st_size for name in [*wanted, ENGINE])
    held = {"ready": True, "wheels": wheels, "engine": f"{ENGINE}?{hashlib.sha256(engine).hexdigest()[:16]}", "bytes": size}
    (target / "runtime.json").write_text(json.dumps(held, indent=2) + "\n", "utf-8")


def _found(folder: Path, name: str, digest: str) -> Path:
    found = [file for file in sorted(folder.rglob(name)) if file.is_file()]
    if not found:
        raise UsageError(f"{folder} holds no {name}. `make pyodide` fetches what the claim checker runs on.")
    right = [file for file in found if hashlib.sha256(file.read_bytes()).hexdigest() == digest]
    if not right:
        raise UsageError(f"{found[0]} is not the file that the claim checker was tried with. Fetch it again with `make pyodide`.")
    return right[0]


def _samples() -> Path:
    """The sample claims: inside the installed package, else in the checkout of an editable install."""
    inside = Path(payerbook.__file__).parent / "samples"
    return inside if inside.is_dir() else Path(payerbook.__file__).parents[2] / "samples"


def harden(built: Path) -> None:
    """Names the page's own inline scripts in its content security policy, so that no other inline script can run there."""
    text = built.read_text("utf-8")
    hashes = {b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in _INLINE.findall(text)}
    built.write_text(text.replace(_PLACEHOLDER, " ".join(f"'sha256-{one}'" for one in sorted(hashes))), "utf-8")
