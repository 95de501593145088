"""Frozen files of version 2: they open for ever, and what was altered never does."""

import json
import unicodedata
from pathlib import Path

import pytest

from slack_wrapper.errors import KeyFileDamaged, KeyFileError, KeyFileTooCostly, WrongPassword
from slack_wrapper.vault.keyfile import kdf, store
from tests.vault import make_vectors_v2

HERE = Path(__file__).parent / "vectors"
KNOWN = json.loads((HERE / "vectors-v2.json").read_text(encoding="utf-8"))
SECRET, PASSWORDS = KNOWN["secret"], KNOWN["passwords"]
GOOD = (HERE / "v2-test-only.enc").read_bytes()
PARTS = GOOD.splitlines(keepends=True)
ALICE = next(line for line in PARTS if line.startswith(b"name: alice"))
# Points of low order on Curve25519: https://cr.yp.to/ecdh.html#validate
ZERO_POINT, ONE_POINT = bytes(32), bytes([1, *bytes(31)])


def altered(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "altered.enc"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("file", ["v2-test-only.enc", "v2-rfc9106-low.enc"])
@pytest.mark.parametrize("name", PASSWORDS)
def test_each_name_opens_with_one_derivation(file: str, name: str) -> None:
    before = kdf.derivations()
    assert store.unlock(HERE / file, PASSWORDS[name]).reveal() == SECRET
    assert kdf.derivations() == before + 1


def test_a_file_may_have_one_name() -> None:
    path = HERE / "v2-one-name.enc"
    assert store.read(path).names == ("alice",)
    assert store.unlock(path, PASSWORDS["alice"]).reveal() == SECRET
    with pytest.raises(WrongPassword):
        store.unlock(path, PASSWORDS["shared"])


def test_the_generator_still_makes_what_is_frozen() -> None:
    costs = make_vectors_v2.COSTS["test-only"]
    assert make_vectors_v2.key_file(list(PASSWORDS), costs) == GOOD


def test_a_wrong_password_does_not_open_and_costs_one_derivation() -> None:
    before = kdf.derivations()
    with pytest.raises(WrongPassword, match="v2-test-only"):
        store.unlock(HERE / "v2-test-only.enc", "wrong")
    assert kdf.derivations() == before + 1


def test_passwords_are_normalised() -> None:
    decomposed = unicodedata.normalize("NFD", PASSWORDS["shared"])
    assert decomposed != PASSWORDS["shared"]
    assert store.unlock(HERE / "v2-test-only.enc", decomposed).reveal() == SECRET


def test_crlf_line_ends_are_read(tmp_path: Path) -> None:
    path = altered(tmp_path, GOOD.replace(b"\n", b"\r\n"))
    assert store.unlock(path, PASSWORDS["alice"]).reveal() == SECRET
    with pytest.raises(KeyFileError):
        store.read(altered(tmp_path, GOOD.replace(b"\n", b"\r\n", 1)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"key v2", b"key v1"),
        (b"# an encrypted", b"# an  encrypted"),
        (b"created: 2026-03-01", b"created: 2026-03-02"),
        (b"m=32 t=1", b"m=64 t=1"),
        (b"salt=AAEC", b"salt=AAED"),
        (b"name: alice", b"name: alicf"),
        (b"name: alice", b"name: shared"),
        (b"name: alice", b"name: .alice"),
        (b"name: alice", b"name:  alice"),
        (b"name: alice 2026-02-28", b"name: alice 2026-02-27"),
        (b"name: alice 2026-02-28", b"name: alice 2026-02-30"),
        (b"public=", b"public=AAAA"),
        (b" private=", b"  private="),
        (b" private=", b" data="),
        (ALICE, b""),
        (ALICE, ALICE + ALICE),
        (ALICE, ALICE.replace(b"alice", b"x" * 65)),
        (ALICE, ALICE + ALICE.replace(b"alice", b"mallory")),
        (b"key: ZGVm", b"key: ZGVn"),
    ],
)
@pytest.mark.parametrize("name", PASSWORDS)
def test_each_field_is_guarded_for_each_name(
    tmp_path: Path, name: str, old: bytes, new: bytes
) -> None:
    assert old in GOOD
    with pytest.raises((KeyFileDamaged, WrongPassword)):
        store.unlock(altered(tmp_path, GOOD.replace(old, new)), PASSWORDS[name])


def test_names_cannot_be_reordered(tmp_path: Path) -> None:
    rest = GOOD.replace(ALICE, b"")
    moved = rest.replace(b"key: ", ALICE + b"key: ")
    assert sorted(moved.splitlines()) == sorted(GOOD.splitlines())
    with pytest.raises(KeyFileDamaged, match="password of alice fits, but the file was altered"):
        store.unlock(altered(tmp_path, moved), PASSWORDS["alice"])


@pytest.mark.parametrize("point", [ZERO_POINT, ONE_POINT], ids=["zero", "one"])
def test_a_point_of_low_order_is_damage(tmp_path: Path, point: bytes) -> None:
    head, data = ALICE.rstrip(b"\n").split(b" data=")
    sealed = make_vectors_v2.base64.b64decode(data)
    forged = head + b" data=" + make_vectors_v2.b64(point + sealed[32:]) + b"\n"
    with pytest.raises(KeyFileDamaged, match="altered"):
        store.unlock(altered(tmp_path, GOOD.replace(ALICE, forged)), PASSWORDS["alice"])


def test_costs_are_checked_before_anything_is_derived(tmp_path: Path) -> None:
    before = kdf.derivations()
    path = altered(tmp_path, GOOD.replace(b"m=32 t=1", b"m=4194304 t=1"))
    with pytest.raises(KeyFileTooCostly):
        store.read(path)
    with pytest.raises(KeyFileTooCostly) as caught:
        store.unlock(path, PASSWORDS["alice"])
    assert kdf.derivations() == before
    assert str(path) in caught.value.message
    assert f"git log -- {path}" in caught.value.hint


def test_a_name_comes_once(tmp_path: Path) -> None:
    with pytest.raises(KeyFileDamaged, match="a name twice"):
        store.read(altered(tmp_path, GOOD.replace(ALICE, ALICE + ALICE)))


def test_a_name_tells_when_its_password_was_set(tmp_path: Path) -> None:
    path = altered(tmp_path, (HERE / "v2-one-name.enc").read_bytes())
    store.rekey(path, PASSWORDS["alice"], PASSWORDS["alice"], secret="xoxb-new")
    assert store.describe(path)["names"] == [{"name": "alice", "created": "2026-02-28T23:59:59Z"}]
    store.rekey(path, PASSWORDS["alice"], "another")
    assert store.describe(path)["names"][0]["created"] > "2026-02-28T23:59:59Z"


def test_names_are_at_most_64(tmp_path: Path) -> None:
    more = b"".join(ALICE.replace(b"alice", b"a%d" % number) for number in range(61))
    store.read(altered(tmp_path, GOOD.replace(ALICE, ALICE + more)))
    with pytest.raises(KeyFileDamaged, match="1 to 64 names"):
        store.read(altered(tmp_path, GOOD.replace(ALICE, ALICE * 2 + more)))
    with pytest.raises(KeyFileDamaged, match="1 to 64 names"):
        store.read(altered(tmp_path, b"".join([*PARTS[:4], PARTS[-1]])))
