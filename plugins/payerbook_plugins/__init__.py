"""The plugins that come with payerbook, each a short module."""

from __future__ import annotations

from pathlib import Path

import payerbook


def policies() -> Path:
    """The bundled policies: inside the installed package, else in the checkout of an editable install."""
    inside = Path(payerbook.__file__).parent / "policies"
    return inside if inside.is_dir() else Path(payerbook.__file__).parents[2] / "policies"
