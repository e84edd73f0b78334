"""Habits of writing: found where authors have them, and not where all write alike."""

import numpy as np
import pytest

from anonymization.attacks.authorship import CLAIMS, guess_authors, named
from anonymization.attacks.judgement import Hits, times_the_prior

AUTHORS, TEXTS = 8, 24
WORDS = (
    *(
        "invoice",
        "payment",
        "reminder",
        "supplier",
        "delay",
        "promised",
        "called",
        "bank",
        "week",
        "transfer",
    ),
    *("answer", "order", "dispute", "delivery", "partial", "month", "account", "agreed", "sent", "manager"),
    *("still", "waiting", "nothing", "paid", "late", "small", "large", "amount", "since", "again"),
)
OPENINGS = ("Hello, ", "FYI: ", "hi all - ", "Dear colleagues, ", "Well... ", "Note: ", "Bonjour, ", "So ")
JOINTS = (" ; ", ", ", " - ", " and ", "... ", " / ", ", but ", " & ")
ENDINGS = ("!", ".", " !!", ". Regards", "...", ". thx", " :-)", ". Best")


def _text(random: np.random.Generator, opening: str, joint: str, ending: str) -> str:
    parts = [" ".join(random.choice(WORDS, 4)) for _ in range(4)]
    return opening + joint.join(parts) + ending


def _tried(*, have_habits: bool) -> Hits:
    random = np.random.default_rng(7)
    habits = list(zip(OPENINGS, JOINTS, ENDINGS, strict=True))
    authors = [f"author {at}" for at in range(AUTHORS) for _ in range(TEXTS)]
    texts = [
        _text(random, *habits[at if have_habits else int(random.integers(AUTHORS))])
        for at in range(AUTHORS)
        for _ in range(TEXTS)
    ]
    learned = np.arange(len(texts)) % 2 == 0
    guesses = guess_authors(
        [text for text, known in zip(texts, learned, strict=True) if known],
        [author for author, known in zip(authors, learned, strict=True) if known],
        [text for text, known in zip(texts, learned, strict=True) if not known],
    )
    truth = [author for author, known in zip(authors, learned, strict=True) if not known]
    return named(truth, guesses, AUTHORS)


def test_authors_with_habits_are_found() -> None:
    assert times_the_prior(_tried(have_habits=True), CLAIMS[0].threshold).low > 6.0


def test_authors_of_one_style_are_not() -> None:
    assert times_the_prior(_tried(have_habits=False), CLAIMS[0].threshold).high <= CLAIMS[0].threshold


def test_one_author_is_no_question() -> None:
    with pytest.raises(ValueError, match="class"):
        guess_authors(["one text here", "one text there"], ["a", "a"], ["one text"])
