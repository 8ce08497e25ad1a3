"""Every ground of every regime, and which of them can be used for what. Law: data."""

from collections.abc import Mapping

from portal.disclosure.exemptions.foi import FOI
from portal.disclosure.exemptions.gdpr import GDPR
from portal.disclosure.exemptions.grounds import Exemption
from portal.disclosure.exemptions.part3 import PART3
from portal.errors import Refused
from portal.requests.endings import Ending
from portal.requests.lifecycle import Regime

CATALOGUE: Mapping[Regime, tuple[Exemption, ...]] = {
    Regime.SAR_PART3: PART3,
    Regime.SAR_GDPR: GDPR,
    Regime.FOI: FOI,
}

# The ground an evidence hold rests on, by regime (rules, section 5: legal basis).
HOLD_GROUND = {
    Regime.SAR_PART3: "P3-45-4-b",
    Regime.SAR_GDPR: "GDPR-S2-2",
    Regime.FOI: "FOI-30",
}
# Their own information (FOIA s.40(1)): never refused, but made a subject access request.
OWN_DATA = "FOI-40-1"
# What a person and their lawyer said: it has a letter of its own (DPA 2018 s.45A(2)).
PRIVILEGED = ("P3-45A", "GDPR-S2-19")


def exemption(regime: Regime, code: str) -> Exemption:
    """The exemption with this code under this regime. Refused when the regime has none such."""
    for ground in CATALOGUE[regime]:
        if ground.code == code:
            return ground
    raise Refused("Select a ground that this request’s law allows.")


def line_grounds(regime: Regime) -> tuple[Exemption, ...]:
    """The grounds on which one recording can be withheld."""
    return tuple(ground for ground in CATALOGUE[regime] if ground.is_for_recordings)


def refusal_grounds(regime: Regime, *, is_about_video: bool) -> tuple[Exemption, ...]:
    """The grounds on which a whole request can be refused. What is about video is decided
    recording by recording, so that exemptions refuse only requests for other information. A
    request for one's own information is made a subject access request of the same date."""
    found = (
        ground
        for ground in CATALOGUE[regime]
        if ground.ends is not None and ground.code != OWN_DATA
    )
    return tuple(
        ground
        for ground in found
        if not (is_about_video and ground.ends is Ending.REFUSED and ground.is_for_recordings)
    )


def neither_grounds(regime: Regime) -> tuple[Exemption, ...]:
    """The grounds on which a whole request can be neither confirmed nor denied."""
    return tuple(ground for ground in CATALOGUE[regime] if ground.may_neither_confirm)
