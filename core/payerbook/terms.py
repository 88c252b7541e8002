"""Words of the field that packs and people share: states, brands, lines of business, fillers of names, and the terms of billers.

They are data (`policies/_terms.yaml`); this is their shape.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from payerbook.policy import Topic


class Brand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A name that several products, or several payers, share."""

    names: Annotated[tuple[str, ...], Meta(description="How people write it.", min_length=1)]
    by_state: Annotated[bool, Meta(description="Another payer in each state: without the state the name means nobody.")] = False


class LineOfBusiness(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One sort of coverage."""

    names: Annotated[tuple[str, ...], Meta(description="How people write it.", min_length=1)]
    filing_indicators: Annotated[tuple[str, ...], Meta(description="Claim filing indicators (SBR09) that mean it.")] = ()
    unmarked: Annotated[bool, Meta(description="What a brand's bare name means when the brand has only this on file.")] = False
    program: Annotated[bool, Meta(description="A public program: with the state, where states have their own, it names the payer.")] = False
    by_residence: Annotated[bool, Meta(description="The patient's state says whose program it is.")] = False


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A word of billers: its meaning, how people also write it, and where the reference site answers it."""

    term: Annotated[str, Meta(description="As it is shown.", min_length=1)]
    means: Annotated[str, Meta(description="Our own words, without figures that a rule holds.", min_length=1)]
    names: Annotated[tuple[str, ...], Meta(description="How people write it; spaces, hyphens and case decide nothing.")] = ()
    short: Annotated[str | None, Meta(description="Its abbreviation, explained where it stands; only if it means nothing else.")] = None
    page: Annotated[str, Meta(description="The page of the reference site that answers it, without slashes around it.")] = "glossary"
    topic: Annotated[Topic | None, Meta(description="The topic of the rules that it is about.")] = None


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All words on file. Keys of `lines_of_business`, `brands` and `states` are what packs write."""

    states: Annotated[dict[str, tuple[str, ...]], Meta(description="Postal code to the names of the state.")] = {}
    brands: Annotated[dict[str, Brand], Meta(description="Brand to how people write it.")] = {}
    lines_of_business: Annotated[dict[str, LineOfBusiness], Meta(description="Line of business to how people write it.")] = {}
    fillers: Annotated[tuple[str, ...], Meta(description="Words of a payer's name that tell no payer from another.")] = ()
    words: Annotated[dict[str, Word], Meta(description="Words of billers, by a name in lower case.")] = {}
