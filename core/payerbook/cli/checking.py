"""One claim of a file checked as `check` does it: repaired first when that is asked for, with its places and what stands beside it."""

from __future__ import annotations

from payerbook.api import Run
from payerbook.claim import Claim
from payerbook.cli.claims import Locator
from payerbook.cli.fix_output import Shown, Workshop
from payerbook.cli.output import More
from payerbook.finding import Report
from payerbook.formats.base import Read


def checked(
    session: Run, read: Read, claim: Claim, facts_from: tuple[str, ...] = (), *, workshop: Workshop | None = None, explain: bool = False
) -> tuple[Report, Claim, More]:
    """The report of the next claim, the claim as it was checked, and what a writer shows beside it.

    `claim` is that of `read` with what plugins (`facts_from`) know of it; a `workshop` takes its safe fixes, and the repaired claim
    is checked.
    """
    shown: Shown | None = None
    if workshop is not None:
        repaired = session.fix(claim)
        shown = workshop.add(read, repaired)
        claim = repaired.claim
    explained = session.explain(claim) if explain else None
    locate = Locator(read.file, read.spot, read.line_spots)
    return session.check(claim, locate, facts_from), claim, More(locate(None), explained, shown)
