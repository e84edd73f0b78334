"""What is marked between two names."""

import itertools
import uuid

import pytest

from network.resolution.outcome import CustomerLine
from network.services.reviews import Review, ReviewCandidate
from network.web.differences import Agreement, Part, compare, marked, missing_words


def drawn(name: str, beside: str) -> str:
    """Return a name with what differs in brackets."""
    return "".join(f"[{part.text}]" if part.differs else part.text for part in marked(name, beside=beside))


@pytest.mark.parametrize(
    ("name", "beside", "expected"),
    [
        ("Boulangerie Dupont", "Boulangerie Dupond", "Boulangerie Dupon[t]"),
        ("Boulangerie Dupont", "BOULANGERIE DUPONT", "Boulangerie Dupont"),
        ("Boulangerie Dupont et Fils", "Boulangerie Dupont", "Boulangerie Dupont et [Fils]"),
        ("Charpentes Vasseur et Fils", "Charpentes Vasseur & fils", "Charpentes Vasseur et Fils"),
        ("L’Oréal", "LOREAL", "L’Oréal"),
        ("Transports Lecœur", "Transports Lecoeur", "Transports Lecœur"),
        ("Électricité Générale", "Electricite Generale", "Électricité Générale"),
        ("Garage Zwickau", "Boulangerie Dupont", "[Garage] [Zwickau]"),
        ("Garage Zwickau", "", "[Garage] [Zwickau]"),
        ("Dupon", "Dupont", "[Dupon]"),
        ("", "Dupont", ""),
    ],
)
def test_letters_that_one_name_has_not_are_marked(name: str, beside: str, expected: str) -> None:
    assert drawn(name, beside) == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("Boulangerie Dupond SARL Contentieux", "Boulangerie Dupont", ("Contentieux",)),
        ("SOCIETE A RESPONSABILITE LIMITEE DUPONT", "Dupont", ()),
        ("Boulangerie Dupont", "Boulangerie Dupont et Fils", ()),
        ("LOREAL", "L’Oréal", ()),
        ("", "Dupont", ()),
    ],
)
def test_words_that_only_the_line_has_are_named(ours: str, theirs: str, expected: tuple[str, ...]) -> None:
    assert missing_words(ours, theirs) == expected


def test_no_piece_is_lost_or_split_in_vain() -> None:
    name = "Société des Boulangeries Dupont & Cie (Lyon)"
    parts = marked(name, beside="Boulangerie Dupond Lyon")
    assert "".join(part.text for part in parts) == name
    assert all(one.differs != other.differs for one, other in itertools.pairwise(parts))
    assert Part("Zwickau", differs=True) in marked("Zwickau", beside="Lyon")


@pytest.mark.parametrize(
    ("line", "candidate", "expected"),
    [
        ({"postcode": "69003"}, {"postcode": "69003"}, Agreement.SAME),
        ({"postcode": "69003", "city": "LYON"}, {"postcode": "69007", "city": "Lyon"}, Agreement.SAME),
        ({"postcode": "69003"}, {"postcode": "69100"}, Agreement.UNKNOWN),
        ({"postcode": "69003"}, {"postcode": "75011"}, Agreement.OTHER),
        ({}, {"postcode": "75011"}, Agreement.UNKNOWN),
    ],
)
def test_places_are_compared_as_far_as_they_tell(
    line: dict[str, str], candidate: dict[str, str], expected: Agreement
) -> None:
    found = ReviewCandidate(
        debtor_id=uuid.UUID(int=1),
        name="Dupont",
        legal_form="SARL",
        postcode=candidate.get("postcode"),
        city=candidate.get("city"),
        identifiers={"siren": "552100554", "vat": "FR40552100554"},
        score=0.7,
        reasons=(),
    )
    asked = CustomerLine(customer_id="C1", customer_name="Dupont SA", siret="55210055400011", **line)
    shown = compare(Review(uuid.UUID(int=2), asked, "why", (found,), is_own=True))
    (candidate_shown,) = shown.candidates
    assert candidate_shown.place is expected
    assert candidate_shown.form is Agreement.OTHER
    assert [number.agreement for number in candidate_shown.numbers] == [Agreement.SAME, Agreement.UNKNOWN]
    assert shown.form == "SA"
    assert shown.numbers == (("siren", "552100554"),)
