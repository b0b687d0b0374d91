"""file-reader, and the detection of encodings it shares with csv-parse."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcluster.ids import sha256_of
from agents.tools.encodings import detect
from tests.unit.tools.calls import DATA, call, refuse, upload

GERMAN = "Größe;Preis für Süßigkeiten\nÄpfel;1,50 €\nMöhren;0,80\n"
FRENCH = "Où êtes-vous? Un café crème, s'il vous plaît. Ça va très bien à l'été."
CHINESE = "日期,区域,销量\n2026年7月1日,华东,12\n数据分析与图表\n"
RUSSIAN = "Дата;Регион;Продажи\nСевер;Москва и область;120\nЮг;Краснодар;80\n" * 3
JAPANESE = "日付、地域、売上。東京の売上は良いです。カタカナとひらがな。\n" * 3


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("plain ascii", "ascii", "utf-8"),
        (GERMAN, "utf-8", "utf-8"),
        (GERMAN, "utf-8-sig", "utf-8-sig"),
        (GERMAN, "cp1252", "cp1252"),
        (FRENCH, "latin-1", "cp1252"),
        (CHINESE, "gbk", "gb18030"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "utf-16", "utf-16"),
        ("a,b\n1,2\n" * 5, "utf-16-le", "utf-16-le"),
        ("a,b\n1,2\n" * 5, "utf-16-be", "utf-16-be"),
        (RUSSIAN, "cp1251", "cp1251"),
        ("é", "latin-1", "cp1252"),
        ("日期", "gbk", "gb18030"),
    ],
)
def test_usual_encodings_are_told_apart(text: str, encoding: str, expected: str) -> None:
    assert detect([text.encode(encoding)]) == expected


@pytest.mark.parametrize("encoding", ["big5", "cp932"])
def test_what_is_found_for_others_reads_without_error(encoding: str) -> None:
    text = JAPANESE if encoding == "cp932" else "資料分析與圖表，銷售量與區域。\n" * 3
    data = text.encode(encoding)
    found = detect([data])
    assert found is not None
    assert data.decode(found) == text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300))
def test_any_utf8_is_utf8(text: str) -> None:
    data = text.encode()
    expected = "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"
    assert detect([data[i : i + 7] for i in range(0, len(data), 7)] if len(data) > 16 else [data]) in (
        expected,
        "utf-8",
    )


def test_the_first_foreign_byte_may_come_late() -> None:
    ascii_part = [b"name,price\n" * 100_000] * 3
    assert detect([*ascii_part, "Möhren,1\n".encode("latin-1")]) == "cp1252"
    assert detect([*ascii_part, "Möhren,1\n".encode()]) == "utf-8"


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", bytes(range(256)) * 4, b"\x7fELF\2\1\1\0" + b"\0" * 50]
)
def test_binary_is_no_text(data: bytes) -> None:
    assert detect([data]) is None


def test_a_small_text_is_given_with_what_is_known_of_the_file() -> None:
    file = upload(GERMAN.encode("latin-1", "replace"), "größe.csv")
    output = call("file-reader", file=file)
    assert output["file"] == file
    assert output["text"].startswith("Größe;Preis")
    assert (output["encoding"], output["media_type"], output["name"]) == ("cp1252", "text/csv", "größe.csv")
    assert output["size"] == len(GERMAN)


def test_a_large_or_binary_file_has_no_text() -> None:
    assert call("file-reader", file=upload(b"x" * 50_000))["text"] is None
    output = call("file-reader", file=upload(b"\x89PNG\0\0\0", "a.png", "image/png"))
    assert (output["text"], output["encoding"]) == (None, None)


def test_a_missing_file_says_what_to_do() -> None:
    digest = sha256_of(b"never uploaded")
    error = refuse("file-reader", file={"$artifact": {"digest": digest, "size": 3, "name": "sales.csv"}})
    assert (error.code, error.field) == ("file_missing", "/file")
    assert error.message == "The file 'sales.csv' is not in the artifact store; upload it again."
    assert refuse("file-reader").code == "bad_value"


def test_only_allowed_folders_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert refuse("file-reader", path=str(DATA / "sales_broken.csv")).code == "path_not_allowed"
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("a\n1\n")
    (tmp_path / "secret.csv").write_text("secret")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    monkeypatch.setenv("FILE_READER_FOLDERS", str(folder))
    assert call("file-reader", path="a.csv")["text"] == "a\n1\n"
    assert call("file-reader", path=str(folder / "a.csv"))["media_type"] == "text/csv"
    for path in ("../secret.csv", str(tmp_path / "secret.csv"), "link.csv", "/etc/passwd"):
        error = refuse("file-reader", path=path)
        assert (error.code, error.field) == ("path_not_allowed", "/path")
    assert refuse("file-reader", path="b.csv").code == "file_missing"
