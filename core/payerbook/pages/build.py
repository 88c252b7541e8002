"""Builds the reference site: hand-written and generated pages together in a temporary folder, HTML from them by MkDocs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from importlib.util import find_spec
from pathlib import Path

import payerbook
from payerbook.authoring.session import Session
from payerbook.errors import PackError, UsageError
from payerbook.pages import alternates, hits, runtime
from payerbook.pages import catalog as catalogs
from payerbook.pages.glossary import abbreviations
from payerbook.pages.jsonfiles import INDEX
from payerbook.pages.site import beside, navigation, put


def site_folder() -> Path:
    """The site's own files: inside the installed package, else in the checkout of an editable install."""
    inside = Path(payerbook.__file__).parent / "site"
    return inside if inside.is_dir() else Path(payerbook.__file__).parents[2] / "site"


def build(
    target: Path,
    *,
    today: date,
    packs: Sequence[str] | None = None,
    policies: Sequence[Path] = (),
    base_url: str | None = None,
    pyodide: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Builds the site into `target`, replacing an earlier site there, and gives its home page.

    `today` is the day that settings are shown for; `packs` limits the packs by id; `policies` are further folders of packs;
    `base_url` is the address the site will have; `pyodide` is where the claim checker's Python lies (see `runtime.install`);
    `progress` is told each step. The same arguments and files give the same bytes.
    Raises UsageError when MkDocs or pyarrow is missing, the folder holds something else or a pack id is unknown, PackError when a pack does
    not compile or a page has a broken link, OSError when `target` cannot be made.
    """
    if missing := [module for module in ("mkdocs", "material", "pyarrow") if find_spec(module) is None]:
        raise UsageError(
            f"The site needs MkDocs with the Material theme, and pyarrow for its Parquet tables; not installed: {', '.join(missing)}. "
            "Install them: pip install 'mkdocs>=1.6,<2' 'mkdocs-material>=9.8,<10' 'pyarrow>=17'"
        )
    if target.exists() and not (target.is_dir() and (not any(target.iterdir()) or (target / INDEX).is_file())):
        raise UsageError(f"{target} is not empty and holds no reference site. Name a new folder; the build empties the one it writes to.")
    target.mkdir(parents=True, exist_ok=True)  # before the work of making pages, so that a folder that cannot be is told at once
    say = progress or (lambda text: None)
    session = Session(policies)
    catalog = catalogs.of(session, today, packs)
    with tempfile.TemporaryDirectory(prefix="payerbook-site-") as made:
        work = Path(made) / "site"
        shutil.copytree(site_folder(), work, ignore=shutil.ignore_patterns("build", "__pycache__"))
        files = put(catalog, work / "docs", base_url)
        runtime.install(session, work, pyodide)
        say(f"Wrote {len(files)} files for {len(catalog.packs)} packs.")
        config = {
            "INHERIT": "mkdocs.yml",
            "nav": navigation(catalog),
            "hooks": [],
            "site_url": base_url or "",
            "site_dir": str(target.resolve()),
            "extra": {"as_of": str(today), "alternates": alternates.of(catalog, (str(file.relative_to(work / "docs")) for file in files))},
            "markdown_extensions": {"abbr": {"glossary": abbreviations(session.library.vocabulary.terms)}},
        }
        (work / "build.yml").write_text(json.dumps(config), "utf-8")
        _run(work / "build.yml", today)
        hits.trim(target / hits.INDEX)
        (target / "sitemap.xml.gz").unlink()  # the packed copy of a site map that `beside` replaces
        for path, data in beside(catalog, work / "docs", base_url):
            file = target / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
    runtime.harden(target / "check" / "index.html")
    say(f"Built {target}.")
    return target / "index.html"


def _run(config: Path, today: date) -> None:
    """Runs MkDocs in a process of its own: its log and its settings do not leak into the caller's."""
    moment = datetime.combine(today, time(), UTC)  # instead of the clock, for the site map
    own = {"NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": str(int(moment.timestamp()))}
    # not --quiet: it would silence the warnings that --strict counts
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(config)]
    done = subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True, check=False)
    if done.returncode:
        faults = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("INFO")]
        raise PackError("\n".join(["The site cannot be built:", *faults]))
