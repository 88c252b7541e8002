"""The reference site: pure functions from packs to Markdown and JSON, and the build that makes HTML of them."""
