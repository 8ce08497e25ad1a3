"""Copy what browsers need of others into this repository, compiled, so that nobody needs Node.

    python scripts/vendor_frontend.py [--registry ADDRESS]

What is fetched, and the SHA-512 each archive must have, stands in `frontend.lock.json`; the
address of the npm registry stands nowhere here. It is taken from `--registry`, from
`NPM_CONFIG_REGISTRY`, or from `npm config get registry`, in that order.

The design systems' stylesheets are changed on the way in, because this is not a gov.uk service:
the licensed typeface and the Royal Arms are taken out, our own font stack goes in, and pictures
are found beside the stylesheet. The map's loses its pictures, which we draw ourselves. Each
changed file says so in its first line.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
LOCK = HERE / "frontend.lock.json"
FONTS = '"Helvetica Neue",Helvetica,Arial,sans-serif'


class Files:
    """The files inside one npm archive, by path below `package/`."""

    def __init__(self, archive: bytes) -> None:
        self.contents: dict[str, bytes] = {}
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as bundle:
            for member in bundle.getmembers():
                reader = bundle.extractfile(member) if member.isfile() else None
                if reader is not None:
                    self.contents[member.name.partition("/")[2]] = reader.read()

    def matching(self, pattern: str) -> dict[str, bytes]:
        """Return the files whose whole path matches the regular expression."""
        return {path: body for path, body in self.contents.items() if re.fullmatch(pattern, path)}


def registry_address(given: str | None) -> str:
    """Return the registry to ask, without a closing slash; exit in plain words if none is set."""
    named = given or os.environ.get("NPM_CONFIG_REGISTRY")
    if not named and shutil.which("npm"):
        asked = ["npm", "config", "get", "registry"]
        named = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    if not named or not named.startswith("https://"):
        sys.exit("No npm registry is configured: set NPM_CONFIG_REGISTRY to an https address.")
    return named.rstrip("/")


def fetch(registry: str, name: str, version: str, integrity: str) -> Files:
    """Download one package and refuse it unless its SHA-512 is the one in the lock."""
    address = f"{registry}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
    with urllib.request.urlopen(address, timeout=60) as answer:
        archive: bytes = answer.read()
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if found != integrity:
        sys.exit(f"{name} {version} is not the archive in the lock: {found}")
    return Files(archive)


def our_own(css: bytes, label: str) -> bytes:
    """Return a stylesheet without the things only gov.uk may use; see the module's docstring."""
    text = css.decode("utf-8").removeprefix('@charset "UTF-8";')
    text = re.sub(r"/\*! Copyright \(c\) 2011 by Margaret Calvert.*?\*/\s*", "", text)
    text = re.sub(r"@font-face\{[^}]*GDS Transport[^}]*\}", "", text)
    text = re.sub(r"@supports \(\(-webkit-mask-pos[^{]*\{[^{}]*\{[^{}]*crest[^{}]*\}\}", "", text)
    text = re.sub(r"[^{}]*\{[^{}]*govuk-crest[^{}]*\}", "", text)
    text = text.replace("GDS Transport,arial,sans-serif", FONTS)
    text = text.replace("url(/assets/images/", "url(images/")
    text = re.sub(r"/\*# sourceMappingURL=.*?\*/\s*$", "", text)
    left = [word for word in ("GDS Transport", "crest.svg", "/assets/") if word in text]
    if left:
        sys.exit(f"{label} still holds {left}: the pattern in our_own() needs another look.")
    return f'@charset "UTF-8";\n/* {label}, changed: own fonts, no crest. */\n{text}\n'.encode()


def without_pictures(css: bytes, label: str) -> bytes:
    """Return a stylesheet that points to no file: what it draws with pictures we do not use."""
    pictures = r"[ \t]*(?:background-image|behavior):\s*url\([^)]*\);[ \t]*\n"
    text = re.sub(pictures, "", css.decode("utf-8").replace("\r\n", "\n"))
    if "url(" in text:
        sys.exit(f"{label} still points to files: the pattern needs another look.")
    return f'@charset "UTF-8";\n/* {label}, changed: no pictures. */\n{text}'.encode()


def our_script(script: bytes) -> bytes:
    """Return a script without the pointer to a source map we do not serve."""
    return re.sub(rb"//# sourceMappingURL=\S*\s*$", b"\n", script)


def write(path: Path, body: bytes) -> None:
    """Write a file, making its folder; print where, so that the run is its own record."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    print(f"{len(body):>9,}  {path.relative_to(ROOT)}")


def fixtures(files: Files) -> bytes:
    """Return the design system's own examples and their HTML as one reproducible gzip."""
    examples: dict[str, list[dict[str, Any]]] = {}
    for path, body in sorted(files.matching(r"dist/govuk/components/[^/]+/fixtures\.json").items()):
        found = json.loads(body)["fixtures"]
        kept = [{k: each[k] for k in ("name", "options", "html")} for each in found]
        examples[path.split("/")[3]] = kept
    plain = json.dumps(examples, separators=(",", ":"), sort_keys=True).encode()
    return gzip.compress(plain, mtime=0)


def place(name: str, entry: dict[str, Any], files: Files) -> None:
    """Put one package's files where the portal or its tests read them."""
    label = f"{name} {entry['version']}"
    for source, target in entry["files"].items():
        for path, body in files.matching(source).items():
            destination = ROOT / target
            if target.endswith("/"):
                destination = destination / Path(path).name
            if path.endswith(".css"):
                body = (our_own if "licence" in entry else without_pictures)(body, label)
            elif path.endswith(".js") and target.startswith("portal/"):
                body = our_script(body)
            write(destination, body)
    if "licence" in entry:
        text = "\n".join([label, "", entry["copyright"], "", *entry["licence"], ""])
        write(ROOT / entry["licence_file"], text.encode())
    if "fixtures" in entry:
        write(ROOT / entry["fixtures"], fixtures(files))


def main() -> None:
    """Fetch every package in the lock and place its files."""
    parser = argparse.ArgumentParser(description="Vendor the design systems' compiled files.")
    parser.add_argument("--registry", help="address of an npm registry")
    registry = registry_address(parser.parse_args().registry)
    for name, entry in json.loads(LOCK.read_text())["packages"].items():
        place(name, entry, fetch(registry, name, entry["version"], entry["integrity"]))


if __name__ == "__main__":
    main()
