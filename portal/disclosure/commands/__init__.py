"""The verbs of disclosure, one file for each step of the way."""

from portal.disclosure.commands.addresses import (
    agree_address,
    change_address,
    propose_address,
    stop_address,
)
from portal.disclosure.commands.collecting import (
    ask_for_code,
    let_in,
    type_code,
    type_passphrase,
)
from portal.disclosure.commands.deciding import decide
from portal.disclosure.commands.linking import renew, revoke
from portal.disclosure.commands.passphrases import (
    accept_passphrase,
    ask_for_new_passphrase,
    second_passphrase,
    stop_passphrase,
)
from portal.disclosure.commands.publishing import Published, publish
from portal.disclosure.commands.refusing import answer_whole
from portal.disclosure.commands.restricting import review_restriction
from portal.disclosure.commands.seconding import second, send_back

__all__ = [
    "Published",
    "accept_passphrase",
    "agree_address",
    "answer_whole",
    "ask_for_code",
    "ask_for_new_passphrase",
    "change_address",
    "decide",
    "let_in",
    "propose_address",
    "publish",
    "renew",
    "review_restriction",
    "revoke",
    "second",
    "second_passphrase",
    "send_back",
    "stop_address",
    "stop_passphrase",
    "type_code",
    "type_passphrase",
]
