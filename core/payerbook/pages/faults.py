"""Pages about faults in pack files: one a code, with an example and its repair, and a list of all."""

from __future__ import annotations

from collections.abc import Iterator

from payerbook.authoring.fault_examples import Example, load
from payerbook.authoring.faults import CODES
from payerbook.pages.markup import front
from payerbook.pages.reference import AFTER_RULES
from payerbook.pages.text import escape, table

INDEX = "faults/index.md"


def pages() -> Iterator[tuple[str, str]]:
    """All of them, as (path, Markdown)."""
    examples = load()
    yield INDEX, "\n".join(_index())
    for code in sorted(CODES):
        yield path(code), "\n".join(_page(code, examples.get(code)))


def navigation() -> list[str | dict[str, str]]:
    """The list first, then a page a code."""
    return [INDEX, *({code: path(code)} for code in sorted(CODES))]


def path(code: str) -> str:
    """Where the page of a code is."""
    return f"faults/{code.lower()}.md"


def _index() -> Iterator[str]:
    about = "Every fault that payerbook lint finds in the files of a pack, with its repair"
    yield from front("Faults in pack files", search=AFTER_RULES, description=about, toc=True)
    yield "# Faults in pack files"
    yield ""
    yield (
        "`payerbook lint` prints one line a fault: file, line, column, what is wrong and how to repair it. "
        "The code at the end of the line is explained here. `payerbook lint --fix` repairs what cannot change what is meant."
    )
    yield ""
    rows = ((f"[{code}]({code.lower()}.md)", escape(name), escape(about)) for code, (name, about) in sorted(CODES.items()))
    yield from table(["Code", "Fault", "Meaning"], rows)


def _page(code: str, example: Example | None) -> Iterator[str]:
    name, about = CODES[code]
    yield from front(f"{code}: {name}", search=AFTER_RULES, description=f"{code}, {name}: {about}", toc=True)
    yield f"# {code}: {escape(name)}"
    yield ""
    yield escape(about)
    yield ""
    if example is None:
        return
    yield f"**Why it matters.** {escape(example.why.strip())}"
    yield ""
    if example.file is None:
        yield "No pack file gives it: it lies in the code of a rule kind, which a plugin may bring. Tell whoever wrote the kind."
        yield ""
        return
    yield from _block(f"Wrong, in `{example.file}`:", example.wrong, "yaml")
    command = example.command.split()[0]
    yield from _block("`payerbook lint` says:" if command == "codes" else f"`payerbook {command}` says:", example.says, "text")
    yield from _block("Right:", example.right, "yaml")


def _block(lead: str, text: str, language: str) -> Iterator[str]:
    yield lead
    yield ""
    yield f"```{language}"
    yield text.rstrip()
    yield "```"
    yield ""
