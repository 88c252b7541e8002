"""Test files of a pack: whether they are there, fit the format, and show both when a rule speaks and when it stays quiet."""

from __future__ import annotations

from collections.abc import Iterator

from payerbook.authoring.cases import SUFFIX
from payerbook.authoring.compiler import Compiled, rule_files
from payerbook.authoring.faults import Fault
from payerbook.authoring.session import Session

_QUIET = frozenset({"pass", "resolved", "not-applicable"})
"""Outcomes of a case that a rule must not fail; some rules cannot pass, because every line they apply to is at fault."""


def check(session: Session, one: Compiled) -> Iterator[Fault]:
    """Faults of the test files of a pack: form, and rules without both kinds of cases."""
    silent = {rule.id for rule in one.pack.rules if session.silent(rule)} if one.pack is not None else set()
    for file in rule_files(one.folder):
        tests = file.with_name(file.name.removesuffix(".yaml") + SUFFIX)
        if not tests.is_file():
            yield Fault(file, 1, 1, "", f"the rule has no cases; write {tests.name} beside it", "PB016")
            continue
        made, document, found = session.runner.load(tests)
        yield from found
        if made is not None:
            expected = {case.expect for case in made.cases}
            if "fail" not in expected and made.rule not in silent:
                yield document.fault(("cases",), "no case of the rule expects fail; add one", "PB016", key=True)
            if not expected & _QUIET:
                message = "no case shows where the rule stays quiet; add one that expects pass"
                yield document.fault(("cases",), message, "PB016", key=True)
    for tests in sorted(one.folder.glob(f"*{SUFFIX}")):
        if not tests.with_name(tests.name.removesuffix(SUFFIX) + ".yaml").is_file():
            yield from session.runner.load(tests)[2]
