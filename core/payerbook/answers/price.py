"""What a payer is expected to allow and to pay for each line of a claim, with the arithmetic.

Order: fee schedule; cut for several services of a day; the charge if it is lower; deductible; coinsurance; cuts of the payment.
Amounts are rounded to cents, half up, after each step and never in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from msgspec import structs

from payerbook.answers.fees import Fee, Fees
from payerbook.answers.priced import AskedPrice, PriceAnswer, PricedLine, PriceStep
from payerbook.answers.questions import OpenPoint
from payerbook.answers.ranking import Ranked, units_in_full
from payerbook.answers.settings import PriceRules, Setting, Settings
from payerbook.claim import HistoryItem, Line
from payerbook.datasets import Tables
from payerbook.engine.render import cite
from payerbook.finding import PackUsed, TableUsed
from payerbook.kinds import code_status
from payerbook.kinds.base import Case, Question
from payerbook.kinds.code_status import CodeStatus
from payerbook.kinds.cost_share import CostShare
from payerbook.kinds.multiple_procedure import MultipleProcedure
from payerbook.kinds.payment_reduction import PaymentReduction
from payerbook.policy import Rule

CENT = Decimal("0.01")


class Priced(NamedTuple):
    """Priced lines with what they rest on."""

    lines: tuple[PricedLine, ...]
    assumed: tuple[str, ...]
    settings: tuple[Setting[Any], ...]
    tables: tuple[TableUsed, ...]


def price(
    rules: PriceRules,
    tables: Tables,
    case: Case,
    *,
    locality: str | None = None,
    national: bool = False,
    known_on: date | None = None,
) -> Priced:
    """The lines of a claim with expected amounts in US dollars.

    `rules` are those of the payer; `locality` is STATE, STATE/LOCALITY or CONTRACTOR/LOCALITY (default: the billing provider's
    state, if it has one locality); `national` prices with all price indices 1 instead.
    """
    pricer = _Pricer(rules, tables, case, locality, national, known_on)
    lines = pricer.lines()
    return Priced(lines, tuple(pricer.fees.assumed), tuple(pricer.settings.used.values()), pricer.fees.tables)


def answer(rules: PriceRules, tables: Tables, case: Case, asked: AskedPrice, packs: tuple[PackUsed, ...]) -> PriceAnswer:
    """The whole answer about a claim; arguments as for `price`."""
    priced = price(rules, tables, case, locality=asked.locality, national=asked.national, known_on=asked.known_on)
    sources = dict.fromkeys(source for setting in priced.settings for source in cite(setting.version.sources))
    return PriceAnswer(
        schema_version="1",
        asked=asked,
        lines=priced.lines,
        expected_allowed=_total(line.expected_allowed for line in priced.lines),
        expected_paid=_total(line.expected_paid for line in priced.lines),
        patient=_total(line.patient for line in priced.lines),
        assumed=priced.assumed,
        sources=tuple(sources),
        packs=packs,
        tables=priced.tables,
    )


def allowed(rules: PriceRules, tables: Tables, case: Case, known_on: date | None) -> tuple[Decimal | None, ...]:
    """What is expected to be allowed for each line, in the locality that the claim itself gives; arguments as for `price`."""
    provider = case.claim.billing_provider
    if provider is None or provider.state is None:
        return ()
    return tuple(line.expected_allowed for line in price(rules, tables, case, known_on=known_on).lines)


class _Line:
    """A line while it is priced: the steps so far, and why an amount is missing."""

    __slots__ = ("open_points", "steps")

    def __init__(self) -> None:
        self.steps: list[PriceStep] = []
        self.open_points: list[OpenPoint] = []

    def step(self, what: str, amount: Decimal, rule: Rule) -> None:
        self.steps.append(PriceStep(what, amount, rule.id))


class _Pricer:
    def __init__(
        self,
        rules: PriceRules,
        tables: Tables,
        case: Case,
        locality: str | None,
        national: bool,
        known_on: date | None,
    ) -> None:
        self._case = case
        self._tables = tables
        self.settings = Settings(rules, case.claim, known_on)
        self.fees = Fees(self.settings, tables, case.claim, locality, national)
        self._fee = [self.fees.of(line) for line in case.lines]
        eligibility = case.claim.context.eligibility if case.claim.context is not None else None
        self._deductible = None if eligibility is None else eligibility.deductible_remaining
        self._year = min(line.service_date for line in case.lines).year

    def lines(self) -> tuple[PricedLine, ...]:
        """Every line, in the order of the claim: the deductible is used up in that order."""
        cuts: dict[int, tuple[Setting[MultipleProcedure], Decimal] | OpenPoint] = {}
        for day, places in self._case.days(tuple(range(len(self._case.lines)))):
            cuts.update(self._cuts(day, places))
        return tuple(self._line(index, line, cuts.get(index)) for index, line in enumerate(self._case.lines))

    def _cuts(self, day: date, places: Iterable[int]) -> dict[int, tuple[Setting[MultipleProcedure], Decimal] | OpenPoint]:
        """For each line of a day that takes part in the ranking: the rule, and how many of its units are paid in full."""
        ranked: list[Ranked] = []
        of: dict[int, Setting[MultipleProcedure]] = {}
        missing: OpenPoint | None = None
        for index in places:
            found, open_points = self.settings.of(MultipleProcedure, self._case.lines[index])
            fee = self._fee[index]
            if open_points or (found and isinstance(fee, OpenPoint)):
                code = self._case.lines[index].code
                missing = OpenPoint(None, f"Units of {code} on {day} take part in the ranking of the day, and its price is not known.")
            if found:
                of[index] = found[0]
                if isinstance(fee, Fee):
                    ranked.append(Ranked(index, self._case.lines[index].units, fee))
        if not of:
            return {}
        for item in self._case.earlier(day, day):
            line = _as_line(item)
            if not self.settings.of(MultipleProcedure, line)[0]:
                continue
            fee = self.fees.of(line)
            if isinstance(fee, OpenPoint):
                missing = structs.replace(fee, reason=f"A service of another claim on {day} takes part in the ranking: {fee.reason}")
            else:
                ranked.append(Ranked(None, line.units, fee))
        if not self._case.history.complete:
            self.fees.assumed[f"No service of the patient on {day} stands on another claim; one that does may lower the amounts."] = None
        if missing is not None and len(of) + len(ranked) > 1:
            return dict.fromkeys(of, missing)
        in_full = units_in_full(ranked)
        return {index: (setting, in_full.get(index, Decimal(0))) for index, setting in of.items()}

    def _line(self, index: int, line: Line, cut: tuple[Setting[MultipleProcedure], Decimal] | OpenPoint | None) -> PricedLine:
        made = _Line()
        allowed = self._allowed(index, line, cut, made)
        paid = patient = None
        if allowed is None:
            self._deductible = self._deductible if self._deductible == 0 else None
        else:
            paid, patient = self._shares(line, allowed, made)
        return PricedLine(
            self._case.number(index),
            line.code,
            line.service_date,
            line.units,
            allowed,
            paid,
            patient,
            tuple(made.steps),
            tuple(made.open_points),
        )

    def _allowed(
        self, index: int, line: Line, cut: tuple[Setting[MultipleProcedure], Decimal] | OpenPoint | None, made: _Line
    ) -> Decimal | None:
        refused = self._refused(line)
        fee = self._fee[index]
        for reason in (refused, fee, cut):
            if isinstance(reason, OpenPoint):
                made.open_points.append(reason)
                return None
        assert isinstance(fee, Fee)
        units = Decimal(line.units)
        amount = _cents(units * fee.full)
        made.step(f"{_units(line.units)} x {fee.arithmetic}", amount, fee.setting.rule)
        if isinstance(cut, tuple):
            setting, in_full = cut
            share = setting.params.practice_expense_share
            reduced = _cents(in_full * fee.full + (units - in_full) * (fee.work + share * fee.practice + fee.malpractice))
            if reduced != amount:
                what = f"{_units(units - in_full)} with {share:.0%} of the practice expense: another unit of the day ranks higher"
                made.step(what, reduced - amount, setting.rule)
                amount = reduced
        if fee.setting.params.lower_charge_counts and line.charge is not None and line.charge < amount:
            made.step("The charge is lower", line.charge - amount, fee.setting.rule)
            amount = line.charge
        return amount

    def _refused(self, line: Line) -> OpenPoint | None:
        """Why the line is not paid at all, when a rule of the payer says that its code is not covered."""
        question = Question(line.code, line.service_date, self._case.claim.claim_type)
        for found in self.settings.of(CodeStatus, line, uses=False)[0]:
            said = code_status.KIND.answer(found.params, self._tables, question)
            if said is not None and said.standing is not None and said.standing.covered == "not-covered":
                return found.open(f"{line.code} is not paid: {said.standing.why}")
        return None

    def _shares(self, line: Line, allowed: Decimal, made: _Line) -> tuple[Decimal | None, Decimal | None]:
        """What is paid and what the patient owes of an allowed amount."""
        share = self.settings.one(CostShare, line)
        cuts, open_points = self.settings.of(PaymentReduction, line)
        if isinstance(share, OpenPoint):
            made.open_points.append(share)
            return None, None
        if self._case.claim.payer_sequence not in (None, "primary"):
            reason = "Another payer comes before this one; what is left depends on what it paid."
            made.open_points.append(share.open(reason, ("other_payers",)))
            return None, None
        remaining = self._deductible if line.service_date.year == self._year else None
        if remaining is None:
            reason = f"How much of the deductible ({share.params.deductible:,.2f} dollars a year) is left is not known."
            made.open_points.append(share.open(reason, ("context.eligibility.deductible_remaining",)))
            return None, None
        deductible = min(remaining, allowed)
        self._deductible = remaining - deductible
        coinsurance = _cents((allowed - deductible) * share.params.coinsurance)
        if deductible:
            made.step("Deductible that is left", -deductible, share.rule)
        made.step(f"Coinsurance {share.params.coinsurance:.0%} of {allowed - deductible}", -coinsurance, share.rule)
        patient = deductible + coinsurance
        if open_points:
            made.open_points.extend(open_points)
            return None, patient
        paid = allowed - patient
        for cut in sorted(cuts, key=lambda found: (found.params.step, found.rule.id)):
            left = _cents(paid * cut.params.pays)
            if left != paid:
                made.step(f"{cut.params.what}: {cut.params.pays:.0%} of {paid} is left", left - paid, cut.rule)
            paid = left
        return paid, patient


def _total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, None when one of the amounts is not known."""
    found = list(amounts)
    return None if None in found else sum((amount for amount in found if amount is not None), Decimal("0.00"))


def _as_line(item: HistoryItem) -> Line:
    """A service on another claim; one without units counts as one unit, which is all that ranking asks for."""
    return Line(item.service_date, item.code, 1 if item.units is None else item.units, modifiers=item.modifiers)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _units(number: int | Decimal) -> str:
    return (
        f"{number.normalize():f} unit{'' if number == 1 else 's'}"
        if isinstance(number, Decimal)
        else f"{number} unit{'' if number == 1 else 's'}"
    )
