"""What is asked for, and what happened."""

from collections.abc import Mapping
from typing import Any

from portal.identity.authority import Acting
from portal.requests.forms.question import (
    AT_MOST_REST,
    AT_MOST_TEXT,
    Known,
    QuestionForm,
)
from portal.requests.intake import AboutWhom, Occasion
from portal.requests.journey import (
    BOTH,
    DIED,
    INFORMATION,
    OTHER_ORGANISATION,
    SOMEONE_ELSE,
    VIDEO,
    is_foi,
)
from portal.web.fields import LineField, OneOfField, ParagraphField, options

OCCASIONS = {
    Occasion.STOP_AND_SEARCH.value: "I was stopped or searched",
    Occasion.ARREST.value: "An arrest",
    Occasion.TRAFFIC.value: "A traffic stop or a crash",
    Occasion.WELFARE.value: "Police came to help or to check on someone",
    Occasion.CROWD.value: "A crowd, a protest or an event",
    Occasion.WITNESS.value: "I saw something happen",
    Occasion.OTHER.value: "Something else",
}


class AboutForm(QuestionForm):
    """Whose video it is: this picks the law."""

    who = OneOfField(
        "Whose video do you want?",
        choices=options(
            {
                AboutWhom.ME.value: "Video of me",
                AboutWhom.SOMEONE_I_ACT_FOR.value: "Video of someone I act for",
                AboutWhom.GENERAL.value: "General information, or video that is not of me",
                BOTH: "Both: video of me, and general information",
                SOMEONE_ELSE: "Video of someone else",
                OTHER_ORGANISATION: "Video from a camera that is not the police’s",
            }
        ),
        missing="Select whose video you want",
    )


RIGHTS = {
    Acting.SOLICITOR.value: "I am their solicitor or lawyer",
    Acting.PARENT.value: "They are under 18, and I am their parent or guardian",
    Acting.FAMILY_OR_FRIEND.value: "I am their friend or relative, and they are 18 or over",
    Acting.ATTORNEY.value: "I have power of attorney, or a court order",
    DIED: "They have died",
    Acting.OTHER.value: "Something else",
}


class RightForm(QuestionForm):
    """By what right they act for another: this picks the papers to send (rules, section 2)."""

    right = OneOfField(
        "Why are you asking for them?",
        choices=options(RIGHTS),
        missing="Select why you are asking for them",
    )


class OtherInformationForm(QuestionForm):
    """The general information of somebody who asks for two things (FOIA s.8(1)(c))."""

    text = ParagraphField(
        "What else do you want to know?",
        missing="Describe the information you want",
        at_most=AT_MOST_TEXT,
        subject="What you want to know",
    )


class WhatInformationForm(QuestionForm):
    """Whether general information is about a time and place: only then is there where to look."""

    what = OneOfField(
        "What do you want to know?",
        choices=options(
            {
                VIDEO: "I want video from one time and place",
                INFORMATION: "I want other information, like figures or a policy",
            }
        ),
        missing="Select what you want to know",
    )


class WhatHappenedForm(QuestionForm):
    """The kind of occasion and a few words; for general information, the words are the request
    (FOIA s.8(1)(c): it describes the information)."""

    occasion = OneOfField(
        "What happened?", choices=options(OCCASIONS), missing="Select what happened"
    )
    text = ParagraphField("Tell us more", at_most=AT_MOST_TEXT, subject="What you tell us")

    def __init__(self, known: Known, stored: Mapping[str, Any] | None = None) -> None:
        super().__init__(known, stored)
        if is_foi(known.answers):
            del self.occasion
            self.text.missing = "Describe the video or information you want"
            self.text.label.text = "Describe the video or information you want"


class ReferencesForm(QuestionForm):
    """Numbers that people sometimes have on paper. All optional."""

    shoulder_number = LineField(
        "Officer’s shoulder number", at_most=40, description="Letters and numbers on the shoulder"
    )
    incident_reference = LineField(
        "Incident or CAD number", at_most=AT_MOST_REST, description="Given when you called us"
    )
    crime_reference = LineField("Crime reference number", at_most=AT_MOST_REST)
    custody_number = LineField(
        "Custody number", at_most=AT_MOST_REST, description="If you were held at a police station"
    )
    # The list of recordings has no vehicles: only whoever watches the video can use this.
    vehicle = LineField(
        "Vehicle",
        at_most=AT_MOST_REST,
        description="Number plate, or make and colour. We look for it when we watch the video",
    )


class LooksForm(QuestionForm):
    """What the person looked like, so that they can be told from others in the video."""

    clothes = LineField("Clothes", at_most=500, description="For example, red coat and blue jeans")
    hair = LineField("Hair", at_most=500, description="For example, short and dark, or a hat")
    bag = LineField("Bag or anything carried", at_most=500)
