"""Runs at work: one tool process, the warm pool, and the runner that drives a run from inputs to recorded events.

Runner          starts runs and ends them; one thread for each, whoever watches
Launcher        keeps processes warm, stops them, watches their memory
recover         what a start of Pixie does about runs and processes that a dead one left
"""

from pixie_core.runtime.launcher import Launcher, ProcessState
from pixie_core.runtime.marks import become_subreaper
from pixie_core.runtime.recovery import Recovered, recover
from pixie_core.runtime.runner import Runner

__all__ = ["Launcher", "ProcessState", "Recovered", "Runner", "become_subreaper", "recover"]
