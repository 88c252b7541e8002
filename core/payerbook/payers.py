"""Whose rules apply: what people and claims call a payer, resolved to a pack id, or left open with the candidates.

A name is a pack's when every word of it is accounted for and the words that tell products apart are there: the line of business where
a brand has several, the state where each state has its own payer. What is not said is never guessed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

import msgspec

from payerbook.claim import Claim
from payerbook.errors import UsageError
from payerbook.naming import Mention, Reading, Vocabulary, key, stretches
from payerbook.policy import PackHead, Plan
from payerbook.terms import Terms

Confidence = Literal["exact", "strong", "likely", "unsure"]


class Candidate(msgspec.Struct, frozen=True):
    """A pack that a name may mean: what of the name speaks for it, and what is open."""

    id: str
    title: str
    why: tuple[str, ...]
    open: tuple[str, ...]


class Match(msgspec.Struct, frozen=True):
    """What a name means. `id` is None when it means no pack, or several: `candidates` then lists the nearest, best first.

    `exact`: its id, payer id or whole name; `strong`: every word says so; `likely`: after correcting the spelling, or a brand's bare
    name with one commercial pack on file.
    """

    id: str | None
    confidence: Confidence
    why: tuple[str, ...] = ()
    plan: str | None = None
    candidates: tuple[Candidate, ...] = ()


class Resolved(NamedTuple):
    """A pack id, or None with the nearest ones; `plan` is the one of the payer's products that the name means, where it means one."""

    id: str | None
    nearest: tuple[str, ...] = ()
    plan: Plan | None = None

    def told(self, claim: Claim) -> Claim:
        """The claim with the plan that its payer's name means, and that plan's line of business, where it names no plan itself.

        The states of a plan are not taken: they say where it is sold, not where the provider is.
        """
        if self.plan is None or claim.plan is not None:
            return claim
        return msgspec.structs.replace(claim, plan=self.plan.name, line_of_business=claim.line_of_business or self.plan.line_of_business)


class Hints(NamedTuple):
    """What a claim says of its payer besides name and id. They choose among candidates and make none."""

    indicator: str | None = None
    line_of_business: str | None = None
    plan: str | None = None
    state: str | None = None


def hints(claim: Claim) -> Hints:
    """What a claim says of its payer. The patient's state counts unless the provider bills from another one."""
    home = claim.patient.state if claim.patient is not None else None
    billed = claim.billing_provider.state if claim.billing_provider is not None else None
    state = home if billed in (None, home) else None
    return Hints(claim.filing_indicator, claim.line_of_business, claim.plan, state)


class _Name(NamedTuple):
    """A name of a pack: its own, or that of one of its plans."""

    pack: str
    text: str
    plan: Plan | None


class _Weighed(NamedTuple):
    """How well a text fits a pack. `strength`: 3 its whole name, 2 a name of its own, 1 brand, line or state together, 0 a brand's bare
    name, -1 nothing that is enough."""

    id: str
    strength: int
    why: tuple[str, ...]
    open: tuple[str, ...]
    plan: Plan | None


class Payers:
    """Resolves names, plans, EDI payer ids, filing indicators, lines of business and states; remembers what claims asked."""

    def __init__(self, heads: Iterable[PackHead], terms: Terms) -> None:
        self._terms = terms
        self._heads = {head.id: head for head in heads if head.payer}
        self._payer_ids: dict[str, set[str]] = {}
        self._reported: dict[str, set[str]] = {}
        self._indicators: dict[str, set[str]] = {}
        for head in self._heads.values():
            for one in head.payer_ids:
                held = self._payer_ids if one.confirmed else self._reported
                held.setdefault(one.id.upper(), set()).add(head.id)
            for indicator in head.filing_indicators:
                self._indicators.setdefault(indicator, set()).add(head.id)
        self._lines_of = {code: line for line, about in terms.lines_of_business.items() for code in about.filing_indicators}
        self._seen: dict[tuple[str | None, str | None, Hints], Resolved] = {}

    @cached_property
    def _names(self) -> dict[str, list[_Name]]:
        """The names of all packs, as they are compared; a claim that names its pack needs none of them."""
        names: dict[str, list[_Name]] = {}
        for head in self._heads.values():
            for name in (head.id, head.title, *head.aliases):
                names.setdefault(key(name), []).append(_Name(head.id, name, None))
            for plan in head.plans:
                for name in (plan.name, *plan.aliases):
                    names.setdefault(key(name), []).append(_Name(head.id, name, plan))
        return names

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._terms, [name.text for names in self._names.values() for name in names if name.text != name.pack])

    def find(self, name: str | None, payer_id: str | None = None, hints: Hints = Hints()) -> Resolved:  # noqa: B008 - it is a constant
        """The pack of a payer as a claim names it: by pack id, EDI payer id, name, then filing indicator. Nothing is spelled anew.

        Two identifiers that point to different packs, or one that points to several, resolve to none, unless the hints choose one.
        """
        asked = (name, payer_id, hints)
        found = self._seen.get(asked)
        if found is None:
            if len(self._seen) >= 10_000:
                self._seen.clear()
            found = self._seen[asked] = self._find(name, payer_id, hints)
        return found

    def _find(self, name: str | None, payer_id: str | None, hints: Hints) -> Resolved:
        if name in self._heads:
            return Resolved(name)
        match, fitting = self._judge(name, False, hints) if name else (Match(None, "unsure"), frozenset())
        named = {match.id} if match.id is not None else set(fitting)
        by_id = self._payer_ids.get(payer_id.strip().upper(), set()) if payer_id else set()
        both = named & by_id if named and by_id else named | by_id
        chosen = self._choose(both, hints) if by_id or match.id is not None else both
        if len(chosen) == 1 and (match.id is not None or by_id):
            return Resolved(id := next(iter(chosen)), plan=self._plan(match) if match.id == id else None)
        if not named and not by_id and len(owners := self._indicators.get(hints.indicator or "", set())) == 1:
            return Resolved(next(iter(owners)))
        listed = tuple(sorted(chosen or named | by_id)) or tuple(one.id for one in match.candidates)
        return Resolved(None, listed[:5] or self.nearest(name or payer_id or ""))

    def _plan(self, match: Match) -> Plan | None:
        """The product that a name means besides its payer."""
        plans = self._heads[match.id].plans if match.id is not None else ()
        return next((plan for plan in plans if plan.name == match.plan), None)

    def _choose(self, ids: set[str], hints: Hints) -> set[str]:
        """Those of several packs that the hints speak for; all of them when they speak for none."""
        if len(ids) < 2:
            return ids
        line = self._line(hints)
        ids = {id for id in ids if line is not None and line in self._heads[id].lines_of_business} or ids
        plans = {name.pack for name in self._names.get(key(hints.plan), ()) if name.plan is not None}
        return ids & plans or ids

    def _line(self, hints: Hints) -> str | None:
        return hints.line_of_business or self._lines_of.get(hints.indicator or "")

    def nearest(self, text: str) -> tuple[str, ...]:
        """Up to three pack ids whose names look most like the text."""
        close = difflib.get_close_matches(key(text), sorted(self._names), n=5, cutoff=0.4)
        return tuple(dict.fromkeys(name.pack for one in close for name in self._names[one]))[:3]

    def require(self, text: str) -> str:
        """The pack id of a payer given as an argument. Raises UsageError when it is unknown or ambiguous, naming the nearest."""
        return self._required(text)[0]

    def meant(self, text: str) -> Resolved:
        """The pack of a payer given as an argument, and the plan that its name means; errors as for `require`."""
        id, plan = self._required(text)
        return Resolved(id, plan=plan)

    def _required(self, text: str) -> tuple[str, Plan | None]:
        found = self.match(text, spell=True)
        if found.id is None:
            ids = [one.id for one in found.candidates]
            hint = f"Nearest: {', '.join(ids)}." if ids else f"On file: {', '.join(sorted(self._heads))}."
            raise UsageError(f"No single payer on file is called {text!r}. {hint} `payerbook packs` lists all.")
        return found.id, self._plan(found)

    def match(self, text: str, *, spell: bool, hints: Hints = Hints()) -> Match:  # noqa: B008 - it is a constant
        """What a name means, and why; `spell` allows for misspelled words."""
        return self._judge(text, spell, hints)[0]

    def _judge(self, text: str, spell: bool, hints: Hints) -> tuple[Match, frozenset[str]]:
        """What a name means, and the packs that fit it equally well when it means several."""
        if text in self._heads:
            return Match(text, "exact", ("the pack's id",)), frozenset()
        owners = self._choose(self._payer_ids.get(text.strip().upper(), set()), hints)
        told = (f"EDI payer id {text.strip().upper()}",)
        if len(owners) == 1:
            return Match(next(iter(owners)), "exact", told), frozenset()
        if owners:
            several = tuple(Candidate(id, self._heads[id].title, told, ("other packs share it",)) for id in sorted(owners))
            return Match(None, "unsure", candidates=several), frozenset(owners)
        reading = self._vocabulary.read(text, spell=spell)
        weighed = self._weigh(reading, hints)
        fitting = [one for one in weighed if one.strength >= 0 and not one.open]
        best = [one for one in fitting if one.strength == max(other.strength for other in fitting)]
        if len(best) > 1:
            chosen = self._choose({one.id for one in best}, hints)
            best = [one for one in best if one.id in chosen]
        if len(best) == 1 and (best[0].strength > 0 or self._bare_name_is_enough(best[0].id, hints)):
            confidence: Confidence = (
                "likely" if reading.corrected or not best[0].strength else "exact" if best[0].strength == 3 else "strong"
            )
            spelled = tuple(f"{typed!r} read as {meant!r}" for typed, meant in reading.corrected)
            match = Match(best[0].id, confidence, (*best[0].why, *spelled), best[0].plan.name if best[0].plan else None)
            return match, frozenset()
        return Match(None, "unsure", candidates=self._candidates(text, weighed, best)), frozenset(one.id for one in best)

    def _bare_name_is_enough(self, id: str, hints: Hints) -> bool:
        """Whether the brand's bare name means this pack: a claim's hints say its line, or it is what a bare name stands for."""
        lines = self._heads[id].lines_of_business
        line = self._line(hints)
        return line in lines if line is not None else any(self._terms.lines_of_business[one].unmarked for one in lines)

    def _weigh(self, reading: Reading, hints: Hints) -> list[_Weighed]:
        whole = "".join(reading.words)
        own: dict[str, list[tuple[int, int, _Name]]] = {}
        for start, end, joined in stretches(reading.words):
            for name in self._names.get(joined, ()):
                own.setdefault(name.pack, []).append((start, end, name))
        return [self._weigh_one(head, reading, own.get(id, []), whole, hints) for id, head in self._heads.items()]

    def _weigh_one(self, head: PackHead, reading: Reading, own: Sequence[tuple[int, int, _Name]], whole: str, hints: Hints) -> _Weighed:
        branded = head.brand is not None and self._said(reading, "brand", (head.brand,)) is not None
        names = [(start, end, name) for start, end, name in own if name.plan is None or branded or head.brand is None]
        plan = next((name.plan for _, _, name in sorted(names, key=lambda one: one[0] - one[1]) if name.plan is not None), None)
        lines = (plan.line_of_business,) if plan is not None and plan.line_of_business else head.lines_of_business
        states = (plan.states if plan is not None else ()) or head.states
        told = {place for start, end, _ in names for place in range(start, end)} | self._loose_fillers(reading)
        for mention in reading.mentions:
            if self._fits(mention, head.brand, lines, states):
                told.update(range(mention.start, mention.end))
        left = set(range(len(reading.words))) - told
        proper = [name for _, _, name in names if not self._vocabulary.is_brand(name.text)]
        line = self._said(reading, "line", lines)
        state = self._said(reading, "state", states) or self._at_home(reading, lines, states, hints)
        strength, missing = self._strength(head, branded, line, state)
        if proper:
            strength, missing = (3 if any(key(name.text) == whole for name in proper) else 2), ()
        why = [f"name {name.text!r}" for name in proper[:1]]
        why += [f"brand {head.brand!r}"] if branded and not proper else []
        why += [f"line of business {line!r}"] if line else []
        why += [f"state {state!r}"] if state else []
        why += [] if line else [f"{reading.text(places)!r} may be its line of business" for places in self._perhaps(reading, lines)]
        open_points = (*missing, *([f"{reading.text(left)!r} is not in its names"] if left else []))
        return _Weighed(head.id, strength, tuple(why), open_points, plan)

    def _strength(self, head: PackHead, branded: bool, line: str | None, state: str | None) -> tuple[int, tuple[str, ...]]:
        """How far brand, line and state tell the pack when none of its names was written, and what is missing."""
        if head.brand is not None:
            if not branded:
                return -1, (f"the brand {head.brand} is not said",)
            if self._terms.brands[head.brand].by_state and head.states and state is None:
                return -1, ("the state is not said",)
            return (1 if line else 0), ()
        program = line is not None and self._terms.lines_of_business[line].program
        missing = [] if program else ["the payer's name is not said" if line else "the line of business is not said"]
        missing += [] if state or not head.states else ["the state is not said"]
        return (-1 if missing else 1), tuple(missing)

    def _loose_fillers(self, reading: Reading) -> set[int]:
        """Fillers outside of longer terms: the HMO of "Medicare HMO" is not one."""
        return {
            place
            for place in reading.fillers
            if not any(mention.start <= place < mention.end and mention.end - mention.start > 1 for mention in reading.mentions)
        }

    def _fits(self, mention: Mention, brand: str | None, lines: tuple[str, ...], states: tuple[str, ...]) -> bool:
        """Whether something that the words can mean is true of a pack; a pack without states is for all."""
        return any(
            meaning.value == brand
            if meaning.kind == "brand"
            else meaning.value in lines
            if meaning.kind == "line"
            else self._state(meaning.value, states)
            for meaning in mention.meanings
        )

    def _state(self, state: str, states: tuple[str, ...]) -> bool:
        return not states or state in states

    def _said(self, reading: Reading, kind: str, values: tuple[str, ...]) -> str | None:
        """The first of these that the text says; a word that may mean another kind of thing says no line of business."""
        for mention in reading.mentions:
            if kind == "line" and not mention.certain:
                continue
            for meaning in mention.meanings:
                if meaning.kind == kind and meaning.value in values:
                    return meaning.value
        return None

    def _perhaps(self, reading: Reading, lines: tuple[str, ...]) -> Iterator[range]:
        """The words that may say one of these lines of business, or something else."""
        for mention in reading.mentions:
            if not mention.certain and any(meaning.kind == "line" and meaning.value in lines for meaning in mention.meanings):
                yield range(mention.start, mention.end)

    def _at_home(self, reading: Reading, lines: tuple[str, ...], states: tuple[str, ...], hints: Hints) -> str | None:
        """The state of the claim, for programs of the state where the patient lives, when the name says none."""
        if hints.state not in states or any(meaning.kind == "state" for mention in reading.mentions for meaning in mention.meanings):
            return None
        return hints.state if any(self._terms.lines_of_business[line].by_residence for line in lines) else None

    def _candidates(self, text: str, weighed: Sequence[_Weighed], best: Sequence[_Weighed]) -> tuple[Candidate, ...]:
        listed = sorted(best, key=lambda one: one.id)
        rest = [one for one in weighed if one.why and one not in best]
        listed += sorted(rest, key=lambda one: (-one.strength, len(one.open), -len(one.why), one.id))
        found = [Candidate(one.id, self._heads[one.id].title, one.why, one.open) for one in listed]
        reported = sorted(self._reported.get(text.strip().upper(), ()))
        why = (f"EDI payer id {text.strip().upper()} is reported, not confirmed",)
        found = [Candidate(id, self._heads[id].title, why, ("nobody vouches for the id",)) for id in reported] + found
        if not found:
            found = [Candidate(id, self._heads[id].title, (), ("only the spelling is near",)) for id in self.nearest(text)]
        return tuple(found[:5])
