"""A modifier that a line must carry: one of a family, the right one of the family, and not several of it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from payerbook.claim import Provider
from payerbook.kinds import disciplines
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Contribution, Fix, Hit, Kind, Params, Question, Result, Tables, join


class RequiredModifier(Params, frozen=True):
    any_of: Annotated[tuple[str, ...], Meta(description="The line needs one of these.", min_length=1)]
    family: Annotated[
        tuple[str, ...], Meta(description="Modifiers that exclude each other; one outside any_of is wrong, two are too many.")
    ] = ()
    required_of: Annotated[
        Literal["everyone", "therapists"],
        Meta(
            description="therapists = only when the rendering provider's taxonomy is a PT, OT or SLP; a line that carries one of the family is always judged."
        ),
    ] = "everyone"
    unless: Annotated[tuple[str, ...], Meta(description="The rule does not apply to lines with one of these modifiers.")] = ()


def bind(params: RequiredModifier, tables: Tables) -> Check:
    wanted = frozenset(params.any_of)
    family = frozenset(params.family) | wanted
    unless = frozenset(params.unless)
    everyone = params.required_of == "everyone"

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        hits: list[Hit] | None = None
        skipped = 0
        for index in indexes:
            modifiers = case.lines[index].modifiers
            if unless and not unless.isdisjoint(modifiers):
                skipped += 1
                continue
            held = family.intersection(modifiers)
            if len(held) == 1 and not wanted.isdisjoint(held):
                continue
            hit = _problem(case, index, sorted(held), params, everyone)
            if hit is None:
                skipped += 1
            else:
                hits = hits or []
                hits.append(hit)
        return hits or (NOT_APPLICABLE if skipped == len(indexes) else None)

    return check


def _problem(case: Case, index: int, held: list[str], params: RequiredModifier, everyone: bool) -> Hit | None:
    line = case.lines[index]
    rendering = line.rendering_provider or case.claim.rendering_provider
    facts = {"code": line.code, "modifiers": list(line.modifiers)}
    if len(held) > 1:
        fixes = tuple(
            Fix("remove-modifier", index, extra, "ask", "keep the one of the plan of care") for extra in held if extra not in params.any_of
        )
        return Hit("fail", index, "several", {**facts, "held": held}, field="modifiers", fixes=fixes)
    choice = _choice(params, rendering)
    why = (
        f"only if under a {disciplines.BY_MODIFIER[choice]} plan of care"
        if choice in disciplines.BY_MODIFIER
        else "only if the record supports it"
    )
    if held:
        fixes = (Fix("replace-modifier", index, f"{held[0]}={choice}", "ask", why),) if choice else ()
        return Hit("fail", index, "wrong", {**facts, "held": held}, field="modifiers", fixes=fixes)
    if not everyone:
        if rendering is None or rendering.taxonomy is None:
            return Hit("unknown", index, "performer", facts, needs=("rendering_provider.taxonomy",), field="modifiers")
        if disciplines.taxonomy(rendering.taxonomy) is None:
            return None
    fixes = (Fix("add-modifier", index, choice, "ask", why),) if choice else ()
    key = "missing" if line.modifiers else "bare"
    return Hit("fail", index, f"{key}-one" if len(params.any_of) == 1 else key, facts, field="modifiers", fixes=fixes)


def _choice(params: RequiredModifier, rendering: Provider | None) -> str | None:
    """The modifier to propose: the only one there is, or the one of the rendering provider's discipline."""
    if len(params.any_of) == 1:
        return params.any_of[0]
    discipline = disciplines.taxonomy(rendering.taxonomy) if rendering is not None else None
    choice = disciplines.BY_DISCIPLINE[discipline] if discipline is not None else None
    return choice if choice in params.any_of else None


def sentence(params: RequiredModifier) -> str:
    who = "" if params.required_of == "everyone" else " when a therapist performs the service"
    unless = f", unless it carries {join(params.unless)}" if params.unless else ""
    one = " and not more than one of them" if len(params.any_of) > 1 else ""
    return f"The line needs {join(params.any_of)}{one}{who}{unless}."


def answer(params: RequiredModifier, tables: Tables, question: Question) -> Contribution:
    """The family of modifiers of which a line needs one."""
    return Contribution(modifiers=(params.any_of,))


KIND = Kind(
    name="required-modifier",
    title="Required modifier",
    about="A modifier without which the line is returned or denied.",
    params=RequiredModifier,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    answer=answer,
    # Whether a therapist performed the service is not in the modifiers: a line that needs none today may need one in the next claim.
    settled=lambda params: ("pass", "not-applicable") if params.required_of == "everyone" else (),
    messages={
        "bare": "{code} needs one of {any_of}; the line has none.",
        "missing": "{code} needs one of {any_of}; the line has only {modifiers}.",
        "bare-one": "{code} needs {any_of}; the line has no modifier.",
        "missing-one": "{code} needs {any_of}; the line has only {modifiers}.",
        "wrong": "{code} goes with {any_of} only; the line has {held}.",
        "several": "{code} carries {held}; only one of them may stand on a line.",
        "performer": "{code} needs one of {any_of} when a therapist performs it; the claim does not say who did (taxonomy of the rendering provider).",
    },
)
