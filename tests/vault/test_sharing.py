"""Named passwords: who can open the file after each change, and what the removed still can."""

import resource
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from slack_wrapper.errors import (
    EmptyPassword,
    KeyFileDamaged,
    KeyFileError,
    KeyFileNotWritten,
    KeyFileUnsupported,
    PasswordError,
    RequestError,
    WrongPassword,
)
from slack_wrapper.vault.keyfile import aead, kdf, names, sealing, sharing, store
from slack_wrapper.vault.keyfile.format_v2 import NamedKeyFile, NameLine

SECRET = "xoxb-1-abcdef"
LEGACY = (Path(__file__).parent / "vectors" / "librec-auto.enc").read_bytes()


@pytest.fixture
def single(tmp_path: Path) -> Path:
    """A file of version 1."""
    path = tmp_path / "slack-api.enc"
    store.encrypt_to(path, SECRET, "one", profile="test-only")
    return path


@pytest.fixture
def path(single: Path) -> Path:
    """A file with the names shared, alice and bob; passwords one, two, three."""
    sharing.add(single, "one", "alice", "two")
    sharing.add(single, "two", "bob", "three")
    return single


def content_of(path: Path) -> NamedKeyFile:
    parsed = store.read(path).parsed
    assert isinstance(parsed, NamedKeyFile)
    return parsed


def line_of(path: Path, name: str) -> NameLine:
    return next(line for line in content_of(path).names if line.name == name)


def opens(path: Path, password: str) -> bool:
    try:
        return bool(store.unlock(path, password).reveal())
    except WrongPassword:
        return False


def keys_of(path: Path, name: str, password: str) -> tuple[names.Keys, bytes]:
    """What a person knows who has opened the file: private key and data key."""
    content, line = content_of(path), line_of(path, name)
    derived = kdf.derive(password, content.salt, content.costs, str(path))
    keys = names.unseal_keys(line, derived)
    assert keys is not None
    return keys, names.unseal_data_key(line, keys, str(path))


def test_the_first_added_name_makes_it_version_2(single: Path) -> None:
    created = store.describe(single)["created"]
    assert store.describe(single)["names"] == []
    sharing.add(single, "one", "alice", "two")
    found = store.describe(single)
    assert found["version"] == 2
    assert [entry["name"] for entry in found["names"]] == ["shared", "alice"]
    assert found["names"][0] == {"name": "shared", "created": created}
    for password in ("one", "two"):
        assert store.unlock(single, password).reveal() == SECRET
    assert stat.S_IMODE(single.stat().st_mode) == 0o600
    assert SECRET not in single.read_text("ascii")


def test_the_key_of_version_1_is_not_used_again(single: Path) -> None:
    before = store.read(single).parsed
    sharing.add(single, "one", "alice", "two")
    assert before is not None
    assert before.salt != content_of(single).salt


def test_a_file_opens_with_one_derivation_whoever_opens_it(path: Path) -> None:
    for password in ("one", "two", "three", "wrong"):
        before = kdf.derivations()
        assert opens(path, password) == (password != "wrong")
        assert kdf.derivations() == before + 1


def test_the_order_is_that_of_adding(path: Path) -> None:
    assert store.read(path).names == ("shared", "alice", "bob")


def test_remove_ends_one_and_leaves_the_others(path: Path) -> None:
    kept = line_of(path, "alice")
    sharing.remove(path, "two", "bob")
    assert store.read(path).names == ("shared", "alice")
    assert [opens(path, password) for password in ("one", "two", "three")] == [True, True, False]
    assert line_of(path, "alice").private == kept.private


def test_what_a_removed_name_knew_opens_nothing_new(path: Path) -> None:
    keys, data_key = keys_of(path, "bob", "three")
    sharing.remove(path, "one", "bob")
    store.rekey(path, "one", "one", secret="xoxb-2-new")
    content = content_of(path)
    assert aead.unseal(data_key, content.sealed, content.header) is None
    for line in content.names:
        with pytest.raises(KeyFileDamaged):
            names.unseal_data_key(line, keys, "file")
    assert store.unlock(path, "two").reveal() == "xoxb-2-new"


def test_a_removed_name_may_come_back_with_another_password(path: Path) -> None:
    sharing.remove(path, "one", "bob")
    sharing.add(path, "two", "bob", "four")
    assert [opens(path, password) for password in ("three", "four")] == [False, True]


def test_every_change_makes_a_new_data_key(path: Path) -> None:
    known = {keys_of(path, "alice", "two")[1]}
    sharing.add(path, "one", "carol", "four")
    known.add(keys_of(path, "alice", "two")[1])
    sharing.remove(path, "one", "carol")
    known.add(keys_of(path, "alice", "two")[1])
    store.rekey(path, "one", "one")
    known.add(keys_of(path, "alice", "two")[1])
    assert len(known) == 4


def test_rekey_of_a_token_needs_one_password_and_keeps_all(path: Path) -> None:
    store.rekey(path, "two", "two", secret="xoxb-2-new")
    for password in ("one", "two", "three"):
        assert store.unlock(path, password).reveal() == "xoxb-2-new"


def test_rekey_of_a_password_changes_one_name_and_its_key_pair(path: Path) -> None:
    old_keys, _ = keys_of(path, "alice", "two")
    shared, bob = line_of(path, "shared"), line_of(path, "bob")
    store.rekey(path, "two", "zwei")
    assert store.read(path).names == ("shared", "alice", "bob")
    opening = [word for word in ("one", "two", "zwei", "three") if opens(path, word)]
    assert opening == ["one", "zwei", "three"]
    assert line_of(path, "shared").private == shared.private
    assert line_of(path, "bob").private == bob.private
    with pytest.raises(KeyFileDamaged):
        names.unseal_data_key(line_of(path, "alice"), old_keys, "file")


def test_several_names_keep_their_profile(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(RequestError, match=r"3 names .* share their profile"):
        store.rekey(path, "one", "one", profile="rfc9106-low")
    assert path.read_bytes() == before
    store.rekey(path, "one", "one", profile="test-only")


def test_one_name_changes_profile_and_salt(path: Path) -> None:
    sharing.remove(path, "one", "bob")
    sharing.remove(path, "one", "alice")
    salt = content_of(path).salt
    store.rekey(path, "one", "one", profile="rfc9106-low")
    assert store.describe(path)["profile"] == "rfc9106-low"
    assert (store.read(path).names, content_of(path).salt != salt) == (("shared",), True)
    assert store.unlock(path, "one").reveal() == SECRET


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("alice", "has the name alice already"),
        ("", "cannot be a name"),
        ("a b", "cannot be a name"),
        ("a\n", "cannot be a name"),
        ("-x", "cannot be a name"),
        ("ä", r"'\\xe4' cannot be a name"),
        ("x" * 65, "cannot be a name"),
    ],
)
def test_names_that_cannot_be_added(path: Path, name: str, why: str) -> None:
    before = path.read_bytes()
    with pytest.raises(RequestError, match=why):
        sharing.add(path, "one", name, "new")
    assert path.read_bytes() == before


def test_shared_is_the_name_of_the_first_password(single: Path) -> None:
    with pytest.raises(RequestError) as caught:
        sharing.add(single, "one", "shared", "two")
    assert "the password that the file has will be called shared" in caught.value.hint


@pytest.mark.parametrize(("password", "name"), [("two", "alice"), ("one", "shared")])
def test_a_password_has_one_name(path: Path, password: str, name: str) -> None:
    before = path.read_bytes()
    with pytest.raises(PasswordError, match=f"already, as {name}"):
        sharing.add(path, "one", "carol", password)
    with pytest.raises(PasswordError, match=f"already, as {name}"):
        store.rekey(path, "three", password)
    assert path.read_bytes() == before


def test_what_cannot_be_removed(path: Path) -> None:
    with pytest.raises(RequestError, match="no name alcie") as caught:
        sharing.remove(path, "one", "alcie")
    assert caught.value.hint == "did you mean alice?"
    with pytest.raises(RequestError, match="would be locked out"):
        sharing.remove(path, "two", "alice")
    assert store.read(path).names == ("shared", "alice", "bob")
    sharing.remove(path, "one", "bob")
    sharing.remove(path, "one", "alice")
    with pytest.raises(RequestError, match="shared is the last name"):
        sharing.remove(path, "one", "shared")


def test_a_file_without_names_has_none_to_remove(single: Path) -> None:
    with pytest.raises(RequestError, match="no name bob"):
        sharing.remove(single, "one", "bob")


def test_wrong_and_empty_passwords_change_nothing(path: Path) -> None:
    before = path.read_bytes()
    for wrong in (
        lambda: sharing.add(path, "wrong", "carol", "new"),
        lambda: sharing.remove(path, "wrong", "bob"),
        lambda: store.rekey(path, "wrong", "new"),
    ):
        with pytest.raises(WrongPassword):
            wrong()
    with pytest.raises(EmptyPassword):
        sharing.add(path, "one", "carol", "")
    assert path.read_bytes() == before


def test_a_failed_write_leaves_the_old_file(path: Path) -> None:
    before, neighbours = path.read_bytes(), sorted(path.parent.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))  # as if the disk were full
    try:
        for change in (
            lambda: sharing.add(path, "one", "carol", "new"),
            lambda: sharing.remove(path, "one", "bob"),
            lambda: store.rekey(path, "one", "new"),
        ):
            with pytest.raises(KeyFileNotWritten, match="cannot be written"):
                change()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (path.read_bytes(), sorted(path.parent.iterdir())) == (before, neighbours)


def test_a_legacy_file_is_upgraded_first(tmp_path: Path) -> None:
    path = tmp_path / "old.enc"
    path.write_bytes(LEGACY)
    with pytest.raises(KeyFileUnsupported) as caught:
        sharing.add(path, "pässword for vectors", "alice", "two")
    assert f"slack-wrapper rekey {path}" in caught.value.hint
    assert path.read_bytes() == LEGACY


def test_a_full_file_takes_no_more_and_opens(single: Path) -> None:
    long = "n" * 61
    for number in range(63):
        sharing.add(single, "one", f"{long}{number:03}", f"p{number}")
    with pytest.raises(RequestError, match="takes no more"):
        sharing.add(single, "one", "onemore", "new")
    store.rekey(single, "p62", "p62", secret="x" * 4096)
    single.write_bytes(single.read_bytes().replace(b"\n", b"\r\n"))
    assert store.unlock(single, "p0").reveal() == "x" * 4096


def test_encrypting_anew_does_not_end_the_access_of_names(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(KeyFileNotWritten, match="shared, alice, bob, which would end here"):
        store.encrypt_to(path, "xoxb-2-new", "new", profile="test-only")
    assert path.read_bytes() == before


def test_nobody_who_never_opened_it_can_make_a_file_that_opens(path: Path) -> None:
    """All but the member secret is public: names, private keys as sealed, public keys."""
    forger = names.make("mallory", content_of(path).created, bytes(32), bytes(32))
    entries = (*content_of(path).names, forger)
    forged = sealing.seal_named(content_of(path), entries, bytes(32), b"xoxb-mallory", str(path))
    path.write_bytes(forged.to_bytes())
    for password in ("one", "two", "three"):
        with pytest.raises(KeyFileDamaged, match="the file was altered"):
            store.unlock(path, password)


def test_a_low_public_key_is_damage_when_sealing(path: Path) -> None:
    content = content_of(path)
    entries = (replace(content.names[0], public=bytes(32)),)
    with pytest.raises(KeyFileError, match="altered"):
        sealing.seal_named(content, entries, bytes(32), b"x", str(path))
