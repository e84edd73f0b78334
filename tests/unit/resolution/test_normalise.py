import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.resolution.legal_forms import FORM_TABLE, LEGAL_FORMS, Place, forms_conflict
from network.resolution.normalise import SPELLING_LENGTH, cut, normalise, normalise_all

_PIECES = (
    "Dupont", "S.A.R.L.", "SA", "et", "&", "L'", "d'", "Oréal", "GmbH", "Co.", "KG", "A", "B.", "la", "Sté", "Société",
    "générale", "à", "responsabilité", "limitée", "Ets", "Cie", "ltd", "Œuvre", "3M", "(Lyon)",
)  # fmt: skip
NAMES = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(_PIECES), max_size=9).map(" ".join))


@pytest.mark.parametrize(
    ("written", "spelling", "form"),
    [
        ("SARL DUPONT", "dupont", "SARL"),
        ("Dupont S.A.R.L.", "dupont", "SARL"),
        ("S A R L Dupont", "dupont", "SARL"),
        ("Société à responsabilité limitée Dupont", "dupont", "SARL"),
        ("Dupont SARL Lyon", "dupont lyon", "SARL"),
        ("Ets Dupont et Cie", "dupont", None),
        ("STE DUPONT", "dupont", None),
        ("EARL DE LA VALLÉE", "vallee", "EARL"),
        ("GAEC du Bois", "bois", "GAEC"),
        ("SCEA Château Noir", "chateau noir", "SCEA"),
        ("SELARL Pharmacie du Centre", "pharmacie centre", "SELARL"),
        ("Müller GmbH & Co. KG", "muller", "GmbH & Co. KG"),
        ("Müller GmbH und Co KG", "muller", "GmbH & Co. KG"),
        ("Kowalski Sp. z o.o.", "kowalski", "Sp. z o.o."),
        ("Kowalski sp. z o. o.", "kowalski", "Sp. z o.o."),
        ("Oy Karl Fazer Ab", "karl fazer", "AB"),
        ("Acme Pty Ltd", "acme", "Ltd"),
        ("Acme Co., Ltd.", "acme", "Ltd"),
        ("Rossi S.p.A.", "rossi", "SpA"),
        ("Novák s.r.o.", "novak", "s.r.o."),
        ("Mærsk A/S", "maersk", "AS"),
        ("J.C. Decaux SA", "jc decaux", "SA"),
        ("J C DECAUX", "jc decaux", None),
        ("Entretien de l’immobilier", "entretien immobilier", None),
        ("Entretien de l immobilier", "entretien immobilier", None),
        ("Société Générale", "societe generale", None),
        ("Sté Générale SA", "societe generale", "SA"),
        ("Dupont & Fils", "dupont fils", None),
        ("Dupont et fils", "dupont fils", None),
        ("SA", "sa", None),
        ("La Sarl", "la", "SARL"),
        ("", "", None),
        ("—", "", None),
    ],
)
def test_a_name_is_read_as_a_person_would(written: str, spelling: str, form: str | None) -> None:
    name = normalise(written)
    assert (name.spelling, name.legal_form) == (spelling, form)


@pytest.mark.parametrize(
    "spellings",
    [
        ("L'Oréal", "LOREAL", "L OREAL", "L’ORÉAL SA"),
        ("C&A", "C et A", "C A", "C. A."),
        ("Aide à l'enfance", "AIDE A L ENFANCE"),
        ("Boulangerie Saint-Denis", "BOULANGERIE SAINT DENIS", "Boulangerie   Saint Denis."),
    ],
)
def test_spellings_of_one_name_meet_in_their_joined_form(spellings: tuple[str, ...]) -> None:
    assert len({normalise(written).joined for written in spellings}) == 1


@given(NAMES)
def test_normalising_twice_changes_nothing(written: str) -> None:
    spelling = normalise(written).spelling
    assert normalise(spelling).spelling == spelling


@given(NAMES)
def test_a_spelling_is_words_and_blanks_and_not_longer_than_its_column(written: str) -> None:
    name = normalise(written)
    assert len(name.spelling) <= SPELLING_LENGTH
    assert name.spelling == " ".join(name.words)
    assert all(word.isalnum() for word in name.words)
    assert bool(name.spelling) == bool(name.joined)


@given(NAMES)
def test_case_never_matters(written: str) -> None:
    if written.upper().lower() == written.lower():  # a few letters have no way back, "ŉ" for one
        assert normalise(written.upper()).spelling == normalise(written.lower()).spelling


@given(NAMES)
def test_a_name_with_words_keeps_at_least_one(written: str) -> None:
    assert bool(normalise(written).spelling) == bool(cut(written))


@given(st.lists(NAMES, max_size=10))
def test_a_column_is_read_as_its_names_one_by_one(column: list[str]) -> None:
    assert normalise_all(column) == [normalise(written) for written in column]


def test_every_spelling_of_a_legal_form_is_recognised_where_it_may_stand() -> None:
    for phrase, form in FORM_TABLE.forms.items():
        written = " ".join(phrase)
        text = f"Zorglub {written}" if form.place & Place.TAIL else f"{written} Zorglub"
        name = normalise(text)
        assert (text, name.spelling, name.legal_form) == (
            text,
            "zorglub",
            form.shown if form.family else None,
        )


def test_no_spelling_in_the_table_is_a_single_string_by_mistake() -> None:
    assert all(isinstance(form.spellings, tuple) and len(form.spellings[0]) > 1 for form in LEGAL_FORMS)


def test_two_families_conflict_and_a_variant_does_not() -> None:
    assert forms_conflict("SARL", "SA")
    assert not forms_conflict("SAS", "SASU")
    assert not forms_conflict("SARL", None)
    assert not forms_conflict("Ets", "SA")
