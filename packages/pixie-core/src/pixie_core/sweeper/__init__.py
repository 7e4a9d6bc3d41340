"""Keeping and deleting: what goes when, and what the disk is used for.

plan(runs, policy, now)     which runs go, each with its reason: pure
Sweeper                     plans from the store, and executes
BackgroundSweeper           does so now and then, with a brake: the server's
audit(tools, store)         what each tool takes on the disk; audit_one(tool, store) what one does
"""

from pixie_core.sweeper.background import BackgroundSweeper, Pass, Question
from pixie_core.sweeper.disk import Audit, ToolDisk, audit, audit_one
from pixie_core.sweeper.plan import Doomed, Plan, Policy, Spared, plan
from pixie_core.sweeper.sweeper import Sweeper, Swept

__all__ = [
    "Audit",
    "BackgroundSweeper",
    "Doomed",
    "Pass",
    "Plan",
    "Policy",
    "Question",
    "Spared",
    "Sweeper",
    "Swept",
    "ToolDisk",
    "audit",
    "audit_one",
    "plan",
]
