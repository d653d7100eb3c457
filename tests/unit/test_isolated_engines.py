"""Engines in environments of their own: the process they talk to, and XTTS and Parler-TTS on tiny checkpoints.

The latter need `make isolated`, and are skipped without it.
"""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import types
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from speech_like import speech

from likeness.core import plugins
from likeness.core.errors import EngineFailed, EngineMissing, InputError, LikenessError
from likeness.core.events import Event, drain
from likeness.core.home import Home
from likeness.core.settings import settings
from likeness.core.types import SpeakRequest
from likeness.engines.isolated import environment
from likeness.engines.isolated.process import ModelProcess

ENVIRONMENTS = Path(sys.prefix) / "isolated"
STAND_INS = Path(__file__).parent.parent / "stand_ins"
WORKER = """
import os, socket, sys
import numpy as np
BadInput = sys.modules["serve"].BadInput

class Model:
    rate = 8000
    def __init__(self, folder):
        if folder.endswith("bad"):
            raise BadInput("the weights are of another kind")
    def clone(self, request):
        return {"heard": request["sound"]}
    def speak(self, request):
        print("libraries print", request["text"])
        if request["text"] == "die":
            os._exit(3)
        if request["text"] == "fail":
            raise ValueError(request["text"] + " secret words")
        if request["text"] == "call home":
            socket.create_connection(("127.0.0.1", 9))
        for number in range(request["pieces"]):
            yield np.full(100, number / 10)

def open_model(folder):
    return Model(folder)
"""


@pytest.fixture
def worker(tmp_path: Path) -> str:
    path = tmp_path / "worker.py"
    path.write_text(WORKER)
    return str(path.with_suffix(""))


def _process(worker: str, model: Path) -> ModelProcess:
    return ModelProcess(Path(sys.executable), worker, model)


def test_it_answers_and_speaks_in_pieces(worker: str, tmp_path: Path) -> None:
    with _process(worker, tmp_path) as process:
        assert process.opened["rate"] == 8000
        assert process.ask("clone", {"sound": "a"})["heard"] == "a"
        for _ in range(2):
            pieces = list(process.sounds({"text": "hello", "pieces": 3}))
            assert [len(piece) for piece in pieces] == [100, 100, 100]
            np.testing.assert_allclose([piece[0] for piece in pieces], [0, 0.1, 0.2], atol=1e-6)


def test_what_fails_inside_is_told_without_the_text(worker: str, tmp_path: Path) -> None:
    with _process(worker, tmp_path) as process:
        with pytest.raises(EngineFailed, match="ValueError") as told:
            list(process.sounds({"text": "fail", "pieces": 1}))
        assert "secret" not in str(told.value) + told.value.hint
        with pytest.raises(EngineFailed, match="OSError"):
            list(process.sounds({"text": "call home", "pieces": 1}))
        assert len(list(process.sounds({"text": "hello", "pieces": 1}))) == 1
        with pytest.raises(EngineFailed, match="exit 3"):
            list(process.sounds({"text": "die", "pieces": 1}))
        with pytest.raises(EngineFailed):
            process.ask("clone", {"sound": "a"})


def test_a_model_of_another_kind_is_refused(worker: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="another kind"):
        _process(worker, tmp_path / "bad")


def test_a_broken_environment_is_named(tmp_path: Path) -> None:
    (tmp_path / "lost.py").write_text("import a_library_that_is_not_there\n")
    with pytest.raises(EngineMissing, match="a_library_that_is_not_there"):
        _process(str(tmp_path / "lost"), tmp_path)


def test_breaking_off_ends_the_process(worker: str, tmp_path: Path) -> None:
    process = _process(worker, tmp_path)
    pieces = process.sounds({"text": "hello", "pieces": 5})
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert not process.alive


def test_an_environment_is_made_of_packages(tmp_path: Path) -> None:
    wheel = tmp_path / "small_thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("small_thing.py", "value = 42\n")
        archive.writestr(
            "small_thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: small-thing\nVersion: 1.0\n"
        )
        archive.writestr("small_thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nTag: py3-none-any\n")
        archive.writestr("small_thing-1.0.dist-info/RECORD", "")
    model = tmp_path / ".Model.getting"
    model.mkdir()
    with pytest.raises(EngineMissing, match="no environment"):
        environment.python_of(model)
    drain(environment.make(model, [str(wheel)]))
    moved = model.rename(tmp_path / "Model")
    told = subprocess.run(
        [str(environment.python_of(moved)), "-I", "-c", "import small_thing; print(small_thing.value)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == "42"
    with pytest.raises(LikenessError, match="could not be made"):
        drain(environment.make(moved, [str(tmp_path / "absent.whl")]))


def test_without_the_model_they_say_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIKENESS_MODELS", str(tmp_path))
    settings.cache_clear()
    for name in ("xtts", "parler"):
        with pytest.raises(EngineMissing) as told:
            plugins.engine(name).open()
        assert "likeness models get" in told.value.hint
    settings.cache_clear()


def _tiny(name: str, folder: Path, *options: str) -> Path:
    """A tiny checkpoint made in the environment ``name``, with that environment in it."""
    if not (ENVIRONMENTS / name).is_dir():
        pytest.skip("`make isolated` makes the environment that this needs")
    model = folder / plugins.engine(name).info.models[0]
    model.mkdir(parents=True)
    python = ENVIRONMENTS / name / "bin" / "python"
    maker = STAND_INS / f"tiny_{name}.py"
    subprocess.run(
        [str(python), str(maker), str(model), *options],
        check=True, capture_output=True, env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    (model / environment.FOLDER).symlink_to(ENVIRONMENTS / name)
    return model


def test_published_weights_are_read_past_the_objects_beside_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from likeness.engines.checkpoint import pickles

    module = types.ModuleType("TTS.tts.configs.made_up")

    class Configuration:
        def __init__(self) -> None:
            self.value = {"text": "x"}

        def __setstate__(self, state: dict[str, object]) -> None:
            raise AssertionError("an object was made")

    Configuration.__module__, Configuration.__qualname__ = module.__name__, "Configuration"
    vars(module)["Configuration"] = Configuration
    for name in ("TTS", "TTS.tts", "TTS.tts.configs", module.__name__):
        monkeypatch.setitem(sys.modules, name, module)
    told = pickle.dumps({"config": Configuration(), "model": {"rate": 3}}, protocol=2)
    with pytest.raises(pickles.RefusedError, match="Configuration"):
        pickles.read(io.BytesIO(told))
    value = pickles.read(io.BytesIO(told), ["TTS.tts.configs."])
    assert value == {"config": pickles.Inert("TTS.tts.configs.made_up.Configuration"), "model": {"rate": 3}}
    with pytest.raises(pickles.RefusedError, match="system"):
        pickles.read(io.BytesIO(b"cos\nsystem\n(S'true'\ntR."), ["TTS."])


@pytest.mark.slow
def test_xtts_learns_and_speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from likeness.speak.encode import encode
    from likeness.speak.generate import open_speaker
    from likeness.speak.recordings import add_upload
    from likeness.speak.train import enrol

    model = _tiny("xtts", tmp_path / "models", "--pickled")
    drain(_weights_only(model))
    monkeypatch.setenv("LIKENESS_MODELS", str(model.parent))
    settings.cache_clear()
    home = Home(tmp_path / "home").create("sam")
    for seed, emotion in enumerate(("neutral", "happy")):
        data = encode(speech(7.0, seed=seed), "wav")
        add_upload(home, data, f"{emotion}.wav", voice="", emotion=emotion, consent="I am the speaker and agree")
    drain(enrol(home, voice="me", engine="xtts"))
    made = {path.stem for path in (home.voices / "me").glob("*.safetensors")}
    assert made == {"neutral", "happy"}
    happy = SpeakRequest("Hi.", seed=1, blend=(("happy", 1.0),))
    with open_speaker(home, "me") as speaker:
        pieces = [piece.samples for piece in speaker.speak(happy)]
        again = [piece.samples for piece in speaker.speak(happy)]
        neutral = np.concatenate([piece.samples for piece in speaker.speak(SpeakRequest("Hi.", seed=1))])
        assert len(pieces) > 1
        joined = np.concatenate(pieces)
        np.testing.assert_array_equal(joined, np.concatenate(again))
        assert len(joined) != len(neutral) or not np.allclose(joined, neutral, atol=1e-4)
    settings.cache_clear()


def _weights_only(model: Path) -> Iterator[Event]:
    """What `models get` does with the downloaded files, but for installing gigabytes of packages."""
    from likeness.engines.isolated.xtts import XttsEngine

    for event in XttsEngine.prepare_model(model):
        yield event
        if event.stage == "read weights" and event.done == event.total:
            return


@pytest.mark.slow
def test_parler_speaks_as_a_named_voice_and_learns_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = _tiny("parler", tmp_path / "models")
    monkeypatch.setenv("LIKENESS_MODELS", str(model.parent))
    settings.cache_clear()
    parler = plugins.engine("parler")
    assert "trainer" not in parler.info.kind
    with parler.open(options={"voice": "jon"}) as speaker:
        sounds = [list(speaker.speak(SpeakRequest("Hello.", seed=seed))) for seed in (1, 1, 2)]  # type: ignore[attr-defined]
        joined = [np.concatenate([piece.samples for piece in pieces]) for pieces in sounds]
        np.testing.assert_array_equal(joined[0], joined[1])
        assert len(joined[0]) != len(joined[2]) or not np.array_equal(joined[0], joined[2])
        assert speaker.rate == 44_100  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="no voice"):
        parler.open(options={"voice": "sam"})
    settings.cache_clear()
