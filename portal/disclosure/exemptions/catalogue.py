"""Every ground of every regime, and which of them can be used for what. Law: data."""

from collections.abc import Iterable, Mapping

from portal.disclosure.exemptions.foi import FOI
from portal.disclosure.exemptions.gdpr import GDPR
from portal.disclosure.exemptions.grounds import Exemption
from portal.disclosure.exemptions.part3 import PART3
from portal.errors import Refused
from portal.holds.policy import HoldKind
from portal.requests.endings import Ending
from portal.requests.lifecycle import Regime

CATALOGUE: Mapping[Regime, tuple[Exemption, ...]] = {
    Regime.SAR_PART3: PART3,
    Regime.SAR_GDPR: GDPR,
    Regime.FOI: FOI,
}

# The usual ground of a hold, and the one cited where we neither confirm nor deny, so that nobody
# can read off it what there is.
HOLD_GROUND = {
    Regime.SAR_PART3: "P3-45-4-b",
    Regime.SAR_GDPR: "GDPR-S2-2",
    Regime.FOI: "FOI-30",
}
# The grounds that a hold of each kind can rest on, the usual one first. A legal claim bars nobody
# from footage of themselves, so it has none there.
_CRIME = ("P3-45-4-b", "P3-45-4-a")
_INQUIRY = ("P3-45-4-a",)
_PUBLIC_WORK = ("GDPR-S2-7", "GDPR-S2-2", "GDPR-S2-5-3", "GDPR-S2-5-2")
_HOLD_GROUNDS: Mapping[Regime, Mapping[HoldKind, tuple[str, ...]]] = {
    Regime.SAR_PART3: {
        HoldKind.INVESTIGATION: _CRIME,
        HoldKind.PROSECUTION: _CRIME,
        HoldKind.CONDUCT: _INQUIRY,
        HoldKind.INDEPENDENT_INVESTIGATION: ("P3-45-4-a", "P3-45-4-b"),
        HoldKind.INQUEST: _INQUIRY,
        HoldKind.SAFEGUARDING: ("P3-45-4-e",),
        HoldKind.NATIONAL_SECURITY: ("P3-45-4-d",),
        HoldKind.LEGAL_CLAIM: (),
    },
    Regime.SAR_GDPR: {
        HoldKind.INVESTIGATION: ("GDPR-S2-2",),
        HoldKind.PROSECUTION: ("GDPR-S2-2", "GDPR-S2-5-3"),
        HoldKind.CONDUCT: _PUBLIC_WORK,
        HoldKind.INDEPENDENT_INVESTIGATION: _PUBLIC_WORK,
        HoldKind.INQUEST: ("GDPR-S2-5-3", "GDPR-S2-5-2", "GDPR-S2-7"),
        HoldKind.SAFEGUARDING: ("GDPR-S2-16", "GDPR-S3"),
        HoldKind.NATIONAL_SECURITY: ("GDPR-26",),
        HoldKind.LEGAL_CLAIM: (),
    },
    Regime.FOI: {
        HoldKind.INVESTIGATION: ("FOI-30", "FOI-31"),
        HoldKind.PROSECUTION: ("FOI-30", "FOI-32", "FOI-44"),
        HoldKind.CONDUCT: ("FOI-30", "FOI-31"),
        HoldKind.INDEPENDENT_INVESTIGATION: ("FOI-30", "FOI-31"),
        HoldKind.INQUEST: ("FOI-32", "FOI-30", "FOI-31"),
        HoldKind.SAFEGUARDING: ("FOI-38",),
        HoldKind.NATIONAL_SECURITY: ("FOI-23", "FOI-24"),
        HoldKind.LEGAL_CLAIM: ("FOI-42",),
    },
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


def hold_grounds(regime: Regime, kinds: Iterable[HoldKind]) -> tuple[str, ...]:
    """The codes of the grounds that holds of these kinds can rest on, the usual one first (rules,
    section 5: legal basis)."""
    by_kind = _HOLD_GROUNDS[regime]
    wanted = set(kinds)
    found = dict.fromkeys(code for kind in by_kind if kind in wanted for code in by_kind[kind])
    return tuple(found) or (HOLD_GROUND[regime],)


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
