"""The states as tiles, darker where more payers are on file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from payerbook.pages.markup import esc, link
from payerbook.pages.pictures.frame import box, figure, text

_GRID = {
    "AK": (0, 0), "ME": (11, 0), "VT": (10, 1), "NH": (11, 1),
    "WA": (1, 2), "ID": (2, 2), "MT": (3, 2), "ND": (4, 2), "MN": (5, 2), "IL": (6, 2), "WI": (7, 2), "MI": (8, 2), "NY": (9, 2),
    "RI": (10, 2), "MA": (11, 2),
    "OR": (1, 3), "NV": (2, 3), "WY": (3, 3), "SD": (4, 3), "IA": (5, 3), "IN": (6, 3), "OH": (7, 3), "PA": (8, 3), "NJ": (9, 3),
    "CT": (10, 3),
    "CA": (1, 4), "UT": (2, 4), "CO": (3, 4), "NE": (4, 4), "MO": (5, 4), "KY": (6, 4), "WV": (7, 4), "VA": (8, 4), "MD": (9, 4),
    "DE": (10, 4),
    "AZ": (2, 5), "NM": (3, 5), "KS": (4, 5), "AR": (5, 5), "TN": (6, 5), "NC": (7, 5), "SC": (8, 5), "DC": (9, 5),
    "OK": (4, 6), "LA": (5, 6), "MS": (6, 6), "AL": (7, 6), "GA": (8, 6),
    "HI": (0, 7), "TX": (4, 7), "FL": (9, 7),
}  # fmt: skip
"""Column and row of each state, as news rooms draw them."""
_SIDE = 44
_GAP = 4


def picture(title: str, columns: Sequence[str], payers: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """The map; `payers` are name and address by state. A state without any is drawn empty."""
    step = _SIDE + _GAP
    drawing = [_tile(state, payers.get(state, ()), column * step, row * step) for state, (column, row) in _GRID.items()]
    rows = [[esc(state), ", ".join(link(name, address) for name, address in payers[state])] for state in sorted(payers)]
    return figure("states", title, (12 * step, 8 * step), drawing, columns, rows)


def _tile(state: str, found: Sequence[tuple[str, str]], x: float, y: float) -> str:
    depth = min(len(found), 4)
    hint = f"{state}: {', '.join(name for name, _ in found) or 'no payer of its own on file'}"
    middle = x + _SIDE / 2
    count = text(middle, y + 36, str(len(found)) if found else "–", f"pb-tile-count pb-on-{depth}", anchor="middle")
    return (
        box(x, y, _SIDE, _SIDE, f"pb-tile pb-depth-{depth}", hint) + text(middle, y + 20, state, f"pb-on-{depth}", anchor="middle") + count
    )
