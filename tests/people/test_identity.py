"""ID numbers: what is accepted, what they tell, how they are found again."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from people import identity
from people.choices import Gender, IdType
from tests.people.builders import citizen

DAYS = st.dates(date(1920, 1, 1), date(2020, 12, 31))


@given(st.sampled_from(["150404", "110101", "654321"]), DAYS, st.integers(0, 999))
def test_a_number_made_by_the_rule_is_valid_and_tells_birthday_and_sex(division: str, day: date, order: int) -> None:
    number = citizen(order, birth=f"{day:%Y%m%d}", division=division)
    identity.validate(IdType.CITIZEN, number)
    told = identity.told(IdType.CITIZEN, number)
    assert told == identity.Told(Gender.MALE if order % 2 else Gender.FEMALE, day)


@given(DAYS, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(day: date, order: int, at: int, by: int) -> None:
    number = citizen(order, birth=f"{day:%Y%m%d}")
    wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    with pytest.raises(ValidationError):
        identity.validate(IdType.CITIZEN, wrong)


@given(DAYS, st.integers(0, 999), st.integers(0, 16))
def test_two_neighbours_swapped_are_always_found(day: date, order: int, at: int) -> None:
    number = citizen(order, birth=f"{day:%Y%m%d}")
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if swapped != number:
        with pytest.raises(ValidationError):
            identity.validate(IdType.CITIZEN, swapped)


@given(st.text(max_size=40))
def test_any_text_is_either_valid_or_refused_with_a_sentence(text: str) -> None:
    number = identity.normal(text)
    assert identity.normal(number) == number
    for kind in IdType:
        assert _said(kind, number)[-1:] in ("", "。")
    assert identity.guess(number) in ("", *IdType)


def _said(kind: str, number: str) -> str:
    try:
        identity.validate(kind, number)
    except ValidationError as error:
        return error.messages[0]
    return ""


@pytest.mark.parametrize(
    "written",
    [
        "15040419900307001x",
        "１５０４０４１９９００３０７００１Ｘ",
        "'150404 1990 0307 001X",
        "\u200e15040419900307001Ⅹ",
    ],
)
def test_habits_of_writing_are_one_number(written: str) -> None:
    assert identity.normal(written) == "15040419900307001X"


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        (IdType.CITIZEN, "150404900307001", "id_old"),
        (IdType.CITIZEN, "1504041990030700", "id_length"),
        (IdType.CITIZEN, "15040419901307001X", "id_birth"),
        (IdType.CITIZEN, "810000199003070011", "id_kind"),
        (IdType.CITIZEN, "15040419900307A011", "id_form"),
        (IdType.CITIZEN, "15040420991231001X", "id_birth"),
        (IdType.HK_MACAO, "H1234567", "id_form"),
        (IdType.TAIWAN, "1234567", "id_form"),
        (IdType.PASSPORT, "E1", "id_form"),
    ],
)
def test_each_fault_has_its_own_sentence(kind: str, number: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        identity.validate(kind, number)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (IdType.HK_MACAO, "H12345678"),
        (IdType.HK_MACAO, "M1234567801"),
        (IdType.TAIWAN, "12345678"),
        (IdType.PASSPORT, "E12345678"),
        (IdType.FOREIGNER, "CHN110000010101"),
        (IdType.OTHER, "ABC-1234"),
    ],
)
def test_documents_of_others_are_taken(kind: str, number: str) -> None:
    identity.validate(kind, number)
    assert identity.told(kind, number) == identity.Told()


def test_a_permit_is_the_same_person_s_after_it_was_renewed() -> None:
    normal = [identity.normal(text) for text in ("h 0123 4567", "H01234567（02）", "H-01234567-03")]
    assert normal == ["H01234567", "H0123456702", "H0123456703"]
    assert len({identity.index(IdType.HK_MACAO, number) for number in normal}) == 1
    taiwan = [identity.normal(text) for text in ("01234567", "0123456701(B)")]
    assert len({identity.index(IdType.TAIWAN, number) for number in taiwan}) == 1
    assert identity.index(IdType.OTHER, "0123456701") != identity.index(IdType.OTHER, "01234567")
    assert identity.normal("E-1234 5678") == "E12345678"
    assert identity.normal("AB-1234") == "AB-1234"
    for number in normal:
        identity.validate(IdType.HK_MACAO, number)


def test_the_index_is_equal_for_equal_numbers_and_tells_nothing(settings) -> None:
    number = citizen(1)
    key = identity.index(IdType.CITIZEN, number)
    assert key == identity.index(IdType.RESIDENCE, number)
    assert number[:6] not in key
    assert identity.index(IdType.PASSPORT, "E12345678") != identity.index(IdType.OTHER, "E12345678")
    settings.DATA_KEYS = ["another key of the region"]
    assert identity.index(IdType.CITIZEN, number) != key
    assert key in identity.indexes(IdType.CITIZEN, number)
