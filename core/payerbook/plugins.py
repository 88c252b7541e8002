"""Finds plugins and asks them what they bring. Each plugin is loaded alone; one that fails is named, never skipped quietly."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import msgspec
import pluggy

from payerbook.claim import Claim, Context
from payerbook.hookspecs import Hooks
from payerbook.kinds import bundled
from payerbook.kinds.base import Kind

BUNDLED = ("commercial", "common", "medicaid", "medicare", "medicare_advantage", "methods", "ncci", "tricare", "va_ccn", "workers_comp")
"""Plugins of this distribution, registered by name so that they work without installed metadata (checkout, browser)."""
ALWAYS = "methods"
"""Templates: no payer's policy, but packs of every other plugin may inherit from them, so a choice of plugins does not leave them out."""


class NotLoaded(msgspec.Struct, frozen=True):
    """A plugin or pack that could not be loaded, and why."""

    name: str
    reason: str


class Plugins:
    """The plugins that loaded, and those that did not."""

    def __init__(self, only: Sequence[str] | None = None) -> None:
        """`only` limits what loads by plugin name; default is the environment variable PAYERBOOK_PLUGINS (comma-separated), else all."""
        if only is None and "PAYERBOOK_PLUGINS" in os.environ:
            only = [name.strip() for name in os.environ["PAYERBOOK_PLUGINS"].split(",") if name.strip()]
        self.not_loaded: list[NotLoaded] = []
        self.manager = pluggy.PluginManager("payerbook")
        self.manager.add_hookspecs(Hooks)
        for name in BUNDLED:
            if only is None or name in only or name == ALWAYS:
                self.manager.register(import_module(f"payerbook_plugins.{name}"), name)
        for entry in sorted(entry_points(group="payerbook"), key=lambda entry: (entry.name, entry.value)):
            if only is None or entry.name in only:
                self._load(entry)

    def _load(self, entry: Any) -> None:
        try:
            plugin = entry.load()
            self.manager.register(plugin, entry.name)
            self.manager.check_pending()
        except Exception as error:  # whatever a stranger's module raises on import
            if self.manager.has_plugin(entry.name):
                self.manager.unregister(name=entry.name)
            where = f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else entry.value
            self.not_loaded.append(NotLoaded(entry.name, f"plugin {entry.value} of {where}: {type(error).__name__}: {error}"))

    def policies(self) -> list[tuple[str, Path]]:
        """(plugin name, folder) of every folder of packs; bundled plugins first, then by name."""
        return self._folders("payerbook_policies")

    def datasets(self) -> list[tuple[str, Path]]:
        """(plugin name, folder) of every folder of dated tables."""
        return self._folders("payerbook_datasets")

    def _folders(self, hook: str) -> list[tuple[str, Path]]:
        return [(name, Path(folder)) for name, found in self._ask(hook) for folder in found]

    def kinds(self) -> dict[str, Kind[Any]]:
        """Every rule kind by name; a plugin's kind that takes a name already in use is refused and named."""
        kinds = {kind.name: kind for kind in bundled()}
        for name, found in self._ask("payerbook_kinds"):
            for kind in found:
                if kind.name in kinds:
                    self.not_loaded.append(NotLoaded(name, f"rule kind {kind.name} exists already"))
                else:
                    kinds[kind.name] = kind
        return kinds

    def formats(self) -> dict[str, Any]:
        """Claim readers by name."""
        return {name: reader for _, found in self._ask("payerbook_formats") for name, reader in found}

    def facts(self, claims: Sequence[Claim]) -> list[list[tuple[str, Context | None]]]:
        """What plugins know of each claim: (plugin name, context) pairs in order of plugin name; one list a claim.

        A plugin that does not give one context a claim is refused and named.
        """
        offers: list[list[tuple[str, Context | None]]] = [[] for _ in claims]
        for name, found in self._ask("payerbook_facts", claims=claims):
            if len(found) != len(claims):
                self.not_loaded.append(NotLoaded(name, f"hook payerbook_facts: {len(found)} answers for {len(claims)} claims"))
                continue
            for offer, context in zip(offers, found, strict=True):
                offer.append((name, context))
        return offers

    @property
    def knows_facts(self) -> bool:
        """Whether any plugin brings facts, so that claims are worth gathering in batches."""
        return bool(self.manager.hook.payerbook_facts.get_hookimpls())

    def names(self) -> list[str]:
        """Names of the plugins that loaded."""
        return sorted(name for name, plugin in self.manager.list_name_plugin() if plugin is not None)

    def _ask(self, hook: str, **arguments: Any) -> list[tuple[str, Any]]:
        caller = getattr(self.manager.hook, hook)
        order = {name: place for place, name in enumerate(BUNDLED)}
        implementations = sorted(caller.get_hookimpls(), key=lambda found: (order.get(found.plugin_name, len(order)), found.plugin_name))
        answers: list[tuple[str, Any]] = []
        for found in implementations:
            try:
                answers.append((found.plugin_name, list(found.function(**arguments) or ())))
            except Exception as error:  # whatever a stranger's hook raises
                self.not_loaded.append(NotLoaded(found.plugin_name, f"hook {hook}: {type(error).__name__}: {error}"))
        return answers
