"""Settings, from the environment only. All faults are reported at once, and nothing is guessed:
an unknown `PORTAL_…` name stops the start, because a misspelt setting is a setting not made."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "PORTAL_"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_AT_LEAST_ONE = (
    *("retention_days", "link_days", "draft_days", "request_days", "upload_megabytes", "mail_port"),
    *("mail_seconds", "downloads_at_once", "slowest_download", "appeal_days"),
    *("victims_review_days", "conduct_review_days"),
)
_NOTIFY_KEY = re.compile(rf".+-{_ID}-{_ID}")


class BadSettings(Exception):
    """The environment does not describe a portal that may start; says everything that is wrong."""


def _setting(help_text: str, default: Any = MISSING) -> Any:
    return field(
        metadata={"help": help_text}, **({} if default is MISSING else {"default": default})
    )


@dataclass(frozen=True)
class Settings:
    """What a force decides about its portal. Defaults are safe and fit to publish."""

    database_url: str = _setting("Where the database is: `sqlite:///path` or `postgresql://…`.")
    base_url: str = _setting("The public address; mailed links are built from it and nothing else.")
    secret_key: str = _setting("At least 32 characters of randomness; signs cookies and tokens.")
    data_folder: Path = _setting(
        "The folder for sealed files: proofs, letters and releases, unless a bucket is set."
    )
    footage_folder: Path = _setting("The folder (mounted read-only if you can) of master footage.")
    keys_file: Path = _setting("The file of age identities, newest last, readable by us alone.")
    recovery_recipient: str = _setting("An age recipient whose identity is kept offline.", "")
    bucket: str = _setting(
        "The bucket of an S3-compatible store for sealed files, instead of the folder.", ""
    )
    bucket_region: str = _setting("Its region.", "eu-west-2")
    bucket_endpoint: str = _setting("The store's address; without one it is Amazon's own.", "")
    bucket_access_key: str = _setting(
        "The access key for it; without one, the machine's own role is used.", ""
    )
    bucket_secret_key: str = _setting("The secret that belongs to the access key.", "")
    offload_folder: str = _setting(
        "A folder from which our own nginx sends video and packages, instead of the portal. A "
        "plain copy of each lies there while a link leads to it; a download that has begun is not "
        "cut when a hold is placed, and what of it arrived is not known. Read "
        "[what is given up](running.md#letting-another-server-send) first.",
        "",
    )
    offload_bucket: str = _setting(
        "The same in a bucket of its own, from which browsers fetch for 60 seconds: by an address "
        "that works for anybody who has it.",
        "",
    )
    offload_bucket_region: str = _setting("Its region.", "eu-west-2")
    offload_bucket_endpoint: str = _setting(
        "The store's address, as browsers reach it; without one it is Amazon's own.", ""
    )
    offload_bucket_access_key: str = _setting(
        "The access key for it; without one, the machine's own role is used.", ""
    )
    offload_bucket_secret_key: str = _setting("The secret that belongs to the access key.", "")
    checkpoint_folder: str = _setting(
        "A folder on another machine, where each quarter of an hour a signed checkpoint of the "
        "book is added.",
        "",
    )
    checkpoint_mail_to: str = _setting(
        "An e-mail address outside, to which one is sent each day.", ""
    )
    checkpoint_key_file: str = _setting(
        "The file of the key that signs them (`portal keys sign`), readable by us alone.", ""
    )
    mail_host: str = _setting("The SMTP server that takes our e-mail.", "127.0.0.1")
    mail_port: int = _setting("Its port.", 25)
    mail_user: str = _setting("Its user name, if it wants one.", "")
    mail_password: str = _setting("Its password, if it wants one.", "")
    mail_starttls: bool = _setting("Whether to insist on STARTTLS (`yes` or `no`).", False)
    mail_lookup_url: str = _setting(
        "Where to ask whether a message was already taken, before sending it again. "
        "The SHA-256 of the Message-ID is added at the end.",
        "",
    )
    hold_owners_email: str = _setting(
        "The address of those who own evidence holds: once a week, while holds are due to be "
        "looked at again, it gets an e-mail that says so.",
        "",
    )
    mail_bounces_to: str = _setting(
        "The address to which mail servers send back what they could not deliver; without it, the "
        "address our e-mail comes from.",
        "",
    )
    mail_seconds: int = _setting(
        "For how many seconds to wait for an answer when e-mail is handed over.", 20
    )
    notify_api_key: str = _setting(
        "An API key of GOV.UK Notify: e-mail then leaves through it, and not by SMTP.", ""
    )
    notify_template_id: str = _setting(
        "The id of its one e-mail template: subject `((subject))`, message `((body))`.", ""
    )
    notify_reply_to_id: str = _setting("The id of its reply-to address, if not the first.", "")
    notify_url: str = _setting("Where its API is.", "https://api.notifications.service.gov.uk")
    mail_from: str = _setting("The address our e-mail comes from.", "video-requests@localhost")
    force_name: str = _setting("The police force, as it signs letters.", "The police")
    service_name: str = _setting("The name of the service.", "Ask for police video")
    contact_phone: str = _setting("The telephone number for other ways to ask.", "101")
    contact_email: str = _setting("The e-mail address for questions.", "video-requests@localhost")
    contact_address: str = _setting("The postal address.", "Video Requests, Police Headquarters")
    dpo_contact: str = _setting(
        "How to reach the data protection officer.", "Data Protection Officer, Police Headquarters"
    )
    regulator_name: str = _setting("The regulator.", "Information Commissioner’s Office")
    regulator_address: str = _setting(
        "How to reach the regulator.",
        "Wycliffe House, Water Lane, Wilmslow, Cheshire SK9 5AF. Telephone 0303 123 1113.",
    )
    safety_url: str = _setting(
        "Where the “leave this page” button goes.", "https://www.bbc.co.uk/weather"
    )
    retention_days: int = _setting("Days after which non-evidential footage is deleted.", 31)
    link_days: int = _setting("Days for which a release can be collected.", 28)
    draft_days: int = _setting("Days for which an unsent request is kept.", 14)
    request_days: int = _setting(
        "Days for which a request that has ended is kept, with its messages, letters and searches.",
        730,
    )
    victims_review_days: int = _setting(
        "Days in which a victim may have a decision not to charge reviewed: told to whoever ends "
        "the holds of an investigation.",
        92,
    )
    appeal_days: int = _setting(
        "Days in which a conviction or sentence may be appealed: the same, of a prosecution.", 28
    )
    conduct_review_days: int = _setting(
        "Working days in which a conduct outcome may be appealed or reviewed: the same.", 10
    )
    downloads_at_once: int = _setting(
        "How many downloads a process of the web server serves at once; what is left of its "
        "threads stays free for pages.",
        4,
    )
    slowest_download: int = _setting(
        "The fewest bytes a second at which a download goes on; a slower one is cut, and can be "
        "gone on with.",
        8192,
    )
    proxies: int = _setting("How many proxies of our own stand in front of the web server.", 0)
    upload_megabytes: int = _setting("The largest file somebody may send us.", 20)

    @property
    def is_https(self) -> bool:
        """Whether the public address is https; cookies are then Secure and `__Host-`."""
        return self.base_url.startswith("https://")


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in the environment.

    Raises BadSettings naming every missing, unknown and unusable one.
    """
    known = {f"{PREFIX}{entry.name.upper()}": entry for entry in fields(Settings)}
    given = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    faults = [f"{name} is not a setting of the portal" for name in given if name not in known]
    values: dict[str, Any] = {}
    for name, entry in known.items():
        if name in given:
            _read(name, entry, given[name], values, faults)
        elif entry.default is MISSING:
            faults.append(f"{name} is missing: {entry.metadata['help']}")
    faults += _unsafe(values)
    if faults:
        raise BadSettings("\n".join(sorted(faults)))
    return Settings(**values)


def _read(
    name: str, entry: Field[Any], text: str, values: dict[str, Any], faults: list[str]
) -> None:
    try:
        values[entry.name] = _PARSERS[entry.type](text)
    except ValueError as wrong:
        faults.append(f"{name} {wrong}")


def _yes_or_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError("must be yes or no")
    return text == "yes"


def _whole_number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError("must be a whole number")
    return int(text)


_PARSERS: Mapping[Any, Any] = {str: str, int: _whole_number, bool: _yes_or_no, Path: Path}


def _unsafe(values: Mapping[str, Any]) -> list[str]:
    """What is wrong with the settings that could be read; the others have their fault already."""
    found = {entry.name: values.get(entry.name, entry.default) for entry in fields(Settings)}
    return [
        *_unsafe_base_url(found["base_url"]),
        *_unusable_database(found["database_url"]),
        *_bad_secret(found["secret_key"]),
        *_bad_numbers(found),
        *_bad_mail(found),
        *_bad_bucket(found, "bucket"),
        *_bad_bucket(found, "offload_bucket"),
        *_unsafe_offload(found),
        *_bad_notify(found),
        *_unsigned_checkpoints(found),
    ]


def _unsafe_base_url(base_url: Any) -> list[str]:
    return [] if base_url is MISSING else _unsafe_address("PORTAL_BASE_URL", base_url)


def _unsafe_address(name: str, text: str) -> list[str]:
    unread = [f"{name} must be a full address, like https://video.example.org"]
    try:
        address = urlsplit(text)
        hostname = address.hostname
    except ValueError:
        return unread
    if address.scheme not in ("http", "https") or not hostname:
        return unread
    if address.scheme == "http" and hostname not in _LOOPBACK:
        return [f"{name} must be https, except on the loopback address"]
    return []


def _unusable_database(url: Any) -> list[str]:
    if url is MISSING or url.startswith("postgresql://"):
        return []
    # A database in memory is gone with the process, and its worker never sees it.
    if url.removeprefix("sqlite:///") not in (url, "", ":memory:"):
        return []
    # The address is not repeated: it can hold a password.
    return ["PORTAL_DATABASE_URL must be sqlite:/// and a path, or begin with postgresql://"]


def _bad_secret(secret_key: Any) -> list[str]:
    if secret_key is MISSING or len(secret_key) >= 32:
        return []
    return ["PORTAL_SECRET_KEY must be at least 32 characters of randomness"]


def _bad_numbers(found: Mapping[str, Any]) -> list[str]:
    # No days of keeping would delete everything at once, and no days of a link make none.
    faults = [
        f"{PREFIX}{name.upper()} must be at least 1" for name in _AT_LEAST_ONE if found[name] < 1
    ]
    if found["mail_port"] > 65_535:
        faults.append("PORTAL_MAIL_PORT must be at most 65535")
    return faults


def _bad_mail(found: Mapping[str, Any]) -> list[str]:
    faults = []
    if bool(found["mail_user"]) != bool(found["mail_password"]):
        faults.append("PORTAL_MAIL_USER and PORTAL_MAIL_PASSWORD go together")
    if found["mail_user"] and not found["mail_starttls"]:
        faults.append("PORTAL_MAIL_STARTTLS must be yes when a mail password is used")
    return faults


def _bad_notify(found: Mapping[str, Any]) -> list[str]:
    faults = []
    if bool(found["notify_api_key"]) != bool(found["notify_template_id"]):
        faults.append("PORTAL_NOTIFY_API_KEY and PORTAL_NOTIFY_TEMPLATE_ID go together")
    # The key is not repeated: it is a secret.
    if found["notify_api_key"] and not _NOTIFY_KEY.fullmatch(found["notify_api_key"]):
        faults.append("PORTAL_NOTIFY_API_KEY must be a whole key: its name and two ids")
    faults += [
        f"{PREFIX}{name.upper()} must be an id, as Notify shows it"
        for name in ("notify_template_id", "notify_reply_to_id")
        if found[name] and not re.fullmatch(_ID, found[name])
    ]
    if found["notify_reply_to_id"] and not found["notify_api_key"]:
        faults.append("PORTAL_NOTIFY_REPLY_TO_ID needs PORTAL_NOTIFY_API_KEY")
    return faults + _unsafe_address("PORTAL_NOTIFY_URL", found["notify_url"])


def _bad_bucket(found: Mapping[str, Any], which: str) -> list[str]:
    name = f"{PREFIX}{which.upper()}"
    faults = [
        f"{name}_{part.upper()} needs {name}"
        for part in ("endpoint", "access_key")
        if found[f"{which}_{part}"] and not found[which]
    ]
    if bool(found[f"{which}_access_key"]) != bool(found[f"{which}_secret_key"]):
        faults.append(f"{name}_ACCESS_KEY and {name}_SECRET_KEY go together")
    if found[f"{which}_endpoint"]:
        faults += _unsafe_address(f"{name}_ENDPOINT", found[f"{which}_endpoint"])
    return faults


def _unsafe_offload(found: Mapping[str, Any]) -> list[str]:
    """What is wrong with where plain copies lie: only ever one place, apart from all others."""
    faults = []
    if found["offload_folder"]:
        faults = [f"PORTAL_OFFLOAD_FOLDER {fault}" for fault in _unsafe_folder(found)]
    parts = ("bucket", "bucket_endpoint")
    is_same = all(found[f"offload_{part}"] == found[part] for part in parts)
    if found["offload_bucket"] and is_same:
        faults.append("PORTAL_OFFLOAD_BUCKET must be another bucket than PORTAL_BUCKET")
    return faults


def _unsafe_folder(found: Mapping[str, Any]) -> list[str]:
    faults = []
    folder = Path(found["offload_folder"])
    if not folder.is_absolute() or ".." in folder.parts or folder == Path("/"):
        faults.append("must be a whole path, like /srv/portal-opened")
    others = [found["data_folder"], found["footage_folder"]]
    if any(_overlap(folder, each) for each in others if each is not MISSING):
        faults.append("must lie apart from PORTAL_DATA_FOLDER and PORTAL_FOOTAGE_FOLDER")
    if found["offload_bucket"]:
        faults.append("and PORTAL_OFFLOAD_BUCKET do not go together: choose one")
    if found["proxies"] < 1:
        # Without nginx, what is meant for it alone would reach the browser, and no file would.
        faults.append("needs nginx in front, and PORTAL_PROXIES to be at least 1")
    return faults


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def _unsigned_checkpoints(found: Mapping[str, Any]) -> list[str]:
    return [
        f"{PREFIX}{name.upper()} needs PORTAL_CHECKPOINT_KEY_FILE"
        for name in ("checkpoint_folder", "checkpoint_mail_to")
        if found[name] and not found["checkpoint_key_file"]
    ]


def settings_page() -> str:
    """`docs/settings.md`, drawn from the dataclass; a test holds the file to it."""
    rows = [
        f"| `{PREFIX}{entry.name.upper()}` | {entry.metadata['help']} | {_default(entry)} |"
        for entry in fields(Settings)
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            "All settings are environment variables. The portal does not start with an unknown "
            "or unsafe one, and names every fault at once.",
            "",
            "| Name | What it is | Default |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _default(entry: Field[Any]) -> str:
    if entry.default is MISSING:
        return "**required**"
    if isinstance(entry.default, bool):
        return "`yes`" if entry.default else "`no`"
    return f"`{entry.default}`" if entry.default != "" else "none"
