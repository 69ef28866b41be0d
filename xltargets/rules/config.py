"""A bureau's own settings: which rules run, how bad their findings are, and their thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xltargets.rules.finding import Severity
from xltargets.rules.registry import Rule


@dataclass(frozen=True)
class Config:
    """Settings of a run; the defaults are the catalogue's.

    Attributes:
        select: ids or groups that run although they are off by default.
        ignore: ids or groups that do not run; a longer entry wins over a shorter one.
        severity: by rule id.
        thresholds: by rule id, then by the name of the rule's threshold.
        profile: settings that every rule with a threshold of that name follows (frame, region, letters …).
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    thresholds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    profile: Mapping[str, Any] = field(default_factory=dict)

    def runs(self, rule: Rule) -> bool:
        """Whether a rule runs: the longest entry that matches its id decides, ``ignore`` before ``select``."""
        selected = max((len(entry) for entry in self.select if rule.id.startswith(entry)), default=-1)
        ignored = max((len(entry) for entry in self.ignore if rule.id.startswith(entry)), default=-1)
        if not rule.judged or (selected < 0 and ignored < 0):
            return rule.on
        return selected > ignored

    def settings(self, rule: Rule) -> dict[str, Any]:
        """The rule's thresholds where they differ from its defaults."""
        common = {key: value for key, value in self.profile.items() if key in rule.thresholds}
        return {**common, **self.thresholds.get(rule.id, {})}
