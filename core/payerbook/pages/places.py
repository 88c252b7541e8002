"""Where the pages about answers stand: each by its Markdown file below the documentation folder."""

from __future__ import annotations

from payerbook.policy import PackHead

CODES = "code/index.md"
PAYERS = "payer/index.md"
MATRICES = "matrix/index.md"
COMPARISON = "compare/index.md"
DENIALS = "denial/index.md"
REMARKS = "remark/index.md"
TOPICS = "topic/index.md"
GLOSSARY = "glossary/index.md"
MYTHS = "myths/index.md"
CHECKLISTS = "checklist/index.md"
CHANGES = "changes/index.md"
UPCOMING = "upcoming/index.md"
QUALITY = "quality/index.md"
ALIKE = "alike/index.md"
PROGRAMS = "api/index.md"
CONTRIBUTE = "contribute.md"
SOURCES = "sources/index.md"


def payer_name(head: PackHead) -> str:
    """The title of a payer's pack without what all of them are about."""
    return head.title.replace(", outpatient therapy", "").replace(" outpatient therapy", "")


def code_file(code: str) -> str:
    """The page of a code, with a row for each payer."""
    return f"code/{code}/index.md"


def payer_file(payer: str) -> str:
    """The page of a payer, with a row for each code."""
    return f"payer/{payer}/index.md"


def cell_file(payer: str, code: str) -> str:
    """The page of a code for a payer that has a rule of its own for it."""
    return f"payer/{payer}/{code}/index.md"


def matrix_file(name: str) -> str:
    """The page that sets payers side by side on one point."""
    return f"matrix/{name}/index.md"


def changes_file(of: str) -> str:
    """The page with the changes of a month (2026-01) or of a payer (its pack id)."""
    return f"changes/{of}/index.md"


def denial_file(slug: str) -> str:
    """The page of a reason code, by the code with its usual group code: co-97."""
    return f"denial/{slug}/index.md"


def remark_file(code: str) -> str:
    """The page of a remark code."""
    return f"remark/{code.lower()}/index.md"


def topic_file(name: str) -> str:
    """The page of a subject that people look up, across payers."""
    return f"topic/{name}/index.md"


def checklist_file(name: str) -> str:
    """A checklist for a sort of visit and a payer."""
    return f"checklist/{name}/index.md"


def guide_file(name: str) -> str:
    """A guide for somebody who is new to billing."""
    return f"guide/{name}/index.md"


def sources_file(payer: str) -> str:
    """The documents behind a payer's rules."""
    return f"sources/{payer}/index.md"
