"""Verification: the checkers, each adding a verdict to a candidate and changing nothing."""

from apigen.verification.checker import Case, Checker, Judgement
from apigen.verification.execution import ExecutionChecker
from apigen.verification.format import FormatChecker
from apigen.verification.margin import MarginChecker
from apigen.verification.semantic import SemanticChecker

__all__ = ["Case", "Checker", "ExecutionChecker", "FormatChecker", "Judgement", "MarginChecker", "SemanticChecker"]
