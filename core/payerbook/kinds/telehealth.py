"""Services by telehealth: whether the payer takes them on the date, and whether place of service and modifiers say so rightly."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal

from msgspec import Meta

from payerbook.claim import Modality
from payerbook.claim import Telehealth as TelehealthFacts
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Contribution, Fix, Hit, Kind, Params, Question, Result, Standing, Tables, join


class Telehealth(Params, frozen=True):
    finds: Annotated[
        Literal["payable", "modality", "place", "audio", "video"],
        Meta(
            description="payable = telehealth when the payer takes none; modality = telehealth in a way that the payer does not take; place = a place of service that does not fit; "
            "audio = the modifier of audio-only service against what was done; video = service with video that no modifier marks."
        ),
    ]
    places: Annotated[
        dict[Literal["home", "other"], str], Meta(description="The places of service of telehealth, by where the patient was.")
    ]
    payable: Annotated[bool, Meta(description="Whether the payer takes these services by telehealth.")] = True
    modalities: Annotated[tuple[Modality, ...], Meta(description="The ways of telehealth that the payer takes (finds: modality).")] = (
        "audio-video",
    )
    audio: Annotated[str, Meta(description="The modifier of audio-only service.")] = "93"
    video: Annotated[str, Meta(description="The modifier of audio and video service; also used with the place of an in-person visit.")] = (
        "95"
    )
    other_modifiers: Annotated[tuple[str, ...], Meta(description="Further modifiers that mark telehealth.")] = ("GT",)
    audio_at_home: Annotated[bool, Meta(description="Audio-only service needs the patient to be at home.")] = False


_SILENT = TelehealthFacts()
_NONE: frozenset[int] = frozenset()


def bind(params: Telehealth, tables: Tables) -> Check:
    marks = frozenset((params.audio, params.video, *params.other_modifiers))
    places = frozenset(params.places.values())
    key = _key(marks, places)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        remote = case.shared.get(key)
        if remote is None:
            remote = case.shared[key] = _remote(case, marks, places)
        if not remote:
            return NOT_APPLICABLE
        asked = [index for index in indexes if index in remote]
        if not asked:
            return NOT_APPLICABLE
        if params.finds == "payable":
            return None if params.payable else [_hit(case, index, "closed", "do-not-bill", None) for index in asked]
        judge = _JUDGES[params.finds]
        return [hit for index in asked if (hit := judge(case, index, params)) is not None] or None

    return check


@lru_cache(maxsize=64)
def _key(marks: frozenset[str], places: frozenset[str]) -> object:
    """One object for all rules that know telehealth by the same signs: cheaper to look up than the signs themselves."""
    return object()


def _remote(case: Case, marks: frozenset[str], places: frozenset[str]) -> frozenset[int]:
    """The lines that say telehealth by modifier or place of service; all lines when the record says so."""
    context = case.claim.context
    if context is not None and context.telehealth is not None and context.telehealth != _SILENT:
        return frozenset(range(len(case.lines)))
    place = case.claim.place_of_service
    found: list[int] = []
    for index, line in enumerate(case.lines):
        if not marks.isdisjoint(line.modifiers) or (line.place_of_service or place) in places:
            found.append(index)
    return frozenset(found) if found else _NONE


def _facts(case: Case) -> TelehealthFacts:
    context = case.claim.context
    return (context.telehealth if context is not None else None) or _SILENT


def _hit(
    case: Case,
    index: int,
    key: str,
    action: Literal["do-not-bill", "verify", "add-modifier", "remove-modifier"],
    value: str | None,
    why: str = "if the record shows it",
    cap: Literal["review", "advice"] | None = None,
) -> Hit:
    line = case.lines[index]
    place = line.place_of_service or case.claim.place_of_service
    facts = {"code": line.code, "date": line.service_date, "place": place, "value": value}
    field = "modifiers" if action in ("add-modifier", "remove-modifier") else "place_of_service"
    return Hit("fail", index, key, facts, field=field, fixes=(Fix(action, index, value, "ask", why),), cap=cap)


def _place(case: Case, index: int, params: Telehealth) -> Hit | None:
    line = case.lines[index]
    place = line.place_of_service or case.claim.place_of_service
    patient = _facts(case).patient_location
    if place is None:
        return Hit("unknown", index, "no-place", {"code": line.code}, needs=("place_of_service",), field="place_of_service")
    if patient is None and place in params.places.values():
        return Hit("unknown", index, "location", {"code": line.code, "place": place}, needs=("context.telehealth.patient_location",))
    right = None if patient is None else params.places[patient]
    if place == right:
        return None
    if place in params.places.values():
        return _hit(case, index, f"place-{patient}", "verify", right, f"place of service {right}, if the patient was there")
    if params.video in line.modifiers:
        # Contractors still take this modifier with the place of an in-person visit from therapists of hospitals and the like.
        return _hit(case, index, "in-person-video", "verify", right, "unless a hospital's therapists gave the service", cap="advice")
    return _hit(case, index, "in-person", "verify", right, "if the service was by telehealth")


def _audio(case: Case, index: int, params: Telehealth) -> Hit | None:
    line = case.lines[index]
    facts = _facts(case)
    held = params.audio in line.modifiers
    if held and params.video in line.modifiers:
        return _hit(case, index, "both", "verify", None)
    if held and facts.modality == "audio-video":
        return _hit(case, index, "not-audio", "remove-modifier", params.audio)
    if held:
        place = line.place_of_service or case.claim.place_of_service
        away = facts.patient_location == "other" or (facts.patient_location is None and place == params.places["other"])
        return _hit(case, index, "away", "verify", None) if away and params.audio_at_home else None
    if facts.modality == "audio-only":
        return _hit(case, index, "unmarked", "add-modifier", params.audio)
    if facts.modality is None and params.video not in line.modifiers:
        return Hit("unknown", index, "modality", {"code": line.code}, needs=("context.telehealth.modality",))
    return None


def _video(case: Case, index: int, params: Telehealth) -> Hit | None:
    line = case.lines[index]
    modality = _facts(case).modality
    if modality == "audio-only" or not {params.audio, params.video, *params.other_modifiers}.isdisjoint(line.modifiers):
        return None
    if modality is None:
        return Hit("unknown", index, "modality", {"code": line.code}, needs=("context.telehealth.modality",))
    return _hit(case, index, "video-unmarked", "add-modifier", params.video)


def _modality(case: Case, index: int, params: Telehealth) -> Hit | None:
    line = case.lines[index]
    how = _facts(case).modality or (
        "audio-only" if params.audio in line.modifiers else "audio-video" if params.video in line.modifiers else None
    )
    if how is None:
        return Hit("unknown", index, "modality", {"code": line.code}, needs=("context.telehealth.modality",))
    return None if how in params.modalities else _hit(case, index, "way", "do-not-bill", how)


_JUDGES = {"modality": _modality, "place": _place, "audio": _audio, "video": _video}


def sentence(params: Telehealth) -> str:
    if params.finds == "payable":
        return "These services are taken by telehealth." if params.payable else "These services are not taken by telehealth."
    if params.finds == "modality":
        return f"Telehealth is taken by {join(params.modalities)} alone."
    if params.finds == "place":
        where = join(
            (f"{place} when the patient is {'at home' if who == 'home' else 'elsewhere'}" for who, place in params.places.items()), "and"
        )
        return f"A telehealth line carries place of service {where}."
    if params.finds == "video":
        return f"A telehealth service with video carries {params.video}."
    home = ", and only when the patient is at home" if params.audio_at_home else ""
    return f"An audio-only service carries {params.audio}{home}; a service with video does not."


def answer(params: Telehealth, tables: Tables, question: Question) -> Contribution | None:
    """Whether the code is taken at a place of service of telehealth, when one is asked about. That it is says nothing of coverage."""
    if params.finds != "payable" or question.place_of_service not in params.places.values():
        return None
    if params.payable:
        return Contribution(remote=True)
    return Contribution(standing=Standing("not-covered", f"{question.code} is not taken by telehealth on that day."), remote=False)


KIND = Kind(
    name="telehealth",
    title="Telehealth",
    about="Services by telehealth, known by modifier, place of service or the record: whether they are taken on the date, and how they are marked.",
    params=Telehealth,
    evidence=("claim", "record"),
    bind=bind,
    sentence=sentence,
    silent=lambda params: params.finds == "payable" and params.payable,
    parts=("telehealth",),
    without_parts=("not-applicable",),
    answer=answer,
    messages={
        "closed": "{code} on {date} is billed as telehealth, which is not paid for therapists on that day.",
        "way": "{code} on {date} was given by telehealth in a way that is not paid ({value}); the payer takes {modalities}.",
        "no-place": "{code} is billed as telehealth; the claim gives no place of service.",
        "location": "{code} is billed with place of service {place}; where the patient was is not said.",
        "place-home": "{code} has place of service {place}, but the patient was at home ({value}).",
        "place-other": "{code} has place of service {place}, but the patient was not at home ({value}).",
        "in-person": "{code} was given by telehealth but has place of service {place}, which says in person.",
        "in-person-video": "{code} carries {video} with place of service {place}; a private practice reports the telehealth place instead.",
        "both": "{code} carries both {audio} (audio only) and {video} (audio and video).",
        "not-audio": "{code} carries {audio} (audio only), but the record says audio and video.",
        "away": "{code} carries {audio} (audio only), but the patient was not at home.",
        "unmarked": "{code} was given by audio only and does not carry {audio}.",
        "video-unmarked": "{code} was given by telehealth with video and does not carry {video}.",
        "modality": "{code} is billed as telehealth; whether it was audio only is not said.",
    },
)
