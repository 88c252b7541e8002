"""What kinds that look at nothing but the diagnoses of a claim share: patterns of codes, and answers that are remembered."""

from __future__ import annotations

import re
from collections.abc import Callable

from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Result

REMEMBERED = 10_000
"""Lists of diagnoses whose answer is remembered at most."""


def pattern(texts: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the patterns: the beginning of a code, with or without its dot; `?` is any one character, `$` the end of the code.

    >>> bool(pattern(("M54.5?$",)).match("M5450"))
    True
    """
    return re.compile("|".join(re.escape(text.replace(".", "")).replace(r"\?", ".").replace(r"\$", "$") for text in texts))


def check_of(judge: Callable[[list[str]], Result]) -> Check:
    """A check that gives `judge` the diagnoses of a claim, in capitals and without dots, and remembers what it says of them."""
    answers: dict[tuple[str, ...], Result] = {}

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        diagnoses = case.claim.diagnoses
        if not diagnoses:
            return NOT_APPLICABLE
        if diagnoses not in answers:
            if len(answers) >= REMEMBERED:
                answers.clear()
            answers[diagnoses] = judge([code.replace(".", "").upper() for code in diagnoses])
        return answers[diagnoses]

    return check
