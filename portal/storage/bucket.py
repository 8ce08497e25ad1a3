"""A storage in a bucket of an S3-compatible store."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, cast

from botocore.config import Config
from botocore.session import Session

from portal.errors import NotFound, Upstream
from portal.storage.door import (
    CANNOT_STORE,
    COPY_BYTES,
    TAKEN,
    AlreadyStored,
    Missing,
    Stored,
    checked_key,
    checked_prefix,
    is_key,
)
from portal.storage.faults import in_our_words
from portal.storage.ranged import RangedFile
from portal.storage.upload import Upload

_UNFINISHED = ".unfinished/"  # no key can begin so


@dataclass(frozen=True)
class Bucket:
    """Where a bucket is and who may use it. Without an endpoint it is Amazon's own store; without
    keys the machine's own role is used."""

    name: str
    region: str
    endpoint: str = ""
    access_key: str = ""
    secret_key: str = ""


def connect(bucket: Bucket, *, tries: int = 4) -> Any:
    """A client for that store: safe to share between threads. Nothing is asked of it yet.

    What may pass (busy, cut off) is asked for so many times, with longer and longer waits.
    """
    return Session().create_client(
        "s3",
        region_name=bucket.region,
        endpoint_url=bucket.endpoint or None,
        aws_access_key_id=bucket.access_key or None,
        aws_secret_access_key=bucket.secret_key or None,
        config=Config(
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "total_max_attempts": tries},
            max_pool_connections=32,
            # Not every compatible store knows the newer checksums; the body is signed instead.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={
                "addressing_style": "path" if bucket.endpoint else "auto",
                "payload_signing_enabled": True,
            },
        ),
    )


class BucketStorage:
    """A `Storage` in a bucket. The bucket is this portal's alone and keeps no old versions.

    Two conditions are left to the store: that a new file takes no taken key, and that only what
    is still there is replaced. Some stores do not know them; there, it is looked at just before.
    """

    def __init__(self, client: Any, name: str) -> None:
        self._client, self._name = client, name

    def put(self, key: str, source: BinaryIO) -> int:
        """See `Storage.put`."""
        with self.writing(key) as target:
            shutil.copyfileobj(source, target, COPY_BYTES)
            return target.tell()

    @contextmanager
    def writing(self, key: str) -> Iterator[BinaryIO]:
        """See `Storage.writing`: parts are sent as they fill, and are no file until the end."""
        if self.exists(key):  # spares the work
            raise AlreadyStored(TAKEN)
        with self._uploading(key) as upload:
            yield cast(BinaryIO, upload)
            if self.exists(key):
                raise AlreadyStored(TAKEN)
            upload.finish({"IfNoneMatch": "*"})

    @contextmanager
    def replacing(self, key: str) -> Iterator[BinaryIO]:
        """See `Storage.replacing`: whoever is reading the old file must begin anew."""
        _, etag = self._head(key)
        with self._uploading(key) as upload:
            yield cast(BinaryIO, upload)
            if self._head(key)[1] != etag:
                raise Missing
            try:
                upload.finish({"IfMatch": etag})
            except AlreadyStored:
                raise Missing from None  # another was put there meanwhile

    @contextmanager
    def _uploading(self, key: str) -> Iterator[Upload]:
        upload = Upload(self._client, self._place(key))
        try:
            yield upload
        except BaseException:
            upload.abandon()
            raise

    def open(self, key: str) -> BinaryIO:
        """See `Storage.open`."""
        size, etag = self._head(key)
        return cast(BinaryIO, RangedFile(self._client, self._place(key), size=size, etag=etag))

    def size(self, key: str) -> int:
        """See `Storage.size`."""
        return self._head(key)[0]

    def delete(self, key: str) -> None:
        """See `Storage.delete`."""
        place = self._place(key)
        with in_our_words(CANNOT_STORE):
            self._client.delete_object(**place)

    def exists(self, key: str) -> bool:
        """See `Storage.exists`."""
        try:
            self._head(key)
        except NotFound:
            return False
        return True

    def stored(self, prefix: str = "") -> Iterator[Stored]:
        """See `Storage.stored`: a thousand at a time."""
        checked_prefix(prefix)
        for each in self._listed("list_objects_v2", "Contents", Prefix=prefix):
            if is_key(each["Key"]):
                yield Stored(each["Key"], each["Size"], each["LastModified"])

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See `Storage.keys`."""
        return (each.key for each in self.stored(prefix))

    def sweep_unfinished(self, *, before: datetime) -> int:
        """See `Storage.sweep_unfinished`: parts that were sent and never became a file."""
        swept = 0
        for each in self._listed("list_multipart_uploads", "Uploads"):
            if each["Initiated"] < before:
                with in_our_words(CANNOT_STORE):
                    self._client.abort_multipart_upload(
                        Bucket=self._name, Key=each["Key"], UploadId=each["UploadId"]
                    )
                swept += 1
        return swept

    def writable(self) -> bool:
        """See `Storage.writable`: stores one byte and takes it away again."""
        probe = {"Bucket": self._name, "Key": _UNFINISHED + secrets.token_hex(16)}
        try:
            with in_our_words(CANNOT_STORE):
                self._client.put_object(**probe, Body=b"?")
                self._client.delete_object(**probe)
        except (Upstream, NotFound):
            return False
        return True

    def address_of(self, key: str, *, seconds: int = 60, name: str, media_type: str) -> str:
        """An address from which anybody can fetch the bytes kept at `key`, as they lie there, for
        so many seconds. What was given away cannot be called back before they are over."""
        named = {
            "ResponseContentDisposition": f'attachment; filename="{name}"',
            "ResponseCacheControl": "no-store",
        }
        address = self._client.generate_presigned_url(
            "get_object",
            Params={**self._place(key), **named, "ResponseContentType": media_type},
            ExpiresIn=seconds,
        )
        return str(address)

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._name, "Key": checked_key(key)}

    def _head(self, key: str) -> tuple[int, str]:
        """Size in bytes and entity tag."""
        place = self._place(key)
        with in_our_words():
            head = self._client.head_object(**place)
        return head["ContentLength"], head["ETag"]

    def _listed(self, verb: str, part: str, **words: str) -> Iterator[dict[str, Any]]:
        pages = iter(self._client.get_paginator(verb).paginate(Bucket=self._name, **words))
        while True:
            with in_our_words():
                page = next(pages, None)
            if page is None:
                return
            yield from page.get(part, ())
