"""Which payers answer alike: a square for each two, darker where they agree on more."""

from __future__ import annotations

from collections.abc import Sequence

from payerbook.pages.markup import esc, link
from payerbook.pages.pictures.frame import box, figure, text

_SIDE, _LEFT = 11, 190


def picture(title: str, names: Sequence[tuple[str, str]], share: Sequence[Sequence[float | None]]) -> str:
    """The squares below the diagonal; `names` are name and address in the order of rows, `share[i][j]` of 0 to 1 for j < i, None where
    too little is known of both."""
    drawing = []
    for i, (name, _) in enumerate(names):
        y = i * _SIDE
        drawing.append(text(_LEFT - 6, y + 9, name if len(name) <= 34 else f"{name[:33]}…", "pb-tiny", anchor="end"))
        for j in range(i):
            known = share[i][j]
            if known is not None:
                hint = f"{name} and {names[j][0]}: {known:.0%} alike"
                drawing.append(box(_LEFT + j * _SIDE, y, _SIDE - 1, _SIDE - 1, f"pb-depth-{min(int(known * 5), 4)}", hint))
    rows = []
    for i, (name, address) in enumerate(names):
        near = sorted(
            ((_of(share, i, j), j) for j in range(len(names)) if j != i and _of(share, i, j) is not None),
            key=lambda one: (-(one[0] or 0), one[1]),
        )
        listed = ", ".join(f"{link(names[j][0], names[j][1])} {known:.0%}" for known, j in near[:3] if known is not None)
        rows.append([link(name, address), listed or esc("too little is known")])
    side = len(names) * _SIDE
    return figure("likeness", title, (_LEFT + side, side), drawing, ["Payer", "Most alike"], rows)


def _of(share: Sequence[Sequence[float | None]], i: int, j: int) -> float | None:
    return share[max(i, j)][min(i, j)]
