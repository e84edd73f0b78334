import pytest

from network.schemas.headings import field_named, recognise

NORTH_AMERICAN = {
    "Customer Account #": "customer_id",
    "Company Name": "customer_name",
    "Street": "street",
    "City": "city",
    "Zip": "postcode",
    "Recent High Credit": "high_credit",
    "Account Balance": "balance",
    "Current Due": "current",
    "1-30": "late_1_30",
    "31-60": "late_31_60",
    "61-90": "late_61_90",
    "91+ Days Past Due": "late_91",
    "Federal Tax ID": "registration",
    "Report Date": "report_date",
    "Country": "country",
}
FRENCH = {
    "Compte": "customer_id",
    "Raison sociale": "customer_name",
    "SIREN": "siren",
    "N° SIRET": "siret",
    "Code postal": "postcode",
    "Encours": "balance",
    "Non échu": "current",
    "1-30 j": "late_1_30",
    "Échu 31 à 60 jours": "late_31_60",
    "61-90j": "late_61_90",
    "> 90 j": "late_91",
    "N° facture": "invoice_id",
    "Date de facture": "invoice_date",
    "Échéance": "due_date",
    "Montant TTC": "amount",
    "Devise": "currency",
    "Date de règlement": "settled_date",
    "Litige": "disputed",
}


@pytest.mark.parametrize(("heading", "name"), [*NORTH_AMERICAN.items(), *FRENCH.items()])
def test_the_headings_of_the_field_are_known(heading: str, name: str) -> None:
    assert field_named(heading) == name


@pytest.mark.parametrize("heading", ["", "Phone", "Comment Code", "0-30", "Montant HT", "1-45 j"])
def test_other_headings_are_nothing_of_ours(heading: str) -> None:
    assert field_named(heading) is None


def test_a_declared_heading_wins_and_the_better_name_comes_first() -> None:
    headings = ["Nom", "Raison sociale", "Montant", "Montant TTC", "Mon champ"]
    found = recognise(headings, {"city": "Mon champ"})
    assert found == {"customer_name": "Raison sociale", "amount": "Montant TTC", "city": "Mon champ"}


def test_a_heading_that_stands_twice_is_not_guessed() -> None:
    assert "amount" not in recognise(["Montant", "montant"], {})
