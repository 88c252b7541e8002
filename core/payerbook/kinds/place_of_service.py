"""Places of service: codes that do not exist, and places at which a kind of provider may not bill its services."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from payerbook.kinds import disciplines
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Contribution, Fix, Hit, Kind, Params, Question, Result, Standing, Tables, join


class PlaceOfService(Params, frozen=True):
    barred: Annotated[dict[str, str] | None, Meta(description="Places of service that are not taken, each with a word for it.")] = None
    known: Annotated[
        dict[str, date | None] | None,
        Meta(description="All places of service that exist, each with its first day where one is known; any other is an error."),
    ] = None
    performers: Annotated[
        Literal["everyone", "therapists"],
        Meta(description="therapists = barred only when the rendering provider's taxonomy is a PT, OT or SLP."),
    ] = "everyone"


def bind(params: PlaceOfService, tables: Tables) -> Check:
    return _known(params.known) if params.known is not None else _barred(params)


def _known(known: dict[str, date | None]) -> Check:
    undated = frozenset(place for place, start in known.items() if start is None)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        common = case.claim.place_of_service
        hits: list[Hit] = []
        met = False
        for index in indexes:
            line = case.lines[index]
            place = line.place_of_service or common
            if place is None:
                continue
            met = True
            if place in undated:
                continue
            start = known.get(place)
            fix = Fix("verify", index, None, "ask", "look up where the service was given")
            if start is None:
                hits.append(Hit("fail", index, "no-such", {"code": line.code}, field="place_of_service", fixes=(fix,)))
            elif line.service_date < start:
                facts = {"code": line.code, "place": place, "start": start}
                hits.append(Hit("fail", index, "early", facts, field="place_of_service", fixes=(fix,)))
        return hits or (None if met else NOT_APPLICABLE)

    return check


def _barred(params: PlaceOfService) -> Check:
    barred = params.barred or {}

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        common = case.claim.place_of_service
        hits: list[Hit] = []
        for index in indexes:
            place = case.lines[index].place_of_service or common
            if place is None or place in barred:
                hit = _judge(case, index, place, params, barred)
                hits += [hit] if hit is not None else []
        return hits or NOT_APPLICABLE

    return check


def _judge(case: Case, index: int, place: str | None, params: PlaceOfService, barred: dict[str, str]) -> Hit | None:
    line = case.lines[index]
    rendering = line.rendering_provider or case.claim.rendering_provider
    taxonomy = rendering.taxonomy if rendering is not None else None
    if params.performers == "therapists" and taxonomy is not None and disciplines.taxonomy(taxonomy) is None:
        return None
    if place is None:
        # No more than review: a claim that says so little is not yet one that is sent.
        return Hit("unknown", index, "no-place", {"code": line.code}, needs=("place_of_service",), field="place_of_service", cap="review")
    facts = {"code": line.code, "place": place, "where": barred[place]}
    if params.performers == "therapists" and taxonomy is None:
        return Hit("unknown", index, "performer", facts, needs=("rendering_provider.taxonomy",), field="place_of_service")
    fixes = (
        Fix("verify", index, None, "ask", "correct the place if the patient was treated elsewhere"),
        Fix("do-not-bill", index, line.code, "ask", "the facility bills what was done there"),
    )
    return Hit("fail", index, "barred", facts, field="place_of_service", fixes=fixes)


def sentence(params: PlaceOfService) -> str:
    if params.known is not None:
        return f"The place of service is one of the {len(params.known)} codes that exist on the day."
    where = join(f"{place} ({word})" for place, word in (params.barred or {}).items())
    who = "" if params.performers == "everyone" else " by a therapist's own practice"
    return f"Services with place of service {where} are not billed{who}."


def answer(params: PlaceOfService, tables: Tables, question: Question) -> Contribution | None:
    """That the code is not billed at the place asked about; for therapists alone when the rule is theirs."""
    place = question.place_of_service
    if place is None or params.barred is None or place not in params.barred:
        return None
    where = f"place of service {place} ({params.barred[place]})"
    if params.performers == "everyone":
        return Contribution(standing=Standing("not-covered", f"{question.code} is not billed with {where}."))
    why = f"A therapist's own practice does not bill {question.code} with {where}."
    return Contribution(standing=Standing("conditional", why, info=("performer", "location")))


KIND = Kind(
    name="place-of-service",
    title="Place of service",
    about="Places of service that do not exist, or at which a provider may not bill its services.",
    params=PlaceOfService,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    answer=answer,
    messages={
        "barred": "{code} has place of service {place} ({where}), where a therapist's own practice does not bill.",
        "performer": "{code} has place of service {place} ({where}); whether a therapist's own practice bills it is not said (taxonomy of the rendering provider).",
        "no-such": "{code} has a place of service that is not in the code set.",
        "early": "{code} has place of service {place}, which exists only since {start}.",
        "no-place": "{code} has no place of service.",
    },
)
