"""Archives that mean harm, and files that are read."""

import io
import random
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from skillevo.envs.base import SkillevoError
from skillevo.envs.gaia.archives import BadArchive, Bounds, unpack
from skillevo.envs.gaia.documents import Unreadable, media_type, read_document
from skillevo.envs.gaia.files import Desk
from skillevo.envs.gaia.pocket.formats import docx_file, pdf_file, xlsx_file


def zipped(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members:
            packed.writestr(name, data)
    return path


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def taped(path: Path, member: tarfile.TarInfo, data: bytes = b"") -> Path:
    with tarfile.open(path, "w:gz") as tape:
        member.size = len(data)
        tape.addfile(member, io.BytesIO(data))
    return path


def tar_link(kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo("passwd")
    info.type, info.linkname = kind, "/etc/passwd"
    return info


def test_an_honest_archive_is_unpacked(tmp_path: Path) -> None:
    found = unpack(zipped(tmp_path / "a.zip", ("x.txt", b"1"), ("deep/er/y.txt", b"2")), tmp_path / "out")
    assert [p.read_bytes() for p in found] == [b"1", b"2"]
    (tape,) = unpack(taped(tmp_path / "a.tgz", tarfile.TarInfo("b.txt"), b"3"), tmp_path / "out2")
    assert tape.read_bytes() == b"3"


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/evil", "C:\\evil", "..\\evil", "a/" * 30 + "b"])
def test_nothing_is_written_outside(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadArchive, match="refused"):
        unpack(zipped(tmp_path / "a.zip", ("first", b""), (name, b"x")), tmp_path / "out")
    with pytest.raises(BadArchive, match="refused"):
        unpack(taped(tmp_path / "a.tgz", tarfile.TarInfo(name), b"x"), tmp_path / "out")
    assert not (tmp_path / "out").exists() and not (tmp_path / "evil").exists()


def test_links_are_refused(tmp_path: Path) -> None:
    for archive in (
        zipped(tmp_path / "a.zip", (link("passwd"), b"/etc/passwd")),
        taped(tmp_path / "b.tgz", tar_link(tarfile.SYMTYPE)),
        taped(tmp_path / "c.tgz", tar_link(tarfile.LNKTYPE)),
        taped(tmp_path / "d.tgz", tar_link(tarfile.CHRTYPE)),
    ):
        with pytest.raises(BadArchive, match="link or a device"):
            unpack(archive, tmp_path / "out")


def test_bombs_are_refused_by_what_they_unpack_to(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "a.zip", ("zeros", bytes(3_000_000)))
    assert bomb.stat().st_size < 10_000
    with pytest.raises(BadArchive, match="more than 1,000,000 bytes"):
        unpack(bomb, tmp_path / "out", Bounds(bytes=1_000_000))
    with pytest.raises(BadArchive, match="more than 3 files"):
        unpack(zipped(tmp_path / "b.zip", *((str(k), b"") for k in range(4))), tmp_path / "out", Bounds(files=3))
    with pytest.raises(BadArchive, match="twice"), pytest.warns(UserWarning):
        unpack(zipped(tmp_path / "c.zip", ("x", b"1"), ("x", b"2")), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_member_without_a_name_is_refused(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "a.zip", ("Q", b"")).read_bytes()
    local, central, end = whole.partition(b"PK\x01\x02")[0], whole[whole.index(b"PK\x01\x02") :], b"PK\x05\x06"
    central, end = central[: central.index(end)], central[central.index(end) :]
    local = local[:26] + bytes(2) + local[28:].replace(b"Q", b"", 1)
    central = central[:28] + bytes(2) + central[30:].replace(b"Q", b"", 1)
    end = end[:12] + struct.pack("<II", len(central), len(local)) + end[20:]
    (tmp_path / "b.zip").write_bytes(local + central + end)
    with pytest.raises(BadArchive, match="a member without a name"):
        unpack(tmp_path / "b.zip", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_headers_and_folders_of_a_tape_are_counted_too(tmp_path: Path) -> None:
    for name in ("a.tar.gz", "b.tar.xz"):
        with tarfile.open(tmp_path / name, f"w:{name[-2:]}") as tape:
            head = tarfile.TarInfo("p")
            head.type, head.size = tarfile.XHDTYPE, 3_000_000
            tape.addfile(head, io.BytesIO(bytes(head.size)))
        with pytest.raises(BadArchive, match="more bytes than are taken"):
            unpack(tmp_path / name, tmp_path / "out", Bounds(files=10, bytes=1_000_000))
    with tarfile.open(tmp_path / "c.tar", "w") as tape:
        for number in range(30):
            folder = tarfile.TarInfo(f"d{number}")
            folder.type = tarfile.DIRTYPE
            tape.addfile(folder)
    with pytest.raises(BadArchive, match="more than 10 files"):
        unpack(tmp_path / "c.tar", tmp_path / "out", Bounds(files=10))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("packing", ["gz", "bz2", "xz"])
def test_a_torn_tape_is_one_clear_error(packing: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.tar.{packing}"
    with tarfile.open(path, f"w:{packing}") as tape:
        member = tarfile.TarInfo("x")
        member.size = 50_000
        tape.addfile(member, io.BytesIO(random.Random(0).randbytes(50_000)))
    assert [p.stat().st_size for p in unpack(path, tmp_path / "whole")] == [50_000]
    data = path.read_bytes()
    for torn in (data[: len(data) // 2], data[:20_000] + bytes(200) + data[20_200:], data[:12]):
        path.write_bytes(torn)
        with pytest.raises(BadArchive):
            unpack(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_document_that_is_a_bomb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    pytest.importorskip("markitdown")
    for suffix in ("docx", "xlsx", "pptx"):
        bomb = zipped(tmp_path / f"a.{suffix}", ("word/document.xml", bytes(60_000_000)))
        with pytest.raises(Unreadable, match="unpacks to more than 50,000,000 bytes"):
            read_document(bomb)


def test_a_damaged_archive_is_one_clear_error(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "a.zip", ("x", bytes(range(256)) * 50)).read_bytes()
    for data in (b"", b"no archive", whole[: len(whole) // 2], whole[:60] + b"\xff" * 40 + whole[100:]):
        (tmp_path / "b.zip").write_bytes(data)
        with pytest.raises(BadArchive):
            unpack(tmp_path / "b.zip", tmp_path / "out")


def test_the_desk_lists_members_and_keeps_to_itself(tmp_path: Path) -> None:
    good = zipped(tmp_path / "good.zip", ("in/a.txt", b"a"), ("in/b.txt", b"b"), ("c/b.txt", b"c"))
    bad = zipped(tmp_path / "bad.zip", ("../x", b""))
    desk = Desk({"good.zip": good, "bad.zip": bad})
    try:
        assert list(desk.files)[:2] == ["bad.zip", "good.zip"] and "good.zip.unpacked/in/a.txt" in desk.files
        assert list(desk.refused) == ["bad.zip"]
        assert desk.find(" ./good.zip.unpacked/in/a.txt").read_bytes() == b"a" == desk.find("a.txt").read_bytes()
        for name in ("b.txt", "../good.zip", "/etc/passwd", str(good)):
            with pytest.raises(SkillevoError, match=r"no such file|several files"):
                desk.find(name)
        members = desk.find("a.txt").parent
    finally:
        desk.clear()
    assert not members.exists() and good.exists()


def test_files_are_read_as_text_or_said_to_have_none(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("a;ä\n".encode("cp1252"))
    (tmp_path / "b.txt").write_bytes("ä".encode("utf-16"))
    (tmp_path / "c.bin").write_bytes(b"\0")
    assert read_document(tmp_path / "a.csv") == "a;ä\n" and read_document(tmp_path / "b.txt") == "ä"
    with pytest.raises(Unreadable, match="open it with code"):
        read_document(tmp_path / "c.bin")
    kinds = [media_type(Path(name)) for name in ("x.PNG", "x.mp3", "x.pdf", "x.csv", "x")]
    assert kinds == ["image/png", "audio/mpeg", "", "", ""]


def test_a_broken_document_is_an_observation_not_a_crash(tmp_path: Path) -> None:
    pytest.importorskip("markitdown")
    for name, data in (("a.xlsx", xlsx_file({"S": [["a"]]})), ("a.docx", docx_file("t", ["x"]))):
        (tmp_path / name).write_bytes(data[: len(data) // 2])
        with pytest.raises(Unreadable, match="cannot be read"):
            read_document(tmp_path / name)
    (tmp_path / "empty.pdf").write_bytes(pdf_file([[]]))
    with pytest.raises(Unreadable, match="no text"):
        read_document(tmp_path / "empty.pdf")
