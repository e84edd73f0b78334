"""How much each kind of token weighs when a backend picks candidates; the order in which they are shown is ranking's."""

EXACT, WORD, PREFIX, GRAM = 20.0, 2.0, 3.0, 1.0
