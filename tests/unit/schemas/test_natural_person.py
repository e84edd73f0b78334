import pytest

from network.schemas.natural_person import is_natural_person


@pytest.mark.parametrize(
    "name",
    [
        "M. Jean Dupont",
        "M.DUPONT",
        "Mme Durand Boulangerie",
        "Monsieur Paul Petit",
        "DUPONT Jean EI",
        "EI Jean Dupont",
        "Dupont Jean (E.I.)",
        "EIRL Martin",
        "Martin Paysages EIRL",
        "Durand Paul, entrepreneur individuel",
        "Auto-entrepreneur Lefèvre",
        "Leroy micro-entrepreneur",
        "Mr John Smith",
        "John Smith, sole trader",
        "Nordmann Enkeltpersonforetak",
        "MLLE ÉLODIE",
    ],
)
def test_a_sole_trader_is_known_by_title_or_status(name: str) -> None:
    assert is_natural_person(name)


@pytest.mark.parametrize(
    "name",
    [
        "M. Chapoutier SA",
        "Mr Bricolage",
        "M6",
        "MR BRICOLAGE SA",
        "M B A Transport",
        "Monsieur Meuble SARL",
        "Société Einstein",
        "Herr Group",
        "MRS GR trust",
        "Eiffage",
        "Dupont & Fils S.A.R.L.",
        "Maçonnerie Aubrac SARL",
        "Atelier EI Industrie",
        "",
        "—",
    ],
)
def test_a_company_is_not_taken_for_a_person(name: str) -> None:
    assert not is_natural_person(name)
