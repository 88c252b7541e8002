"""What the kinds that set prices share: they answer questions and never look at a claim under check."""

from __future__ import annotations

from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Params, Result, Tables


def bind(params: Params, tables: Tables) -> Check:
    """The check of a rule that only says what is paid."""

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        return NOT_APPLICABLE

    return check
