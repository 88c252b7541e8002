"""Links to pages that exist only for some of what is named."""

from __future__ import annotations

from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import href, inline
from payerbook.pages.places import denial_file
from payerbook.pages.text import escape


def denial(catalog: Catalog, text: str, page: str) -> str:
    """A denial as a rule names it (`CO-97`), linked from the page to what its reason code means, where there is a page for it."""
    denials = catalog.session.handbooks.denials
    code = text.rpartition("-")[2]
    return inline(text, href(page, denial_file(denials.slug(code)))) if code in denials.reasons else escape(text)
