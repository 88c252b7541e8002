"""The smallest claim that still shows something: fewest lines, facts and modifiers, one unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from payerbook.claim import Claim, Context, Line

_OF_LINE = tuple(name for name in Line.__struct_fields__ if name not in ("service_date", "code", "units"))
_OF_CLAIM = tuple(name for name in Claim.__struct_fields__ if name not in ("claim_id", "lines", "payer", "context", "claim_type"))
_LINE = {field.name: field.default for field in msgspec.structs.fields(Line)}
_CLAIM = {field.name: field.default for field in msgspec.structs.fields(Claim)}


def smallest(claim: Claim, shows: Callable[[Claim], bool]) -> Claim:
    """The claim with everything left out that `shows` does not need; `shows(claim)` is true to begin with."""
    found = True
    while found:
        found = False
        for smaller in _smaller(claim):
            if shows(smaller):
                claim, found = smaller, True
                break
    return claim


def _smaller(claim: Claim) -> Iterator[Claim]:
    """The claims that are smaller by one thing, the largest things first."""
    replace = msgspec.structs.replace
    for place in range(len(claim.lines)) if len(claim.lines) > 1 else ():
        yield replace(claim, lines=claim.lines[:place] + claim.lines[place + 1 :])
    context = claim.context
    if context is not None:
        yield replace(claim, context=None)
        for name in Context.__struct_fields__:
            if getattr(context, name) is not None:
                yield replace(claim, context=replace(context, **{name: None}))
    for name in _OF_CLAIM:
        if getattr(claim, name) != _CLAIM[name]:
            yield replace(claim, **{name: _CLAIM[name]})
    for place, line in enumerate(claim.lines):
        for smaller in _smaller_line(line):
            yield replace(claim, lines=(*claim.lines[:place], smaller, *claim.lines[place + 1 :]))


def _smaller_line(line: Line) -> Iterator[Line]:
    replace = msgspec.structs.replace
    for name in _OF_LINE:
        if name != "modifiers" and getattr(line, name) != _LINE[name]:
            yield replace(line, **{name: _LINE[name]})
    for place in range(len(line.modifiers)):
        yield replace(line, modifiers=line.modifiers[:place] + line.modifiers[place + 1 :])
    if line.units > 1:
        yield replace(line, units=1)
        yield replace(line, units=line.units - 1)
