"""Is a tool what it says? Twelve checks, each a line of a report."""

from pixie_core.validator.jobs import ValidateJobs
from pixie_core.validator.recording import UpdatedFixture, update_fixtures
from pixie_core.validator.report import CHECKS, Check, Report
from pixie_core.validator.validation import Validator, validate

__all__ = ["CHECKS", "Check", "Report", "UpdatedFixture", "ValidateJobs", "Validator", "update_fixtures", "validate"]
