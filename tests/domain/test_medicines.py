"""Names as families write them, what the way of giving changes, and exact doses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from brasle_prescreen import load_protocol
from brasle_prescreen.glucocorticoids import DailyDose
from brasle_prescreen.medicines import normalise

PROTOCOL = load_protocol()
LEXICON = PROTOCOL.medicines


def test_there_are_154() -> None:
    assert len(LEXICON) == 154


@pytest.mark.parametrize("medicine", list(LEXICON), ids=lambda one: one.id)
def test_every_name_finds_its_own_entry(medicine: object) -> None:
    for name in medicine.names:  # type: ignore[attr-defined]
        for written in (name, name.upper(), f"  {name}® "):
            match = LEXICON.find(written)
            assert match is not None, written
            assert (match.medicine.id, match.exact) == (medicine.id, True)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("written", "id", "route"),
    [
        ("醋酸泼尼松片", "prednisone", None),
        ("硫酸羟氯喹片", "hydroxychloroquine", None),
        ("环孢素软胶囊", "cyclosporine", None),
        ("磷酸氯喹", "chloroquine", None),
        ("吗替麦考酚酯分散片", "mycophenolate_mofetil", None),
        ("西罗莫司口服液", "sirolimus", None),
        ("盐酸舍曲林片", "antidepressants", None),
        ("枸橼酸托法替布缓释片", "tofacitinib", None),
        ("注射用环磷酰胺", "cyclophosphamide", "injection"),
        ("注射用甲泼尼龙", "methylprednisolone_oral", "injection"),
        ("地塞米松注射液", "dexamethasone", "injection"),
        ("甲氨蝶呤针", "methotrexate", "injection"),
        ("注射用甲泼尼龙琥珀酸钠", "methylprednisolone_iv", None),
        ("他克莫司缓释胶囊", "tacrolimus", None),
        ("他克莫司软膏", "topical_inhaled_steroid", None),
        ("Ｍ　Ｍ　Ｆ", "mycophenolate_mofetil", None),
        ("MMF®", "mycophenolate_mofetil", None),
        ("水痘针", "vax_varicella", None),
    ],
)
def test_one_word_of_salt_or_form_may_be_taken_off_each_end(written: str, id: str, route: str | None) -> None:
    match = LEXICON.find(written)
    assert match is not None
    assert (match.medicine.id, match.route) == (id, route)


@pytest.mark.parametrize(
    "written",
    [
        "布地奈德喷雾",
        "环孢素乳膏",
        "注射用硫酸羟氯喹片片",
        "硫酸醋酸羟氯喹",
        "片",
        "注射用",
        "注射用片",
        "",
        " ",
        "\x00",
        "\ud800",
        "x" * 100_000,
        "缤纷乐",
    ],
)
def test_nothing_fuzzier_is_ever_found(written: str) -> None:
    assert LEXICON.find(written) is None


def test_names_are_compared_after_normalising() -> None:
    assert normalise(" Ｐｒｅｄ®　Nisone ") == "prednisone"


def test_lookalikes() -> None:
    assert {one.id for one in LEXICON.confusable_with("belimumab")} == {"blinatumomab", "relmacabtagene"}
    assert [one.name for one in LEXICON.confusable_with("vax_je_live")] == ["乙脑灭活疫苗"]
    assert LEXICON.confusable_with("folic_acid") == ()
    for group in LEXICON.confusable:
        for one in group:
            if one.id is not None:
                assert one.id in LEXICON


@pytest.mark.parametrize(
    ("id", "route", "flags"),
    [
        ("rituximab", None, {"i4": "biologic", "e13": "hit", "e15": "hit"}),
        ("rituximab", "unsure", {"i4": "biologic", "e13": "site", "e15": "site"}),
        ("rituximab", "topical", {}),
        ("ruxolitinib", "topical", {"e14": "site"}),
        ("ruxolitinib", "oral", {"i4": "site", "e14": "hit"}),
        ("prednisone", None, {"i4": "ocs", "i6": "ocs"}),
        ("prednisone", "injection", {"i4": "site", "i6": "site"}),
        ("prednisone", "unsure", {"i4": "site", "i6": "site"}),
        ("prednisone", "topical", {}),
        ("methylprednisolone_iv", "oral", {"i4": "ocs", "i6": "ocs"}),
        ("methylprednisolone_iv", "topical", {}),
        ("methotrexate", "injection", {"i4": "conventional_immunosuppressant", "i6": "conventional_immunosuppressant"}),
        (None, None, {"i4": "site", "i6": "site", "e13": "site", "e14": "site", "e15": "site", "e17": "site"}),
        (None, "topical", {"e14": "site", "e17": "site"}),
    ],
)
def test_what_the_way_of_giving_changes(id: str | None, route: str | None, flags: dict[str, str]) -> None:
    found = LEXICON.flags(id, route)
    assert {flag: value for flag, value in found.items() if value != "none"} == flags


@pytest.mark.parametrize(
    ("id", "milligrams", "prednisone"),
    [
        ("prednisone", "20", "20"),
        ("methylprednisolone_oral", "16", "20"),
        ("dexamethasone", "3", "20"),
        ("hydrocortisone", "80", "20"),
        ("cortisone", "100", "20"),
        ("betamethasone", "2.4", "20"),
        ("deflazacort", "24", "20"),
        ("triamcinolone", "4", "5"),
    ],
)
def test_equivalents_are_exact(id: str, milligrams: str, prednisone: str) -> None:
    table = PROTOCOL.glucocorticoids
    dose = DailyDose(Decimal(milligrams), Decimal(milligrams))
    assert table.equivalent(id, dose).most == table.scaled(Decimal(prednisone))


def test_every_medicine_of_the_steroid_table_is_a_steroid() -> None:
    for id in PROTOCOL.glucocorticoids.steroids:
        assert LEXICON.entry(id).medicine_class == "ocs"


def test_names_for_people() -> None:
    assert LEXICON.names("hydroxychloroquine") == {"en": "hydroxychloroquine", "zh": "羟氯喹"}
