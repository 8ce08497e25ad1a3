"""The kinds of problem that only this feed has, beside the general ones (`web.problems`)."""

from portal.web.problems import Kind

NOT_STRICT_JSON = Kind("malformed-json", 400, "The body is not JSON as we read it.")
CALL_KEY_MISSING = Kind("idempotency-key-missing", 400, "The call has no Idempotency-Key.")
KEY_REUSED = Kind("idempotency-key-reused", 422, "This Idempotency-Key was used for another call.")
WRONG_SHAPE = Kind("wrong-shape", 422, "The call is not as the description says.")
UNKNOWN_RECORDINGS = Kind(
    "unknown-recordings", 422, "Some of these recordings cannot be held. Nothing was done."
)
