"""What can be decided, on which lawful ground, and what must be written down for it. Law: data
and pure functions (rules 4.1 to 4.4)."""

from portal.disclosure.exemptions.catalogue import (
    CATALOGUE,
    HOLD_GROUND,
    PRIVILEGED,
    exemption,
    hold_grounds,
    line_grounds,
    neither_grounds,
    refusal_grounds,
)
from portal.disclosure.exemptions.deciding import (
    COST,
    Line,
    Outcome,
    PublicInterest,
    Whole,
    answer_of,
    check_interest,
    check_line,
    check_whole,
    ending_of,
    is_weighed,
    line_questions,
    told,
    whole_questions,
)
from portal.disclosure.exemptions.grounds import Exemption
from portal.disclosure.exemptions.questions import Question, answered, faults, told_answers

__all__ = [
    "CATALOGUE",
    "COST",
    "HOLD_GROUND",
    "PRIVILEGED",
    "Exemption",
    "Line",
    "Outcome",
    "PublicInterest",
    "Question",
    "Whole",
    "answer_of",
    "answered",
    "check_interest",
    "check_line",
    "check_whole",
    "ending_of",
    "exemption",
    "faults",
    "hold_grounds",
    "is_weighed",
    "line_grounds",
    "line_questions",
    "neither_grounds",
    "refusal_grounds",
    "told",
    "told_answers",
    "whole_questions",
]
