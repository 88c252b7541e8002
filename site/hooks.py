"""MkDocs hook for working on the pages: PAYERBOOK_TODAY=2026-11-21 mkdocs serve --config-file site/mkdocs.yml."""

import os
from datetime import date
from typing import Any

from mkdocs.structure.files import File, Files

from payerbook.authoring.session import Session
from payerbook.pages import catalog, site


def on_config(config: Any) -> Any:
    config.extra["catalog"] = catalog.of(Session(), date.fromisoformat(os.environ["PAYERBOOK_TODAY"]))
    config.extra["as_of"] = os.environ["PAYERBOOK_TODAY"]
    config.nav = site.navigation(config.extra["catalog"])
    return config


def on_files(files: Files, config: Any) -> Files:
    for path, text in site.pages(config.extra["catalog"], config.site_url):
        files.append(File.generated(config, path, content=text))
    return files
