"""Every way by which something can leave the portal, and what leaves by it.

Whoever adds a route, a job, a command, an e-mail or a letter adds ONE line here:

- `nothing` with a reason: no footage, and nothing made from it, nor a fact of a recording;
- `inside`: handlers and operators see it at work. That is no release (a hold bars footage from
  leaving, not from being watched for a case), so no gate is asked; the book says who looked;
- `asks`: it leaves, and the gate is asked first. `test_gate.py` then wants one more function, which
  takes that way with a held recording and sees that it is refused.

No still is ever made: there is no thumbnail and no poster frame. The first would be a new kind of
file, and `test_gate.py` asks each kind.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """What leaves by one way, or why nothing does."""

    words: str
    asks_gate: bool = False
    is_inside: bool = False


def nothing(why: str) -> Way:
    """Neither footage nor a thing made from it."""
    return Way(why)


def inside(what: str) -> Way:
    """Something of a recording, to the force's own people."""
    return Way(what, is_inside=True)


def asks(what: str) -> Way:
    """Something that leaves, once the gate has said that it may."""
    return Way(what, asks_gate=True)


# The public's pages.
FORM = nothing("what the applicant is asked, and what they typed themselves")
OWN = nothing("what the applicant sent us, and where their request stands: no recording is named")
OWN_LETTER = nothing("a letter about the request's course; the decision is a file of its release")
WORDS = nothing("words that are the same for everybody")
DOOR = nothing("the way to a code or a new link; it shows nothing of what lies behind")
# The office's pages.
CASE = nothing("the request and its course, to handlers")
FACTS = inside("facts of recordings, to handlers who look for video and decide")
DECISION = asks("a decision to release, on its way to the package")
HANDOVER = asks("copies that are handed over by post, in person or by showing them")
STAFF = nothing("handlers, sessions and the outbox: no recording")
# The rest.
FEED = nothing("takes in what the evidence system tells us, and says how it went")
COURSE = nothing("moves dates and requests; what it writes are e-mails and letters, listed below")
DELETES = nothing("deletes files, and reads none")
HOUSE = nothing("keeps the house: the database, keys, clients, handlers, holidays")
NEWS = nothing("says that there is news, until when and where: `test_owed.py` knows every field")
COURSE_LETTER = nothing("has no place for a list of copies")
WITH_COPIES = asks("the names, times and fingerprints of the copies that go out with it")

ROUTES = {
    "disclosure.ask_again": DOOR,
    "disclosure.closed": WORDS,
    "disclosure.code": DOOR,
    "disclosure.collect": asks("the names, times, lengths and fingerprints of the copies"),
    "disclosure.file": asks("each file of a release, whole or in ranges, played or saved"),
    "disclosure.letter": asks("the letter of a release, as a page"),
    "disclosure.new_link": DOOR,
    "disclosure.new_link_for_request": DOOR,
    "disclosure.new_link_sent": WORDS,
    "disclosure.new_passphrase": DOOR,
    "disclosure.not_me": DOOR,
    "disclosure.passphrase": DOOR,
    "disclosure.send_code": DOOR,
    "disclosure.stop_address_of_request": DOOR,
    "disclosure.stop_new": DOOR,
    "disclosure.stop_new_of_request": DOOR,
    "feed.close_one": FEED,
    "feed.describe": WORDS,
    "feed.hold_recordings": FEED,
    "feed.list_preservations": inside("which recordings are kept, to the evidence system"),
    "feed.open_one": FEED,
    "feed.take_recordings": FEED,
    "health.alive": WORDS,
    "health.ready": WORDS,
    "identity.check_file": OWN,
    "identity.remove_file": OWN,
    "identity.show_page": OWN,
    "identity.upload": OWN,
    "information.accessibility": WORDS,
    "information.contact": WORDS,
    "information.cookies": WORDS,
    "information.other_ways": WORDS,
    "information.privacy": WORDS,
    "office.audit.book": inside("the book, which names recordings and what was done with them"),
    "office.audit.verify_book": inside("whether the book is whole"),
    "office.deletions.upcoming": FACTS,
    "office.disclosure.accept_new": CASE,
    "office.disclosure.agree": HANDOVER,
    "office.disclosure.agree_new_address": CASE,
    "office.disclosure.answer_posted": asks("an answer, in an envelope"),
    "office.disclosure.decided": FACTS,
    "office.disclosure.decision": DECISION,
    "office.disclosure.handed": HANDOVER,
    "office.disclosure.handovers": inside("who handed which copies to whom, to handlers"),
    "office.disclosure.issued_letter": OWN_LETTER,
    "office.disclosure.letter": inside("a letter that went out, to handlers"),
    "office.disclosure.letters": CASE,
    "office.disclosure.new_address": CASE,
    "office.disclosure.new_passphrase": CASE,
    "office.disclosure.posted": OWN_LETTER,
    "office.disclosure.prepare": HANDOVER,
    "office.disclosure.propose_new_address": CASE,
    "office.disclosure.preview": inside("a decision's letter before it goes, to handlers"),
    "office.disclosure.public_interest": CASE,
    "office.disclosure.publish": DECISION,
    "office.disclosure.refuse": CASE,
    "office.disclosure.release": inside("what was released and who opened it, to handlers"),
    "office.disclosure.renew": DOOR,
    "office.disclosure.restriction": FACTS,
    "office.disclosure.restrictions": CASE,
    "office.disclosure.revoke": DOOR,
    "office.disclosure.second": DECISION,
    "office.disclosure.second_new": CASE,
    "office.disclosure.send_back": FACTS,
    "office.disclosure.stop": CASE,
    "office.disclosure.stop_new": CASE,
    "office.disclosure.stop_new_address": CASE,
    "office.disclosure.take": HANDOVER,
    "office.disclosure.to_post": inside("what waits for an envelope, to handlers"),
    "office.disclosure.told": CASE,
    "office.files.gone": inside("the names of files that are missing, to administrators"),
    "office.holds.close": FACTS,
    "office.holds.matter": FACTS,
    "office.holds.matters": FACTS,
    "office.holds.new": FACTS,
    "office.holds.review": FACTS,
    "office.holds.to_review": FACTS,
    "office.outbox.retry": STAFF,
    "office.outbox.status": STAFF,
    "office.people.end": STAFF,
    "office.people.everybody": STAFF,
    "office.people.new": STAFF,
    "office.recordings.footage": inside("the master, to a handler who watches it for a request"),
    "office.recordings.watch": FACTS,
    "office.requests.accept": CASE,
    "office.requests.accept_acting": CASE,
    "office.requests.ask_acting": CASE,
    "office.requests.ask_for_proof": CASE,
    "office.requests.assign": CASE,
    "office.requests.authority": CASE,
    "office.requests.calendar": CASE,
    "office.requests.change_law": CASE,
    "office.requests.clarify": CASE,
    "office.requests.close": CASE,
    "office.requests.duplicate": CASE,
    "office.requests.extension": CASE,
    "office.requests.fee": CASE,
    "office.requests.fee_paid": CASE,
    "office.requests.find_video": FACTS,
    "office.requests.find_video_map": FACTS,
    "office.requests.finish_search": FACTS,
    "office.requests.history": CASE,
    "office.requests.agree_court_order": FACTS,
    "office.requests.ask_court_order": FACTS,
    "office.requests.change_hold_level": FACTS,
    "office.requests.end_court_order": FACTS,
    "office.requests.holds": FACTS,
    "office.requests.identity": CASE,
    "office.requests.judge": FACTS,
    "office.requests.law": CASE,
    "office.requests.lift_hold": FACTS,
    "office.requests.messages": CASE,
    "office.requests.open_again": CASE,
    "office.requests.overview": FACTS,
    "office.requests.place_hold": FACTS,
    "office.requests.proof_picture": CASE,
    "office.requests.redirect_request": CASE,
    "office.requests.register": CASE,
    "office.requests.reject_several": FACTS,
    "office.requests.search": FACTS,
    "office.requests.search_elsewhere": FACTS,
    "office.requests.send_message": CASE,
    "office.requests.send_unreached_again": CASE,
    "office.requests.split_request": CASE,
    "office.requests.start_search": FACTS,
    "office.requests.time": CASE,
    "office.requests.told_another_way": CASE,
    "office.requests.told_us": CASE,
    "office.reviews.answer": CASE,
    "office.reviews.assign": CASE,
    "office.reviews.every_review": CASE,
    "office.reviews.longer": CASE,
    "office.reviews.of_request": CASE,
    "office.reviews.one": CASE,
    "office.reviews.progress": CASE,
    "office.reviews.register": CASE,
    "office.sign_in.check_code": STAFF,
    "office.sign_in.code": STAFF,
    "office.sign_in.enter": STAFF,
    "office.sign_in.leave": STAFF,
    "office.sign_in.passphrase": STAFF,
    "office.work.every_request": CASE,
    "office.work.every_request_csv": nothing("an export of requests and their dates"),
    "office.work.mine": CASE,
    "requests.ask": FORM,
    "requests.ask_first": FORM,
    "requests.check_answers": FORM,
    "requests.copy_of_sent": FORM,
    "requests.enter_code": FORM,
    "requests.save": FORM,
    "requests.saved": FORM,
    "requests.send_code": FORM,
    "requests.send_request": FORM,
    "requests.sent": FORM,
    "requests.start": WORDS,
    "reviews.ask": OWN,
    "reviews.calendar": OWN,
    "reviews.sent": OWN,
    "reviews.ways": OWN,
    "static": WORDS,
    "your_request.answer_question": OWN,
    "your_request.calendar": OWN,
    "your_request.check_file": OWN,
    "your_request.confirm_email": OWN,
    "your_request.end_request": OWN,
    "your_request.enter_code": OWN,
    "your_request.letter": OWN_LETTER,
    "your_request.look_up": OWN,
    "your_request.page": OWN,
    "your_request.remove_file": OWN,
    "your_request.send_email_code": OWN,
    "your_request.send_request_code": OWN,
    "your_request.show_it_is_you": OWN,
    "your_request.show_page": OWN,
    "your_request.upload": OWN,
    "your_request.want_less": OWN,
    "your_request.write_message": OWN,
}

JOBS = {
    "change_address": nothing("moves the way to a request, and shows nothing of it"),
    "ask_delivery": nothing("what became of an e-mail"),
    "check_storage": inside("whether files are there, and open: nothing of them is shown"),
    "checkpoint_book": nothing("the number and fingerprint of the book's head"),
    "delete_footage": DELETES,
    "delete_proofs": DELETES,
    "delete_release": DELETES,
    "look_at_file": inside("whether a sealed file opens: nothing of it is shown"),
    "look_at_the_day": COURSE,
    "mail_checkpoint": nothing("the number and fingerprint of the book's head"),
    "close_copies": DELETES,
    "open_copy": asks("a plain copy, to where nginx or a store sends it from"),
    "pack": asks("the copies, the letter, the fingerprints, the package and the link to them"),
    "preserve": COURSE,
    "print_letter": OWN_LETTER,
    "remind": COURSE,
    "remind_hold_owners": nothing("that some holds are due to be looked at, and not which"),
    "reopen": COURSE,
    "search_again": COURSE,
    "send_notice": nothing("an e-mail, of a kind that is listed below"),
    "tell_of_delay": COURSE,
    "tidy_up": DELETES,
}

COMMANDS = {
    "audit checkpoint": HOUSE,
    "audit export": inside("the book, which names recordings and what was done with them"),
    "audit verify": HOUSE,
    "clients add": HOUSE,
    "clients end": HOUSE,
    "clients list": HOUSE,
    "clock check": HOUSE,
    "clock explain": HOUSE,
    "db upgrade": HOUSE,
    "demo build": nothing("makes invented footage, and sends none"),
    "handlers add": HOUSE,
    "holds level": inside("names of recordings, to hold owners"),
    "holds lift": inside("names of recordings, to hold owners"),
    "holds list": inside("names of recordings, to hold owners"),
    "holds place": inside("names of recordings, to hold owners"),
    "holds review": inside("names of recordings, to hold owners"),
    "holidays import": HOUSE,
    "holidays list": HOUSE,
    "keys check": inside("names of sealed files that do not open, to whoever runs the portal"),
    "keys make": HOUSE,
    "keys rotate": nothing("writes headers of sealed files anew, and unseals none"),
    "keys sign": HOUSE,
    "mail returned": HOUSE,
    "matters close": HOUSE,
    "matters kinds": HOUSE,
    "matters list": HOUSE,
    "matters open": HOUSE,
    "outbox status": HOUSE,
    "recordings import": FEED,
    "recordings places": HOUSE,
    "recordings search": inside("the names of recordings that match, to whoever runs the portal"),
    "retention requests": DELETES,
    "retention run": inside("the list of what would be deleted, to whoever runs the portal"),
    "storage check": inside("names of files that are missing, to whoever runs the portal"),
    "worker": nothing("pays the jobs above"),
}

NOTICES = {
    "acknowledgement": NEWS,
    "address_agreed": NEWS,
    "address_asked": NEWS,
    "address_changed": NEWS,
    "answer_ready": nothing("where the answer is; the gate is asked again at every file there"),
    "code": NEWS,
    "draft_code": NEWS,
    "holds_to_review": NEWS,
    "identity_asked": NEWS,
    "letter": NEWS,
    "link_revoked": NEWS,
    "message": NEWS,
    "passphrase_agreed": NEWS,
    "passphrase_asked": NEWS,
    "reminder": NEWS,
    "reopened": NEWS,
    "withdrawn": NEWS,
}

LETTERS = {
    "ack": COURSE_LETTER,
    "clarification": COURSE_LETTER,
    "closing": COURSE_LETTER,
    "complaint_ack": COURSE_LETTER,
    "complaint_outcome": COURSE_LETTER,
    "delay": COURSE_LETTER,
    "disclosure": WITH_COPIES,
    "disclosure_foi": WITH_COPIES,
    "extension": COURSE_LETTER,
    "fees_notice": COURSE_LETTER,
    "foi_refusal": COURSE_LETTER,
    "id_request": COURSE_LETTER,
    "lpp": WITH_COPIES,
    "ncnd": COURSE_LETTER,
    "not_held": COURSE_LETTER,
    "pit_extension": COURSE_LETTER,
    "refusal_gdpr": WITH_COPIES,
    "reopened": COURSE_LETTER,
    "restriction": WITH_COPIES,
    "restriction_review": COURSE_LETTER,
    "review_outcome": COURSE_LETTER,
    "unfounded": COURSE_LETTER,
}

# Who opens what is stored, and is handed storage whole. Each of these functions is on a way above;
# one that opens footage or a release must be on no way that is said to emit nothing.
OPENS_FOOTAGE = {
    ("portal/disclosure/offloading.py", "_write"): "a file of a release, to copy it in plain",
    ("portal/disclosure/packing.py", "_entry"): "what goes into a package",
    ("portal/disclosure/staff_views/handing_over.py", "take"): "a copy, for a handler to hand over",
    ("portal/disclosure/staff_views/letters.py", "letter"): "a release's letter, for handlers",
    ("portal/disclosure/views/files.py", "_begun"): "a file of a release, for its applicant",
    ("portal/disclosure/views/files.py", "letter"): "a release's letter, for its applicant",
    ("portal/disclosure/views/offloading.py", "_answer"): "a file, for another server to send",
    ("portal/expiry/opening.py", "wrong_with"): "what is sealed, to see that it opens",
    ("portal/recordings/staff_views.py", "_sent"): "a master, for a handler who watches it",
    ("portal/redaction/copies.py", "make_copy"): "a master, to copy it",
}
OPENS_OTHERS = {
    ("portal/cli/demo.py", "_take_in_city"): "where invented footage is to lie",
    ("portal/cli/keys.py", "rotate"): "headers of sealed files, to seal them anew",
    ("portal/disclosure/offloading.py", "_delete"): "plain copies, to delete them",
    ("portal/disclosure/offloading.py", "_tidy"): "which plain copies are there, to delete some",
    ("portal/disclosure/offloading.py", "loose_copies"): "names and ages of plain copies",
    ("portal/disclosure/offloading.py", "open_copy"): "where a plain copy is to lie",
    ("portal/disclosure/packing.py", "_finish"): "whether there is a place for plain copies",
    ("portal/expiry/commands/reconciling.py", "_forget"): "files that no row names, to delete them",
    ("portal/expiry/commands/reconciling.py", "_is_there"): "whether a file is there",
    ("portal/expiry/commands/reconciling.py", "_loose"): "names and ages of files",
    ("portal/house.py", "offload_of"): "makes the storage of plain copies",
    ("portal/house.py", "open_house"): "makes the storages",
    ("portal/house.py", "storage_of"): "makes a storage",
    ("portal/house.py", "sweep_orphans"): "names and ages of files, to delete some",
    ("portal/identity/viewing.py", "picture_of"): "what shows who somebody is",
    ("portal/letters/opening.py", "open_letter"): "a letter about a request's course",
    ("portal/worker.py", "tidy_up"): "unfinished files, to delete them",
}
