"""How news of an act reaches the applicant, in words for the handler who did it.

No telephone number and no address: these words wait in the browser's cookie for the next page.
"""

from sqlalchemy.orm import Session

from portal.notifications.queries import is_marked
from portal.requests.queries import by_reference


def letter_reaches(session: Session, reference: str) -> str:
    """What is said after a letter was issued: an e-mail goes out, or somebody must post it."""
    email = by_reference(session, reference).applicant.email
    if is_marked(session, about=reference, to=email):
        return "Our e-mail does not reach them: it has to be printed and posted."
    if email:
        return "The applicant is told by e-mail that there is a letter."
    return "It has to be printed and posted."


def message_reaches(session: Session, reference: str) -> str:
    """What is said after a message was written: an e-mail goes out, or somebody must tell them."""
    email = by_reference(session, reference).applicant.email
    if is_marked(session, about=reference, to=email):
        return (
            "Our e-mail does not reach them: phone them or write to them, and then say so on the "
            "Overview tab."
        )
    if email:
        return "The applicant is told by e-mail that there is a message."
    return (
        "They have no e-mail address: phone them or write to them. "
        "How to reach them is on the Overview tab."
    )
