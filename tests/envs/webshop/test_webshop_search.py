"""Analyser, BM25 and the index file, against plain statements of what they should do."""

import math
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillevo.envs.base import DataError
from skillevo.envs.webshop.search import Analyser, Index, TooManyClauses, index, merge, write_segment
from skillevo.envs.webshop.search.analyser import MAX_TOKEN, tokens
from skillevo.envs.webshop.search.lengths import LENGTHS, encode
from skillevo.envs.webshop.search.porter import stem


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("wi-fi 2.4GHz t-shirts", ["wi", "fi", "2.4GHz", "t", "shirts"]),
        ("U.S.A. a:b it's o’clock", ["U.S.A", "a:b", "it's", "o’clock"]),
        ("10,000 3.5 1;2 7.a a.7", ["10,000", "3.5", "1;2", "7", "a", "a", "7"]),
        ("_a_b_ __ a__1", ["_a_b_", "a__1"]),
        ("café 東京タワー ひら", ["café", "東", "京", "タワー", "ひ", "ら"]),
        ("★ ™ 👍🏽 👨‍👩‍👧 🇩🇪 #️⃣", ["★", "™", "👍🏽", "👨‍👩‍👧", "🇩🇪", "#️⃣"]),
        ("→ • ✓ $%&", []),
        ("１２ ａｂ", ["１２", "ａｂ"]),
        ("a\u202fb a\u00a0b", ["a\u202fb", "a", "b"]),
    ],
)
def test_words_are_those_of_unicode(text: str, wanted: list[str]) -> None:
    assert list(tokens(text)) == wanted


def test_an_overlong_word_is_cut_and_its_rest_read_anew() -> None:
    assert [len(t) for t in tokens("a" * (2 * MAX_TOKEN + 7) + " b")] == [MAX_TOKEN, MAX_TOKEN, 7, 1]
    assert [len(t) for t in tokens("é" * (MAX_TOKEN + 1))] == [MAX_TOKEN, 1]


ASCII_TEXT = st.text(st.sampled_from("abZ09 .,:;'_-’\t"), max_size=30)


@given(ASCII_TEXT)
def test_both_patterns_agree_on_ascii(text: str) -> None:
    """A trailing letter from elsewhere sends the text through the Unicode pattern."""
    assert [*tokens(text)] == [*tokens(text + " é")][:-1]


def test_terms_are_stemmed_lower_case_and_without_stop_words() -> None:
    assert Analyser().terms("The Women's shoes, NOT the BOXES' and Bob’S") == ["women", "shoe", "box", "bob"]
    assert Analyser().terms("Sorry, sky relational possibly hopping filing agreed technologi") == (
        ["sorri", "sky", "relat", "possibl", "hop", "file", "agre", "technolog"]
    )


_STEMS = (
    "caresses>caress ponies>poni cats>cat feed>feed plastered>plaster motoring>motor sing>sing conflated>conflat "
    "troubling>troubl sized>size falling>fall failing>fail happy>happi digitizer>digit analogousli>analog "
    "vietnamization>vietnam formaliti>formal sensibiliti>sensibl triplicate>triplic hopeful>hope goodness>good "
    "allowance>allow replacement>replac adoption>adopt homologou>homolog effective>effect rate>rate cease>ceas "
    "controll>control roll>roll is>is by>by eed>eed ied>i conformabli>conform"
)


@pytest.mark.parametrize(("word", "wanted"), [pair.split(">") for pair in _STEMS.split()])
def test_stems(word: str, wanted: str) -> None:
    assert stem(word) == wanted


def test_lengths_in_one_byte_are_exact_below_24_and_then_rounded_down() -> None:
    lengths = np.arange(5000)
    kept = LENGTHS[encode(lengths)]
    assert (kept[:41] == lengths[:41]).all()
    assert (kept <= lengths).all() and (kept >= lengths * 7 / 8).all()
    assert encode(np.array([2**31 - 1]))[0] == 255


def build(folder: Path, documents: list[str], names: list[str] | None = None, slices: int = 1) -> Index:
    paths, size = [], max(1, -(-len(documents) // slices))
    for first in range(0, len(documents), size):
        paths.append(folder / f"{first}.seg")
        write_segment(paths[-1], first, documents[first : first + size], Analyser())
    names = names or [f"{i:06d}" for i in range(len(documents))]
    ranks = np.empty(len(documents), np.int32)
    ranks[np.argsort(names)] = np.arange(len(documents))
    merge(paths, folder / "search.idx", ranks)
    return Index(folder / "search.idx")


def by_hand(documents: list[str], names: list[str], query: str, top: int = 50) -> list[int]:
    """BM25 one document at a time, in single precision."""
    f = np.float32
    analyse = Analyser().terms
    bags = [Counter(analyse(d)) for d in documents]
    filled = sum(1 for b in bags if b)
    if not filled:
        return []
    mean = f(sum(b.total() for b in bags) / filled)
    found = []
    for row, bag in enumerate(bags):
        total = 0.0
        length = f(LENGTHS[encode(np.array([bag.total()]))[0]])
        for term, count in Counter(analyse(query)).items():
            if term in bag:
                df = sum(term in b for b in bags)
                w = f(count) * f(math.log(1 + (filled - df + 0.5) / (df + 0.5)))
                norm = f(1) / (f(0.9) * ((f(1) - f(0.4)) + f(0.4) * length / mean))
                total += float(w - w / (f(1) + f(bag[term]) * norm))
        if total:
            found.append((-float(f(total)), names[row], row))
    return [row for _, _, row in sorted(found)[:top]]


WORDS = st.sampled_from("red blue lamp lamps chair oak oaks size size10 the xl ★ café".split())  # noqa: SIM905
DOCUMENTS = st.lists(st.lists(WORDS, max_size=40).map(" ".join), min_size=1, max_size=25)


@settings(max_examples=40)
@given(DOCUMENTS, st.lists(WORDS, min_size=1, max_size=6).map(" ".join), st.randoms(use_true_random=False))
def test_the_index_ranks_as_bm25_by_hand(
    tmp_path_factory: pytest.TempPathFactory, documents: list[str], query: str, rng: random.Random
) -> None:
    names = [f"B{i}" for i in range(len(documents))]
    rng.shuffle(names)
    found = build(tmp_path_factory.mktemp("i"), documents, names, slices=3).search(query, 10)
    assert found == by_hand(documents, names, query, 10)


def long_tail(n: int) -> list[str]:
    """Documents whose words are as uneven as words are."""
    rng = random.Random(7)
    return [" ".join(f"w{int(rng.paretovariate(0.6)) % 3000}" for _ in range(rng.randint(3, 60))) for _ in range(n)]


@pytest.mark.parametrize("cost", [0, 6, 10**9])
def test_leaving_out_what_cannot_matter_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cost: int
) -> None:
    """Whether what is left is looked up (at no cost), read (at any cost), or the one or the other."""
    documents = long_tail(3000)
    found = build(tmp_path, documents, slices=4)
    rng = random.Random(1)
    queries = [" ".join(rng.sample(rng.choice(documents).split(), 3)) + " w1 w2 w3 w1" for _ in range(100)]
    whole = [found.ranked(q) for q in queries]
    looked_up = []
    monkeypatch.setattr(index, "_WORTH_PRUNING", 0)
    monkeypatch.setattr(index, "_LEAD", 200)
    monkeypatch.setattr(index, "_LOOK_UP_COST", cost)
    original = index._look_up
    monkeypatch.setattr(index, "_look_up", lambda *given: looked_up.append(1) or original(*given))  # type: ignore[func-returns-value]
    assert [found.ranked(q) for q in queries] == whole
    assert (len(looked_up) > 50) is (cost < 10), "hardly any query was pruned"


def test_slices_of_any_size_make_the_same_index(tmp_path: Path) -> None:
    documents = [*long_tail(200), "", "   "]
    for slices in (1, 7):
        (tmp_path / str(slices)).mkdir()
        build(tmp_path / str(slices), documents, slices=slices)
    one, seven = (tmp_path / n / "search.idx" for n in ("1", "7"))
    assert one.read_bytes() == seven.read_bytes()


def test_ties_are_broken_by_name(tmp_path: Path) -> None:
    names = ["B3", "B1", "B2", "A9"]
    assert build(tmp_path, ["lamp"] * 4, names).search("lamp") == [3, 1, 2, 0]


def test_queries_without_words_or_hits(tmp_path: Path) -> None:
    found = build(tmp_path, ["lamp", "chair"])
    assert [found.search(q) for q in ("", " ", "the", "unknown", "!?")] == [[]] * 5
    assert len(found) == 2


def test_an_empty_catalogue(tmp_path: Path) -> None:
    assert build(tmp_path, []).search("lamp") == []


def test_too_many_distinct_terms(tmp_path: Path) -> None:
    found = build(tmp_path, ["w1 w2"])
    assert found.search(" ".join(f"w{i}" for i in range(1024)) + " w1 w1") == [0]
    with pytest.raises(TooManyClauses, match=r"1,025 distinct terms"):
        found.search(" ".join(f"w{i}" for i in range(1025)))


def test_a_damaged_index_is_refused(tmp_path: Path) -> None:
    build(tmp_path, ["lamp", "chair"])
    path = tmp_path / "search.idx"
    raw = path.read_bytes()
    path.write_bytes(raw[:-1])
    with pytest.raises(DataError, match="incomplete"):
        Index(path)
    path.write_bytes(raw[:-1] + b"\xff")
    with pytest.raises(DataError, match="damaged"):
        Index(path).check()
    path.write_bytes(b"x" * len(raw))
    with pytest.raises(DataError, match="no array file"):
        Index(path)
    path.write_bytes(raw.replace(b'"format": 1', b'"format": 9'))
    with pytest.raises(DataError, match="another version"):
        Index(path)
    path.unlink()
    with pytest.raises(DataError, match="not there"):
        Index(path)
