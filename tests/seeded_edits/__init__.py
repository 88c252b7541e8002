"""Two hundred faulty edits to the bundled packs, and how many of them the checks for authors catch."""
