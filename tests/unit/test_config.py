"""Settings: nothing is guessed, every fault is named at once, and no secret is repeated."""

from pathlib import Path

import pytest

from portal.config import BadSettings, Settings, read_settings, settings_page
from portal.house import offload_of
from portal.storage import FolderStorage

GOOD = {
    "PORTAL_DATABASE_URL": "postgresql://portal@db.example.org/portal",
    "PORTAL_BASE_URL": "https://video.example.org",
    "PORTAL_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "PORTAL_DATA_FOLDER": "/srv/portal/sealed",
    "PORTAL_FOOTAGE_FOLDER": "/srv/footage",
    "PORTAL_KEYS_FILE": "/etc/portal/keys.txt",
}


def faults(**given: str | None) -> list[str]:
    """What is said against the good settings with these changes (None takes one away)."""
    changed = {**GOOD, **{f"PORTAL_{name.upper()}": value for name, value in given.items()}}
    with pytest.raises(BadSettings) as said:
        read_settings({name: value for name, value in changed.items() if value is not None})
    return str(said.value).split("\n")


def test_the_required_settings_are_enough() -> None:
    settings = read_settings({**GOOD, "HOME": "/root", "PATH": "/bin"})
    assert settings.data_folder == Path("/srv/portal/sealed")
    assert settings.is_https
    assert (settings.retention_days, settings.link_days, settings.mail_starttls) == (31, 28, False)


def test_every_required_setting_is_named_when_nothing_is_set() -> None:
    with pytest.raises(BadSettings) as said:
        read_settings({})
    lines = str(said.value).split("\n")
    assert [line.split(" is missing: ")[0] for line in lines] == sorted(GOOD)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "mysql://db"])
def test_a_database_that_nobody_else_could_open_is_none(url: str) -> None:
    assert [line.split()[0] for line in faults(database_url=url)] == ["PORTAL_DATABASE_URL"]


def test_every_fault_is_named_at_once_of_whatever_kind() -> None:
    said = faults(
        keys_file=None,
        base_url="http://video.example.org",
        secret_key="too short",
        mail_port="smtp",
        mail_starttls="true",
        retention_days="0",
        mail_user="portal",
        databaseurl="sqlite://",
    )
    assert said == sorted(said)
    assert [line.split()[0] for line in said] == [
        "PORTAL_BASE_URL",
        "PORTAL_DATABASEURL",
        "PORTAL_KEYS_FILE",
        "PORTAL_MAIL_PORT",
        "PORTAL_MAIL_STARTTLS",
        "PORTAL_MAIL_STARTTLS",
        "PORTAL_MAIL_USER",
        "PORTAL_RETENTION_DAYS",
        "PORTAL_SECRET_KEY",
    ]


@pytest.mark.parametrize("name", ["retention_day", "RETENTION_DAYS ", "debug", ""])
def test_a_name_we_do_not_know_stops_the_start(name: str) -> None:
    with pytest.raises(BadSettings, match="is not a setting of the portal"):
        read_settings({**GOOD, f"PORTAL_{name}": "1"})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "video.example.org",
        "ftp://video.example.org",
        "https://",
        "https:///path",
        "https://[half",
        "javascript:alert(1)",
    ],
)
def test_the_public_address_must_be_whole(url: str) -> None:
    (said,) = faults(base_url=url)
    assert "must be a full address" in said


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_plain_http_is_for_this_machine_alone(host: str) -> None:
    assert not read_settings({**GOOD, "PORTAL_BASE_URL": f"http://{host}"}).is_https
    for other in ("video.example.org", "localhost.example.org", "127.0.0.1.example.org"):
        assert "must be https" in faults(base_url=f"http://{other}")[0]


@pytest.mark.parametrize("text", ["", "-1", "1.5", "ten", " 1", "１", "1e3"])
def test_a_number_is_digits_and_nothing_else(text: str) -> None:
    assert faults(link_days=text) == ["PORTAL_LINK_DAYS must be a whole number"]


@pytest.mark.parametrize(
    "name",
    [
        "retention_days",
        "link_days",
        "draft_days",
        "request_days",
        "upload_megabytes",
        "mail_port",
        "mail_seconds",
    ],
)
def test_nothing_is_kept_for_no_days(name: str) -> None:
    assert faults(**{name: "0"}) == [f"PORTAL_{name.upper()} must be at least 1"]


def test_a_port_has_an_end() -> None:
    assert faults(mail_port="65536") == ["PORTAL_MAIL_PORT must be at most 65535"]


def test_yes_is_yes_and_no_is_no() -> None:
    assert read_settings({**GOOD, "PORTAL_MAIL_STARTTLS": "yes"}).mail_starttls
    assert not read_settings({**GOOD, "PORTAL_MAIL_STARTTLS": "no"}).mail_starttls
    assert faults(mail_starttls="on") == ["PORTAL_MAIL_STARTTLS must be yes or no"]


def test_a_mail_password_travels_encrypted_or_not_at_all() -> None:
    assert faults(mail_user="a", mail_password="b") == [
        "PORTAL_MAIL_STARTTLS must be yes when a mail password is used"
    ]
    assert faults(mail_password="b") == ["PORTAL_MAIL_USER and PORTAL_MAIL_PASSWORD go together"]


def test_a_fault_never_repeats_a_secret() -> None:
    said = faults(
        secret_key="canary-key",
        database_url="mysql://portal:canary-password@db/portal",
        mail_password="canary-mail",
    )
    assert len(said) == 3
    assert "canary" not in "\n".join(said)


def test_the_page_names_every_setting_and_its_default() -> None:
    page = settings_page()
    for name in Settings.__dataclass_fields__:
        assert f"| `PORTAL_{name.upper()}` |" in page
    assert page.count("**required**") == len(GOOD)
    assert "| `31` |" in page and "| `no` |" in page and "| none |" in page


NOTIFY_ID = "f33517ff-2a88-4f6e-b855-c550268ce08a"
NOTIFY = {
    "notify_api_key": f"portal-{NOTIFY_ID}-740e5834-3a29-46b4-9a6f-16142fde533a",
    "notify_template_id": NOTIFY_ID,
}


def settings_with(**given: str) -> Settings:
    """The good settings with these more."""
    return read_settings(GOOD | {f"PORTAL_{name.upper()}": text for name, text in given.items()})


def test_govuk_notify_needs_its_key_and_its_template() -> None:
    assert settings_with(**NOTIFY).notify_template_id == NOTIFY_ID
    together = "PORTAL_NOTIFY_API_KEY and PORTAL_NOTIFY_TEMPLATE_ID go together"
    for name in NOTIFY:
        assert faults(**{**NOTIFY, name: ""}) == [together]
    assert faults(notify_reply_to_id=NOTIFY_ID) == [
        "PORTAL_NOTIFY_REPLY_TO_ID needs PORTAL_NOTIFY_API_KEY"
    ]


@pytest.mark.parametrize("part", ["", "portal", f"portal-{NOTIFY_ID}", f"-{NOTIFY_ID}-canary"])
def test_half_a_notify_key_is_no_key_and_is_not_repeated(part: str) -> None:
    said = faults(**{**NOTIFY, "notify_api_key": part or "canary"})
    assert said == ["PORTAL_NOTIFY_API_KEY must be a whole key: its name and two ids"]


def test_notify_is_spoken_to_in_secret() -> None:
    near = "http://127.0.0.1:9000"
    assert settings_with(**NOTIFY, notify_url=near).notify_url == near
    assert faults(**NOTIFY, notify_url="http://notify.example.org") == [
        "PORTAL_NOTIFY_URL must be https, except on the loopback address"
    ]
    assert faults(**{**NOTIFY, "notify_template_id": "one"}) == [
        "PORTAL_NOTIFY_TEMPLATE_ID must be an id, as Notify shows it"
    ]


BUCKET = {
    "bucket": "sealed",
    "bucket_endpoint": "https://store.example.org",
    "bucket_access_key": "portal",
    "bucket_secret_key": "the-canary",
}


def test_a_bucket_needs_no_more_than_its_name() -> None:
    assert settings_with(bucket="sealed").bucket_region == "eu-west-2"
    assert settings_with(**BUCKET).bucket_endpoint == "https://store.example.org"


def test_half_of_what_a_bucket_needs_is_named() -> None:
    together = "PORTAL_BUCKET_ACCESS_KEY and PORTAL_BUCKET_SECRET_KEY go together"
    assert faults(**{**BUCKET, "bucket_secret_key": ""}) == [together]
    assert faults(bucket_secret_key="the-canary") == [together]
    assert faults(**{**BUCKET, "bucket": ""}) == [
        "PORTAL_BUCKET_ACCESS_KEY needs PORTAL_BUCKET",
        "PORTAL_BUCKET_ENDPOINT needs PORTAL_BUCKET",
    ]


def test_a_bucket_is_spoken_to_in_secret() -> None:
    assert faults(**{**BUCKET, "bucket_endpoint": "http://store.example.org"}) == [
        "PORTAL_BUCKET_ENDPOINT must be https, except on the loopback address"
    ]
    near = "http://127.0.0.1:9000"
    assert settings_with(**{**BUCKET, "bucket_endpoint": near}).bucket_endpoint == near


FOLDER = {"offload_folder": "/srv/portal-opened", "proxies": "1"}


def test_every_file_is_sent_by_the_portal_unless_it_is_said_otherwise() -> None:
    plain = settings_with()
    assert (plain.offload_folder, plain.offload_bucket) == ("", "")
    assert offload_of(plain) is None


def test_a_folder_for_nginx_needs_nginx_in_front() -> None:
    place = offload_of(settings_with(**FOLDER))
    assert isinstance(place, FolderStorage)
    assert place.root == Path("/srv/portal-opened")
    assert faults(offload_folder="/srv/portal-opened") == [
        "PORTAL_OFFLOAD_FOLDER needs nginx in front, and PORTAL_PROXIES to be at least 1"
    ]


@pytest.mark.parametrize("folder", ["opened", "./opened", "/", "/srv/../srv/portal/sealed"])
def test_a_folder_for_nginx_is_said_in_full(folder: str) -> None:
    said = faults(**{**FOLDER, "offload_folder": folder})
    assert "PORTAL_OFFLOAD_FOLDER must be a whole path, like /srv/portal-opened" in said


@pytest.mark.parametrize(
    "folder", ["/srv/portal/sealed", "/srv/portal/sealed/opened", "/srv/portal", "/srv/footage/a"]
)
def test_what_nginx_reads_lies_apart_from_everything_else(folder: str) -> None:
    assert faults(**{**FOLDER, "offload_folder": folder}) == [
        "PORTAL_OFFLOAD_FOLDER must lie apart from PORTAL_DATA_FOLDER and PORTAL_FOOTAGE_FOLDER"
    ]


def test_one_place_for_plain_copies_is_enough() -> None:
    assert faults(**FOLDER, offload_bucket="opened") == [
        "PORTAL_OFFLOAD_FOLDER and PORTAL_OFFLOAD_BUCKET do not go together: choose one"
    ]


def test_plain_copies_have_a_bucket_of_their_own() -> None:
    given = {f"offload_{name}": text for name, text in BUCKET.items()}
    assert settings_with(**given).offload_bucket_region == "eu-west-2"
    assert faults(**given, **BUCKET) == [
        "PORTAL_OFFLOAD_BUCKET must be another bucket than PORTAL_BUCKET"
    ]
    apart = settings_with(**{**given, "offload_bucket": "opened"}, **BUCKET)
    assert (apart.bucket, apart.offload_bucket) == ("sealed", "opened")
    assert faults(**{**given, "offload_bucket": ""}) == [
        "PORTAL_OFFLOAD_BUCKET_ACCESS_KEY needs PORTAL_OFFLOAD_BUCKET",
        "PORTAL_OFFLOAD_BUCKET_ENDPOINT needs PORTAL_OFFLOAD_BUCKET",
    ]
    assert faults(**{**given, "offload_bucket_secret_key": ""}) == [
        "PORTAL_OFFLOAD_BUCKET_ACCESS_KEY and PORTAL_OFFLOAD_BUCKET_SECRET_KEY go together"
    ]
    assert faults(**{**given, "offload_bucket_endpoint": "http://store.example.org"}) == [
        "PORTAL_OFFLOAD_BUCKET_ENDPOINT must be https, except on the loopback address"
    ]
