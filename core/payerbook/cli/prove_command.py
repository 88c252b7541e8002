"""Prove that no rule of a pack is dead, contradicts another, leaves a hole in time, or answers otherwise than a check does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from payerbook.cli import options
from payerbook.cli.style import count, fold, paint
from payerbook.errors import UsageError

if TYPE_CHECKING:
    from payerbook.authoring.prove.proof import Proof


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("packs", nargs="+", metavar="PACK", help="pack ids, or folders of packs")
    parser.add_argument("--rule", action="append", default=[], metavar="RULE", help="only this rule, against all others (may be repeated)")
    parser.add_argument("--changed", metavar="REV", help="only rules whose files differ from this git revision")
    parser.add_argument("--select", action="append", default=[], metavar="CODE", help="only findings of this code, such as PB062")
    parser.add_argument("--ignore", action="append", default=[], metavar="CODE", help="no findings of this code (may be repeated)")
    parser.add_argument("--accepted", action="store_true", help="also print what the pack accepts, with its reasons")
    options.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 1 when something has to be mended; 2 for a pack, rule, revision or code that is not there."""
    from tqdm import tqdm

    from payerbook.authoring import strength
    from payerbook.authoring.faults import PROVED
    from payerbook.authoring.prove.run import prove, steps

    for code in (*arguments.select, *arguments.ignore):
        if code not in PROVED:
            raise UsageError(f"{code} is no finding of this command; the codes are {', '.join(sorted(PROVED))}.")
    session = strength.open_session(*arguments.packs)
    asked = [strength.find_pack(session, name) for name in arguments.packs]
    work = [(one, strength.chosen(one, arguments.rule, arguments.changed)) for one in asked]
    found: list[tuple[str, int, list[Proof]]] = []
    total = sum(steps(files) for _, files in work)
    with tqdm(total=total, desc="prove", leave=False, file=sys.stderr, disable=not sys.stderr.isatty()) as bar:
        for one, files in work:
            proved = prove(session, one, files, bar.update)
            found.append((one.id, proved.rules, [proof for proof in proved.proofs if _wanted(proof, arguments)]))
    if arguments.json:
        print(msgspec.json.encode(_as_data(found)).decode())
    else:
        for pack, rules, proofs in found:
            _print(pack, rules, proofs, arguments.accepted)
    return 1 if any(proof.counts for _, _, proofs in found for proof in proofs) else 0


def _wanted(proof: Proof, arguments: argparse.Namespace) -> bool:
    return (not arguments.select or proof.code in arguments.select) and proof.code not in arguments.ignore


def _as_data(found: Sequence[tuple[str, int, Sequence[Proof]]]) -> dict[str, Any]:
    from payerbook.authoring.faults import CODES

    base = Path.cwd()
    packs = [
        {
            "pack": pack,
            "rules": rules,
            "findings": [
                {
                    **msgspec.structs.asdict(proof),
                    "title": CODES[proof.code][0],
                    "places": [{"file": str(_near(place.file, base)), "line": place.line} for place in proof.places],
                }
                for proof in proofs
            ],
        }
        for pack, rules, proofs in found
    ]
    return {"schema_version": "1", "packs": packs}


def _print(pack: str, rules: int, proofs: Sequence[Proof], accepted: bool) -> None:
    base = Path.cwd()
    for proof in proofs:
        if proof.accepted is not None and not accepted:
            continue
        style = "dim" if not proof.counts else "deny"
        word = "accepted: " if proof.accepted is not None else "note: " if proof.note else ""
        place = proof.places[0]
        print(f"{_near(place.file, base)}:{place.line}: {paint(word, style)}{proof.message} [{paint(proof.code, style)}]")
        for rule, other in zip(proof.rules[1:], proof.places[1:], strict=False):
            print(f"    and {rule}: {_near(other.file, base)}:{other.line}")
        if proof.claim is not None:
            print(f"    Smallest claim: {msgspec.json.encode(proof.claim).decode()}")
        print(fold(f"Accepted: {proof.accepted}" if proof.accepted is not None else f"Repair: {proof.repair}.", "    "))
    mend = sum(proof.counts for proof in proofs)
    notes = sum(proof.note and proof.accepted is None for proof in proofs)
    left = sum(proof.accepted is not None for proof in proofs)
    print(f"{pack}: {count(rules, 'rule')}; {count(mend, 'finding')}, {count(notes, 'note')}, {left} accepted")


def _near(file: Path, base: Path) -> Path:
    return file.relative_to(base) if file.is_relative_to(base) else file
