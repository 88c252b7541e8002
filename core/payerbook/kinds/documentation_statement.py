"""Statements that the record has to make before a service is payable, such as the reason for a re-evaluation."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from payerbook.claim import Statement
from payerbook.kinds import chart
from payerbook.kinds.base import Case, Check, Contribution, Fix, Hit, Kind, Params, Question, Result, Standing, Tables, join


class StatementParams(Params, frozen=True):
    item: Annotated[str, Meta(description="What the record holds, as answers about documents name it: `reason-for-re-evaluation`.")]
    any_of: Annotated[tuple[Statement, ...], Meta(description="Statements of which the record has to make one.", min_length=1)]
    new_condition: Annotated[bool, Meta(description="An episode marked as having a new condition needs no statement.")] = False
    decides: Annotated[bool, Meta(description="Whether the code is covered at all hangs on the statement.")] = False


def bind(params: StatementParams, tables: Tables) -> Check:
    nothing: Result = chart.no_record("statements")
    wanted = frozenset(params.any_of)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        record = chart.of(case)
        if record is None:
            return nothing
        made = record.documentation.statements
        stated = not wanted.isdisjoint(made or ()) or (params.new_condition and record.episode.new_condition is True)
        lines, foreign = chart.own(case, record, indexes)
        if stated or not lines:
            return foreign or None
        facts = {"codes": sorted({case.lines[index].code for index in lines}), "wanted": _words(params)}
        if made is None and not record.missing("statements"):
            return [Hit("unknown", None, "open", facts, needs=("context.documentation.statements",)), *foreign]
        fix = Fix("document", None, None, "ask", "only if the findings of the day support it; otherwise do not bill the service")
        return chart.spread(case, Hit("fail", None, "missing", facts, fixes=(fix,)), lines) + foreign

    return check


def _words(params: StatementParams) -> str:
    return join(statement.replace("-", " ") for statement in params.any_of)


def sentence(params: StatementParams) -> str:
    return f"The record states {_words(params)}."


def answer(params: StatementParams, tables: Tables, question: Question) -> Contribution | None:
    condition = Standing("conditional", f"It is paid only when the record states {_words(params)}.", info=("other",))
    return Contribution(standing=condition if params.decides else None, documents=(params.item,))


KIND = Kind(
    name="documentation-statement",
    title="Statements in the record",
    about="What the record has to state for a service to be payable.",
    params=StatementParams,
    evidence=("chart",),
    bind=bind,
    sentence=sentence,
    parts=("documentation",),
    answer=answer,
    messages={
        **chart.MESSAGES,
        "missing": "The record does not state what {codes} needs: {wanted}.",
        "open": "Whether the record states what {codes} needs ({wanted}) is not known.",
    },
)
