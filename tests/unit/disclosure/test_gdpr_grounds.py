"""The paragraphs of Schedule 2 that lift the right to be told whether anything is held."""

import pytest

from portal.disclosure.exemptions import exemption
from portal.requests.lifecycle import Regime


@pytest.mark.parametrize(("code", "paragraph"), [("GDPR-S2-2", "2"), ("GDPR-S2-7", "7")])
def test_the_paragraph_that_lifts_article_fifteen(code: str, paragraph: str) -> None:
    """Article 15 is among the listed provisions of DPA 2018 Schedule 2, paragraphs 1 and 6."""
    ground = exemption(Regime.SAR_GDPR, code)
    assert ground.confirm_or_deny == (
        f"UK GDPR Article 15(1) as Schedule 2 paragraph {paragraph} lifts it"
    )
