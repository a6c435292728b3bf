"""Catalogues become shops: streaming, cleaning, killed and damaged imports."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_shop import ListCatalogue, catalogue, official_item, product, write_official

from skillevo.envs.base import DataError
from skillevo.envs.webshop import importer, jsonstream
from skillevo.envs.webshop.data import find_shop
from skillevo.envs.webshop.importer import Manifest, check_shop, import_catalogue
from skillevo.envs.webshop.jsonstream import JsonStream
from skillevo.envs.webshop.official import OfficialFiles, clean, wanted
from skillevo.envs.webshop.product import Product
from skillevo.envs.webshop.shop import Shop
from skillevo.envs.webshop.store import Store
from skillevo.envs.webshop.varied import VariedCatalogue

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=6), st.booleans(), st.integers(1, 40))
def test_an_array_is_read_element_by_element_and_from_any_of_them(
    tmp_path_factory: pytest.TempPathFactory, values: list[object], escaped: bool, chunk: int
) -> None:
    path = tmp_path_factory.mktemp("j") / "a.json"
    path.write_text(json.dumps(values, ensure_ascii=escaped, indent=chunk % 3), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonstream, "_CHUNK", chunk)
        offsets, seen = [], []
        with JsonStream(path) as stream:
            for value in stream:
                seen.append(value)
                offsets.append(stream.offset)
        assert seen == values
        for n, offset in enumerate(offsets, 1):
            with JsonStream(path, offset) as stream:
                assert list(stream) == values[n:]


def test_an_object_gives_pairs(tmp_path: Path) -> None:
    path = tmp_path / "o.json"
    path.write_text('\ufeff { "a" : [1, 2] , "b":{"c":"ü"} } ', "utf-8")
    with JsonStream(path) as stream:
        assert list(stream) == [("a", [1, 2]), ("b", {"c": "ü"})]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[1, 2", "ends in the middle"),
        ('[1, {"a": ', "damaged near byte"),
        ("[1 2]", "expected ','"),
        ('{"a" 1}', "expected ':'"),
        ("3", "no JSON array or object"),
        ("", "ends in the middle"),
        ("[tru]", "damaged near byte"),
        ("[1, 2]\n[3]", "more behind the closing ']'"),
        ('{"a": 1}}', "more behind the closing '}'"),
    ],
)
def test_broken_json_is_named_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(DataError, match=rf"x\.json .*{complaint}"), JsonStream(tmp_path / "x.json") as stream:
        list(stream)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(b'["\xff\xfe"]')
    with pytest.raises(DataError, match="not text in UTF-8"), JsonStream(tmp_path / "x.json") as stream:
        list(stream)


RAW = {
    **official_item(product(1, "Lamp")),
    "small_description": "one text",
    "full_description": None,
    "query": "  LED Lamps ",
    "customization_options": {
        "Color": [{"value": " Red/Blue ", "image": "u"}, {"value": "X"}],
        "Size": None,
    },
}


def test_a_record_is_cleaned() -> None:
    found = clean({**RAW, "pricing": "$1,234.50 - $2,000"}, {"attributes": ["a"]})
    assert found.bullets == ("one text",) and found.description == "" and found.query == "led lamps"
    assert found.options == {"color": ("red | blue", "x")}
    assert found.option_images == {"red | blue": "u", "x": None}
    assert found.prices == (1234.5, 2000.0) and found.tag == "$1234.5 to $2000.0"
    assert found.synthetic is None
    assert clean({**RAW, "pricing": ""}, None).tag == "$100.0"
    assert clean({**RAW, "pricing": None}, None).attributes == ("DUMMY_ATTR",)
    assert clean({**RAW, "pricing": "$1 $2 $3"}, {}).prices == (1.0, 2.0)


def test_which_records_are_taken() -> None:
    assert [wanted({"asin": a}) for a in ("B000000001", "nan", "B0000000012", "", None)] == [True, *[False] * 4]


@pytest.mark.parametrize(
    "change",
    [
        {"pricing": "ten"},
        {"pricing": "$1.2.3"},
        {"query": None},
        {"name": ...},
        {"name": None},
        {"name": "half a character \ud800"},
        {"full_description": ["a list"]},
        {"small_description": None},
        {"small_description": ["text", 3]},
        {"category": None},
    ],
)
def test_a_record_that_cannot_be_read_is_named(change: dict[str, object]) -> None:
    broken = {k: v for k, v in {**RAW, **change}.items() if v is not ...}
    with pytest.raises(DataError, match="product B000000001"):
        clean(broken, None)


def test_half_a_character_in_a_name_is_named_readably() -> None:
    with pytest.raises(DataError, match=r"product B00000\\ud800: UnicodeEncodeError"):
        clean({**RAW, "asin": "B00000\ud800"}, None)


@pytest.mark.parametrize("attributes", ["abc", [1], None])
def test_attributes_are_a_list_of_texts(attributes: object) -> None:
    with pytest.raises(DataError, match="attributes is a"):
        clean({**RAW, "pricing": ""}, {"attributes": attributes})


def test_a_catalogue_without_products_is_no_shop(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no product"):
        import_catalogue(ListCatalogue([]), tmp_path)
    assert not (tmp_path / "shop.json").exists()


def test_packing_keeps_a_product(tmp_path: Path) -> None:
    for given_product in catalogue():
        found = Product.unpack(given_product.pack())
        assert found.document == given_product.document and list(found.options) == list(given_product.options)
        assert (found.prices, found.bullets) == (given_product.prices, given_product.bullets)


def test_a_killed_import_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "BATCH", 10)
    monkeypatch.setattr(importer, "SLICE", 25)
    whole = import_catalogue(ListCatalogue(catalogue()), tmp_path / "whole")
    killed = ListCatalogue(catalogue(), fail_at=37)
    with pytest.raises(KeyboardInterrupt):
        import_catalogue(killed, tmp_path / "shop")
    with pytest.raises(DataError, match="has not finished"):
        Shop(tmp_path / "shop")
    resumed = import_catalogue(killed, tmp_path / "shop")
    assert killed.given == [*range(37), *range(30, 72)]
    assert (resumed.asins, resumed.content, resumed.files["search.idx"]) == (
        whole.asins, whole.content, whole.files["search.idx"],
    )  # fmt: skip
    assert not (tmp_path / "shop" / ".import").exists()
    assert check_shop(tmp_path / "shop") == resumed


def test_an_import_killed_while_indexing_keeps_its_products(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "SLICE", 25)
    source = ListCatalogue(catalogue())

    def stop(stage: str, done: int) -> None:
        if stage == "index" and done == 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_catalogue(source, tmp_path, stop)
    import_catalogue(source, tmp_path)
    assert source.given == list(range(72))
    assert Shop(tmp_path).index.search("chair number 33")


def test_an_import_of_another_catalogue_does_not_go_on_with_this_one(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        import_catalogue(ListCatalogue(catalogue(), fail_at=5), tmp_path)
    assert import_catalogue(ListCatalogue(catalogue()[:3], "other"), tmp_path).products == 3
    with pytest.raises(DataError, match="another catalogue"):
        import_catalogue(ListCatalogue(catalogue()), tmp_path)


def test_of_two_products_with_one_name_the_first_stays(tmp_path: Path) -> None:
    import_catalogue(ListCatalogue([product(1, "First"), product(1, "Second"), product(2, "Third")]), tmp_path)
    shop = Shop(tmp_path)
    assert [shop.store.product(row).title for row in range(len(shop.store))] == ["First", "Third"]


@pytest.mark.parametrize("name", ["products.db", "search.idx"])
def test_a_shop_that_is_not_whole_is_refused(tmp_path: Path, name: str) -> None:
    import_catalogue(ListCatalogue(catalogue()), tmp_path)
    path = tmp_path / name
    raw = path.read_bytes()
    path.write_bytes(raw[:-100])
    with pytest.raises(DataError, match=f"{name} is not whole"):
        Shop(tmp_path)
    path.write_bytes(raw[:-100] + b"x" * 100)
    with pytest.raises(DataError, match=f"{name} is damaged"):
        check_shop(tmp_path)
    path.unlink()
    with pytest.raises(DataError, match="not whole"):
        Shop(tmp_path)


def test_a_product_that_cannot_be_unpacked_is_named(tmp_path: Path) -> None:
    import_catalogue(ListCatalogue(catalogue()), tmp_path)
    with closing(sqlite3.connect(tmp_path / "products.db")) as db, db:
        db.execute("UPDATE products SET data = x'00' WHERE row = 3")
    with (
        closing(Store(tmp_path / "products.db")) as store,
        pytest.raises(DataError, match=r"products\.db cannot be read"),
    ):
        store.product(3)


def test_damaged_goals_are_named(tmp_path: Path) -> None:
    import_catalogue(ListCatalogue(catalogue()), tmp_path)
    path = tmp_path / "goals-synthetic-princeton-0.arr"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(DataError, match=r"0\.arr is damaged .* drawn again"):
        check_shop(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "files": {"a": 3}}'])
def test_a_damaged_manifest_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "shop.json").write_text(text)
    with pytest.raises(DataError, match=r"shop\.json is damaged"):
        Manifest.load(tmp_path)


def test_the_originals_files_are_imported_on_first_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKILLEVO_CACHE", str(tmp_path / "cache"))
    write_official(tmp_path, catalogue())
    shop = find_shop(tmp_path)
    assert shop.manifest.products == 72
    assert shop.folder.is_relative_to(tmp_path / "cache")
    assert find_shop(tmp_path) is shop and find_shop(shop.folder) is shop
    limited = OfficialFiles(*(tmp_path / n for n in ("items_shuffle_1000.json", "items_ins_v2_1000.json")), limit=7)
    assert import_catalogue(limited, tmp_path / "seven").products == 7
    assert not list(Shop(tmp_path / "seven").store.instructions(human=True))


def test_damaged_official_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKILLEVO_CACHE", str(tmp_path / "cache"))
    write_official(tmp_path, catalogue())
    items = tmp_path / "items_shuffle_1000.json"
    items.write_text(items.read_text()[:-200])
    with pytest.raises(DataError, match=r"items_shuffle_1000\.json is damaged.*is it whole"):
        find_shop(tmp_path)
    write_official(tmp_path, catalogue())
    (tmp_path / "items_ins_v2_1000.json").write_text("[1]")
    with pytest.raises(DataError, match="objects by asin"):
        find_shop(tmp_path)
    (tmp_path / "items_ins_v2_1000.json").unlink()
    with pytest.raises(DataError, match=r"cannot read .*items_ins_v2_1000"):
        find_shop(tmp_path)


def test_where_no_catalogue_is_the_error_says_what_would_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WEBSHOP_DATA", raising=False)
    with pytest.raises(DataError, match=r"WEBSHOP_DATA"):
        find_shop()
    with pytest.raises(DataError, match="not a WebShop catalogue"):
        find_shop(tmp_path)
    (tmp_path / "items_shuffle.json").touch()
    (tmp_path / "items_shuffle.json").open("r+b").truncate(200_000_000)
    with pytest.raises(DataError, match=r"imported once: skillevo data webshop --items"):
        find_shop(tmp_path)


def test_a_varied_catalogue_is_the_same_every_time_and_from_anywhere(shop: Shop, tmp_path: Path) -> None:
    source = VariedCatalogue(shop.store, "small", 300)
    whole = list(source.read(tmp_path, ""))
    assert len({p.asin for p in whole}) == 300
    assert list(source.read(tmp_path, "200")) == whole[200:]
    assert import_catalogue(source, tmp_path / "varied").products == 300
