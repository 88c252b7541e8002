"""A pack for tests of the site: titles that are no Markdown, a hole, a rule that ended, a source that is due."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "pack.yaml": """
pack: demo.one
format: "1"
title: Demo <payer> & *friends* | one
version: 2026.11.0
aliases: [Demo payer]
unit_method: ama
holes: ["Nothing about telehealth was read."]
""",
    "sources.yaml": """
own: {title: "Manual [chapter 5]", publisher: Demo, url: "https://example.org/a_(b).pdf", grade: A, last_checked: 2026-11-01}
news: {title: News, publisher: Somebody, grade: B, last_checked: 2024-01-02}
""",
    "yearly-amount.yaml": """
rule: demo.one.yearly-amount
kind: amount-threshold
title: KX above the yearly amount
when: {codes: {set: timing.timed-15}}
effect: deny
evidence: record
topic: thresholds
category: coverage
params: {modifier: KX, accumulator: demo}
versions:
  - attested_from: 2024-01-01
    params: {buckets: [{name: PT, disciplines: [PT], amount: "2330.00"}]}
    sources: [{ref: news}]
    changed: Amount for 2024.
  - from: 2025-01-01
    hole: The notice of 2025 could not be read.
  - from: 2026-01-01
    known: 2025-11-05
    when: {codes: ["97110", "97112"]}
    params: {buckets: [{name: PT, disciplines: [PT], amount: "2480.00"}]}
    sources: [{ref: own, section: "20.2"}]
    changed: Amount for 2026.
why: Above the amount the payer wants an attestation.
fix: Add KX if the record supports it.
denials: [CO-119]
checklist: [plan-of-care-current]
""",
    "yearly-amount.test.yaml": """
rule: demo.one.yearly-amount
claim:
  context: {accumulators: [{name: demo, bucket: PT, year: 2026, used: "2490.00", as_of: 2026-01-14}]}
cases:
  - {name: above, expect: fail, claim: {lines: [{code: "97110", service_date: 2026-01-15, units: 2, modifiers: [GP]}]}}
  - {name: attested, expect: pass, claim: {
      context: {accumulators: [{name: demo, bucket: PT, year: 2026, used: "1.00", as_of: 2026-01-14}]},
      lines: [{code: "97110", service_date: 2026-01-15, units: 2, modifiers: [GP], allowed: "60.00"}]}}
""",
    "ended.yaml": """
rule: demo.one.ended
kind: required-modifier
title: Discipline modifier
when: {codes: ["97110"]}
effect: return
evidence: claim
topic: modifiers
category: coding
params: {any_of: [GP, GO, GN]}
versions:
  - {from: 2006-01-01, to: 2020-12-31, sources: [{ref: news}]}
""",
    "ended.test.yaml": """
rule: demo.one.ended
cases:
  - {name: bare, expect: fail, claim: {lines: [{code: "97110", service_date: 2016-01-15, units: 2}]}}
  - {name: good, expect: pass, claim: {lines: [{code: "97110", service_date: 2016-01-15, units: 2, modifiers: [GP]}]}}
""",
}


def write(folder: Path) -> Path:
    """Writes the pack into a folder that is there, and gives the folder."""
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    return folder
