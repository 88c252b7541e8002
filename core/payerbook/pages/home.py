"""The home page: a search box, the usual tasks, the reader's own payers, the latest changes, and where payers are on file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from payerbook.pages import changes, payer
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import esc, href, link
from payerbook.pages.pictures import states
from payerbook.pages.places import CHANGES, CODES, MATRICES, UPCOMING, changes_file, matrix_file, payer_file, payer_name
from payerbook.pages.record import Record
from payerbook.pages.rule import READING
from payerbook.pages.text import number
from payerbook.policy import PackHead

HOME = "index.md"
LATEST = 8
"""Changes on the home page."""


class Task(NamedTuple):
    """What people come for, and the page where it is done."""

    words: str
    more: str
    page: str


TASKS = (
    Task("Can I bill it?", "A code by payer: covered, modifiers, limits, proof", CODES),
    Task("Is authorization needed?", "All payers side by side, from which visit", matrix_file("prior-auth")),
    Task("A claim was denied", "What the code means, what to do, until when", "denial/index.md"),
    Task("Check a claim", "In this browser; the claim stays on your machine", "check/index.md"),
    Task("Minutes, deadlines, dollars", "Calculators that show their arithmetic", "calc/index.md"),
    Task("Checklists to print", "What the record has to hold, on one sheet", "checklist/index.md"),
    Task("Compare payers", "Units, visit limits, timely filing, appeals, telehealth", MATRICES),
    Task("What changed", "Before and after, by month and by payer", CHANGES),
)
"""Tasks in the order of the home page; one without a page on the site is left out."""

SEARCHES = ("97140 59", "KX", "CO-97", "8-minute rule", "re-eval")
"""What the search box understands, shown below it."""


def pages(catalog: Catalog, record: Record, made: Collection[str]) -> Iterator[tuple[str, str]]:
    """The page, as (path, Markdown); `made` are the pages that the site holds."""
    yield HOME, "\n".join(_page(catalog, record, made))


def _page(catalog: Catalog, record: Record, made: Collection[str]) -> Iterator[str]:
    about = "What payers do with outpatient PT, OT and SLP claims, each rule dated and cited"
    yield f"---\ntitle: Payer rules for outpatient therapy billing\ndescription: {about}"
    yield "hide: [toc, navigation]\nscripts: [home.js]\nsearch: {exclude: true}\n---\n"
    yield '<div class="pb-hero" markdown>'
    yield ""
    yield "# What will the payer do with this therapy claim?"
    yield ""
    yield (
        "Payer rules for outpatient PT, OT and SLP billing: what each rule says, since when, and the document that proves it. "
        f"As of {catalog.today}."
    )
    yield "{ .pb-lead }"
    yield ""
    yield _ask()
    yield ""
    yield "</div>"
    yield ""
    yield from _tasks(made)
    if catalog.answers.packs():
        yield from _payers(catalog, record)
        yield from _changes(catalog, record)
        yield from _map(catalog)
    yield from _reading(catalog)


def _ask() -> str:
    tries = " ".join(f'<a href="?q={esc(words.replace(" ", "+"))}">{esc(words)}</a>' for words in SEARCHES)
    return (
        '<form class="pb-ask" role="search" aria-label="Rules and codes" method="get" action="./">'
        '<label for="pb-ask">Code, payer, denial, or plain words</label>'
        '<span><input id="pb-ask" type="search" name="q" autocomplete="off" required><button>Search</button></span></form>'
        f'<p class="pb-try">Try: {tries}</p>'
    )


def _tasks(made: Collection[str]) -> Iterator[str]:
    listed = "".join(
        f'<li><a href="{href(HOME, task.page)}"><strong>{esc(task.words)}</strong> <span>{esc(task.more)}</span></a></li>'
        for task in TASKS
        if task.page in made
    )
    if listed:
        yield f'<ul class="pb-tasks">{listed}</ul>'
        yield ""


def _payers(catalog: Catalog, record: Record) -> Iterator[str]:
    heads = catalog.answers.packs()
    yield "## Payers { #payers }"
    yield ""
    yield f"{number(len(heads), 'payer')} on file. A payer that is not listed is not on file: its claims are checked for form only."
    yield ""
    yield (
        '<div class="pb-mine" hidden><h3 id="my-payers">My payers</h3>'
        '<p class="pb-mine-none">Mark payers with the star: they are kept here, in this browser only.</p>'
        '<ul class="pb-mine-list"></ul></div>'
    )
    yield ""
    families: dict[str, list[PackHead]] = {}
    for head in heads:
        families.setdefault(payer.family(catalog, head), []).append(head)
    for name, members in families.items():
        listed = "".join(_one(record, head) for head in sorted(members, key=lambda head: payer_name(head).lower()))
        opened = " open" if len(members) <= 8 else ""
        summary = f"<summary>{esc(name)} ({len(members)})</summary>"
        yield f'<details class="pb-more pb-family"{opened}>{summary}<ul class="pb-payers">{listed}</ul></details>'
        yield ""


def _one(record: Record, head: PackHead) -> str:
    latest = next((f' data-latest="{entry.change.on}"' for entry in record.of(head.id) if record.holds(entry)), "")
    name = link(payer_name(head), href(HOME, payer_file(head.id)))
    return f'<li data-payer="{head.id}" data-changes="{href(HOME, changes_file(head.id))}"{latest}>{name}</li>'


def _changes(catalog: Catalog, record: Record) -> Iterator[str]:
    names = {head.id: payer_name(head) for head in catalog.answers.packs()}
    yield "## Latest changes { #changes }"
    yield ""
    shown = record.latest[:LATEST]
    listed = "".join(f"<li>{changes.head(catalog, HOME, entry)}{changes.payers(HOME, entry, names)}</li>" for entry in shown)
    yield f'<ol class="pb-log pb-log-short">{listed}</ol>'
    yield ""
    ahead = f"{number(len(record.coming), 'change is', 'changes are')} ahead" if record.coming else "What is ahead"
    yield f"[All changes]({CHANGES}) · [{ahead}]({UPCOMING})"
    yield ""


def _map(catalog: Catalog) -> Iterator[str]:
    found: dict[str, list[tuple[str, str]]] = {}
    everywhere = 0
    for head in catalog.answers.packs():
        everywhere += not head.states
        for state in head.states:
            found.setdefault(state, []).append((payer_name(head), href(HOME, payer_file(head.id))))
    yield "## Where { #where }"
    yield ""
    yield states.picture("Payers on file by state, not counting those of every state", ["State", "Payers"], found)
    yield ""
    yield f"{number(everywhere, 'more payer counts', 'more payers count')} in every state."
    yield ""


def _reading(catalog: Catalog) -> Iterator[str]:
    rules = sum(len(pack.rules) for pack in catalog.packs)
    yield "## How to read it { #reading }"
    yield ""
    yield f"{number(rules, 'rule')} in {number(len(catalog.packs), 'pack')}."
    yield ""
    yield (
        f"- **Every rule is dated.** The page shows the setting of {catalog.today}, then every earlier one. "
        "For an older claim, read the period that holds its date of service."
    )
    yield (
        "- **Every rule is cited and graded.** Grade A: we read the payer's own document. B: someone else reports it. "
        "C and M: too weak to act on."
    )
    yield (
        "- **A weak source never shouts.** Without a grade A source, or grade B from two publishers, a rule asks for review "
        "or only advises, whatever the payer does."
    )
    yield (
        "- **What is not known is said.** Missing periods and missing facts are listed, never guessed. "
        f"[More about grades and outcomes]({READING})."
    )
    yield ""
    yield "## On your own machine { #install }"
    yield ""
    yield "```\npip install .\npayerbook check claims.837\n```"
    yield ""
    yield "The same rules check whole files of claims. No claim leaves your machine."
    yield ""
