"""Which form and which page asks each question."""

from dataclasses import dataclass

from portal.requests.forms.passphrase import PassphraseForm
from portal.requests.forms.question import EndForm, NoticeForm, QuestionForm
from portal.requests.forms.what import (
    AboutForm,
    LooksForm,
    OtherInformationForm,
    ReferencesForm,
    RightForm,
    WhatHappenedForm,
    WhatInformationForm,
)
from portal.requests.forms.when import TimeForm, WhenForm, WhichNightForm
from portal.requests.forms.where import HowNearForm, PlaceForm, WhichBoroughForm, WhichPlaceForm
from portal.requests.forms.who import (
    AddressForm,
    BirthForm,
    DeliveryForm,
    EmailForm,
    NameForm,
    PhoneForm,
    ProofForm,
    RepresentativeForm,
)
from portal.requests.journey import QUESTIONS


@dataclass(frozen=True)
class Page:
    """How a question is asked."""

    form: type[QuestionForm]
    template: str


_FORMS: dict[str, type[QuestionForm]] = {
    "about-you-or-someone": AboutForm,
    "someone-elses-video": EndForm,
    "another-organisation": EndForm,
    "by-what-right": RightForm,
    "someone-who-died": NoticeForm,
    "what-information": WhatInformationForm,
    "when": WhenForm,
    "video-may-be-gone": NoticeForm,
    "time": TimeForm,
    "which-night": WhichNightForm,
    "place": PlaceForm,
    "which-place": WhichPlaceForm,
    "how-near": HowNearForm,
    "which-borough": WhichBoroughForm,
    "another-force": NoticeForm,
    "too-much-video": NoticeForm,
    "what-happened": WhatHappenedForm,
    "references": ReferencesForm,
    "looks": LooksForm,
    "name": NameForm,
    "other-information": OtherInformationForm,
    "date-of-birth": BirthForm,
    "asking-on-your-own": NoticeForm,
    "sixteen-or-over": NoticeForm,
    "email": EmailForm,
    "address": AddressForm,
    "phone": PhoneForm,
    "representative": RepresentativeForm,
    "proof": ProofForm,
    "delivery": DeliveryForm,
    "passphrase": PassphraseForm,
}

PAGES: dict[str, Page] = {
    question.slug: Page(_FORMS[question.slug], f"requests/{question.slug}.html".replace("-", "_"))
    for question in QUESTIONS
}
