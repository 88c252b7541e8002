"""Faults in what a file says of its own state: the status of a rule, who read it, and which document it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from payerbook.authoring.documents import RuleDoc, SourceDoc
from payerbook.authoring.faults import Fault
from payerbook.authoring.yamlfile import Document


def check_rule(document: Document, doc: RuleDoc) -> Iterator[Fault]:
    """Faults of status and readers of a rule that has versions."""
    if doc.status == "retired":
        if doc.replaced_by is None and not doc.fix:
            yield document.fault(("status",), "a retired rule says what took its place in replaced_by, or why nothing did in fix", "PB025")
        if doc.versions[-1].to is None:
            message = "a retired rule still judges the days on which it stood; write the last of them in `to`"
            yield document.fault(("versions", len(doc.versions) - 1), message, "PB050")
    if doc.status == "on-hold" and doc.hold is None:
        yield document.fault(("status",), "a rule on hold says why; write hold: and the reason", "PB051")
    if doc.status != "on-hold" and doc.hold is not None:
        message = f"the rule is {doc.status}, so nothing holds it; remove hold, or write status: on-hold"
        yield document.fault(("hold",), message, "PB051", key=True)
    for place, version in enumerate(doc.versions):
        first, second = version.read_by, version.second_reader
        if second is None:
            continue
        path = ("versions", place, "second_reader")
        if first is None:
            yield document.fault(path, "there is no first reader; write read_by with name and day", "PB052", key=True)
        elif first.name.casefold().strip() == second.name.casefold().strip():
            yield document.fault((*path, "name"), f"{second.name} is the first reader too; name somebody else, or remove it", "PB052")


def check_sources(document: Document, sources: Mapping[str, SourceDoc]) -> Iterator[Fault]:
    """Faults of readings and hashes of a pack's sources."""
    for name, source in sources.items():
        if source.grade in ("A", "A*", "B") and source.last_checked is None:
            yield document.fault((name,), "a source of this grade says when it was last checked; add last_checked", "PB024", key=True)
        if (source.sha256 is None) != (source.retrieved is None):
            there, gone = ("sha256", "retrieved") if source.retrieved is None else ("retrieved", "sha256")
            yield document.fault((name, there), f"{there} stands without {gone}; add it, or remove both", "PB053", key=True)
