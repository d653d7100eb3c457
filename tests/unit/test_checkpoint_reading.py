"""Pickled checkpoints are read as data: whatever is in them, nothing runs."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openvoice_models import CONFIG, archive, published, tensor, text, torch_file

from likeness.core.errors import InputError, LikenessError, NotFound
from likeness.core.events import drain
from likeness.engines.checkpoint import pickles
from likeness.engines.checkpoint.reader import read_checkpoint
from likeness.engines.openvoice.preparing import converter_weights, prepare

HELD = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b.c": np.full(4, -1.5, np.float32)}


def test_what_was_stored_is_read(tmp_path: Path) -> None:
    found = read_checkpoint(torch_file(tmp_path / "model.pth", HELD))
    assert list(found) == ["a", "b.c"]
    assert all(np.array_equal(found[name], HELD[name]) for name in HELD)


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("new_form", [True, False])
def test_what_pytorch_itself_saves_is_read(tmp_path: Path, new_form: bool) -> None:
    torch = pytest.importorskip("torch")
    layer = torch.nn.utils.weight_norm(torch.nn.Conv1d(3, 4, 5))
    halves = {"half": torch.tensor([0.5, -2.0]).half(), "bf16": torch.tensor([0.5, -2.0]).bfloat16()}
    doubles = {"double": torch.tensor([0.25]).double(), "counted": torch.tensor([3])}
    state = layer.state_dict()
    state.update(halves | doubles)
    optimizer = torch.optim.AdamW(layer.parameters()).state_dict()
    saved = {"model": state, "iteration": 7, "optimizer": optimizer, "learning_rate": 1e-4}
    path = tmp_path / "model.pth"
    torch.save(saved, path, _use_new_zipfile_serialization=new_form)
    found = read_checkpoint(path)
    assert set(found) == set(state) - {"counted"}
    assert all(np.array_equal(found[name], state[name].float().numpy()) for name in found)


class Runs:
    """What an attacker pickles: calls anything at all when it is read by Python."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


def _hostile(marker: Path) -> dict[str, bytes]:
    """Pickles that leave ``marker`` behind where anything of them is run, or exhaust the machine."""
    touch = f"touch {marker}"
    python = f"open({str(marker)!r}, 'w')"
    named = {f"pickled {p}": pickle.dumps(Runs(os.system, touch), protocol=p) for p in range(6)}
    return named | {
        "eval": pickle.dumps(Runs(eval, python)),
        "exec": pickle.dumps(Runs(exec, python), protocol=0),
        "popen": pickle.dumps(Runs(subprocess.Popen, touch)),
        "getattr chain": pickle.dumps(Runs(getattr, Runs(__import__, "os"), "system")),
        "allowed name with dots": b"\x80\x04" + text("collections") + text("OrderedDict.fromkeys") + b"\x93.",
        "module of an allowed one": b"ctorch._utils\nos.system\n(" + text(touch) + b"tR.",
        "name with a space": b"ctorch\nFloatStorage os\n.",
        "inst": b"(" + text(touch) + b"ios\nsystem\n.",
        "obj": b"(cos\nsystem\n" + text(touch) + b"o.",
        "newobj": b"ccollections\nOrderedDict\n)\x81.",
        "build": b"ctorch\nFloatStorage\n}" + text("name") + text("os.system") + b"sb.",
        "call of a string": text("os.system") + b"(" + text(touch) + b"tR.",
        "call of a dictionary": b"}(" + text(touch) + b"tR.",
        "extension": b"\x82\x01.",
        "persistent text": b"Pos.system\n.",
        "persistent tuple": b"(" + text("storage") + text("os.system") + text("0") + text("cpu") + b"K\x01tQ.",
        "argument of OrderedDict": b"ccollections\nOrderedDict\n(" + text(touch) + b"tR.",
        "key that is a tuple": b"}(K\x01K\x02\x86K\x01u.",
        "huge bytes": b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60) + b".",
        "negative length": b"\x8b" + struct.pack("<i", -5) + b".",
        "deep": b"(" * 400_000 + b"." + b"t" * 400_000,
        "many operations": b"N" * 3_000_000 + b".",
        "no end": b"\x80\x02}q\x00",
        "nothing on the stack": b".",
        "a mark alone": b"(.",
        "empty": b"",
    }


NAMES = list(_hostile(Path("marker")))


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_pickle_is_refused_and_nothing_runs(tmp_path: Path, name: str) -> None:
    marker = tmp_path / "ran"
    pickled = _hostile(marker)[name]
    with pytest.raises(pickles.RefusedError):
        pickles.read(io.BytesIO(pickled))
    assert not marker.exists()


def test_what_would_exhaust_or_confuse_another_reader_is_plain_data() -> None:
    assert (
        pickles.read(io.BytesIO(b"Nr\xff\xff\xff\xff.")) is None
    )  # a place in the memo that is four billion entries on
    itself = pickles.read(io.BytesIO(b"]q\x00h\x00a."))
    assert itself[0] is itself


@pytest.mark.parametrize("name", ["pickled 0", "pickled 4", "inst", "getattr chain", "many operations", "empty"])
def test_a_hostile_file_gives_an_error_that_names_what_was_found(tmp_path: Path, name: str) -> None:
    marker = tmp_path / "ran"
    path = archive(tmp_path / "model.pth", _hostile(marker)[name], [])
    with pytest.raises(InputError, match=r"model\.pth is not read") as caught:
        read_checkpoint(path)
    assert caught.value.hint
    if name in ("pickled 0", "pickled 4", "inst"):
        assert "system" in str(caught.value)
    assert not marker.exists()


def test_a_bad_item_beside_good_tensors_refuses_the_whole_file(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    hidden = pickle.dumps(Runs(os.system, f"touch {marker}"), protocol=2)[2:-1]
    with pytest.raises(InputError, match=r"names '(posix|nt)\.system'"):
        read_checkpoint(torch_file(tmp_path / "model.pth", HELD, extra=hidden))
    assert not marker.exists()


def _broken(path: Path, kind: str) -> Path:
    good = torch_file(path, HELD).read_bytes()
    pickled = b"\x80\x02}(" + text("model") + b"}" + text("a")
    if kind == "cut off":
        path.write_bytes(good[: len(good) // 2])
    elif kind == "bytes changed":
        at = good.index(HELD["a"].tobytes())
        path.write_bytes(good[:at] + b"\xff" * 24 + good[at + 24 :])
    elif kind == "compressed":
        archive(path, pickled + tensor("0", (1 << 20,)) + b"su.", [np.zeros(1 << 20, np.float32)], zipfile.ZIP_DEFLATED)
    elif kind == "larger than its storage":
        archive(path, pickled + tensor("0", (1000, 1000), numbers=4) + b"su.", [np.zeros(4, np.float32)])
    elif kind == "larger than its record":
        archive(path, pickled + tensor("0", (1000, 1000)) + b"su.", [np.zeros(4, np.float32)])
    elif kind == "larger than the limit":
        archive(path, pickled + tensor("0", (1 << 15, 1 << 15), numbers=1 << 30) + b"su.", [np.zeros(4, np.float32)])
    elif kind == "key leads out":
        archive(path, pickled + tensor("../data.pkl", (4,)) + b"su.", [np.zeros(4, np.float32)])
    elif kind == "no tensors":
        archive(path, b"\x80\x02}" + text("model") + b"]s.", [])
    elif kind == "another file":
        path.write_bytes(b"RIFF....WAVEfmt ")
    return path


KINDS = (
    "cut off",
    "bytes changed",
    "compressed",
    "larger than its storage",
    "larger than its record",
    "larger than the limit",
    "key leads out",
    "no tensors",
    "another file",
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_an_error_and_no_traceback(tmp_path: Path, kind: str) -> None:
    with pytest.raises(InputError, match="is not read"):
        read_checkpoint(_broken(tmp_path / "model.pth", kind))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_checkpoint(tmp_path / "model.pth")


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_any_change_of_a_pickle_gives_data_or_a_refusal(data: st.DataObject) -> None:
    good = bytearray(b"\x80\x02}(" + text("model") + b"}(" + text("a") + tensor("0", (2, 3)) + b"uu.")
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(good) - 1))
        if data.draw(st.booleans()):
            good[at] = data.draw(st.integers(0, 255))
        else:
            good[at:at] = data.draw(
                st.sampled_from([b"R", b"b", b"o", b"\x81", b"0", b"(", b"t", b"2", b"cos\nsystem\n"])
            )
    _assert_inert(good)


@settings(max_examples=300, deadline=None)
@given(raw=st.binary(max_size=200))
def test_any_bytes_give_data_or_a_refusal(raw: bytes) -> None:
    _assert_inert(raw + b".")


def _assert_inert(raw: bytes | bytearray) -> None:
    """Reading gives only plain values and this reader's own."""
    try:
        left = [pickles.read(io.BytesIO(bytes(raw)))]
    except pickles.RefusedError:
        return
    seen = set()
    while left:
        value = left.pop()
        assert value is None or type(value) in {
            *(int, float, bool, str, bytes, list, tuple, dict),
            *(pickles.Global, pickles.Storage, pickles.Tensor),
        }
        if isinstance(value, list | tuple | dict) and id(value) not in seen:
            seen.add(id(value))
            left.extend([*value, *value.values()] if isinstance(value, dict) else value)


def test_the_reading_process_can_open_nothing_and_start_nothing(tmp_path: Path) -> None:
    told = tmp_path / "told"
    tries = (
        "from likeness.engines.checkpoint import worker; worker._limit_process()\n"
        f"for act in (lambda: open({str(told)!r}, 'w'), lambda: open('/dev/null'), lambda: bytearray(1 << 31)):\n"
        "    try:\n        act(); print('done')\n"
        "    except (OSError, MemoryError) as error: print(type(error).__name__)\n"
    )
    ran = subprocess.run([sys.executable, "-c", tries], capture_output=True, text=True, check=True)
    expected = ["OSError", "OSError", *(["MemoryError"] if sys.platform == "linux" else [])]
    assert ran.stdout.split()[: len(expected)] == expected
    assert not told.exists()


# ── what a download becomes ─────────────────────────────────────────────────────────────────────────────────


def _parts() -> dict[str, np.ndarray]:
    chance = np.random.default_rng(0)
    names = ("dec.conv_pre", "enc_q.pre", "flow.flows.0.pre", "ref_enc.proj")
    plain = {f"{name}.bias": chance.standard_normal(3).astype(np.float32) for name in names}
    return plain | {
        "dec.ups.0.weight_v": chance.standard_normal((4, 2, 3)).astype(np.float32),
        "dec.ups.0.weight_g": chance.standard_normal((4, 1, 1)).astype(np.float32),
        "enc_p.emb.weight": np.zeros((2, 2), np.float32),
    }


def test_a_download_becomes_safetensors_and_the_pickle_goes(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    held = _parts()
    folder = published(tmp_path / "model", held)
    last = drain(prepare(folder))[-1]
    found = load_file(folder / "model.safetensors")
    assert set(found) == {name for name in held if name.endswith(".bias")} | {"dec.ups.0.weight"}
    v, g = held["dec.ups.0.weight_v"], held["dec.ups.0.weight_g"]
    assert np.allclose(found["dec.ups.0.weight"], g * v / np.linalg.norm(v.reshape(4, -1), axis=1).reshape(4, 1, 1))
    assert last.metrics["parameters"] == sum(array.size for array in found.values())
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.safetensors"]
    assert drain(prepare(folder)) == []


def test_an_interrupted_preparation_is_made_again(tmp_path: Path) -> None:
    folder = published(tmp_path / "model", _parts())
    (folder / "model.safetensors").write_bytes(b"half")
    (folder / "config.json").write_text("{")
    drain(prepare(folder))
    assert json.loads((folder / "config.json").read_text()) == CONFIG
    assert (folder / "model.safetensors").stat().st_size > 200
    assert not (folder / "converter").exists()


def test_a_download_that_is_something_else_stays_as_it_was(tmp_path: Path) -> None:
    folder = published(tmp_path / "model", {"enc_p.emb.weight": np.zeros((2, 2), np.float32)})
    with pytest.raises(InputError, match="no dec"):
        drain(prepare(folder))
    assert (folder / "converter" / "checkpoint.pth").is_file()
    assert not (folder / "model.safetensors").exists()


@pytest.mark.parametrize(
    ("part", "change", "told"),
    [
        ("data", {"n_speakers": 10}, "base speaker"),
        ("data", {"hop_length": 128}, "multiply"),
        ("model", {"inter_channels": 9}, "even"),
        ("model", {"hidden_channels": 10**9}, "hidden_channels"),
        ("model", {"resblock": "2"}, "resblock"),
        ("model", {"upsample_kernel_sizes": [16, 16, 4]}, "as many"),
    ],
)
def test_a_configuration_of_something_else_is_refused(
    tmp_path: Path, part: str, change: dict[str, Any], told: str
) -> None:
    folder = published(tmp_path / "model", _parts(), {**CONFIG, part: {**CONFIG[part], **change}})
    with pytest.raises(InputError, match=told):
        drain(prepare(folder))


def test_weights_without_their_gain_are_refused() -> None:
    held = {name: array for name, array in _parts().items() if not name.endswith("weight_g")}
    with pytest.raises(LikenessError, match="weight_g"):
        converter_weights(held, "it")
