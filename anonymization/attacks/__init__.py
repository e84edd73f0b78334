"""The suite that tries to find a contributor out. One attack a file, each on networks that it is handed.

An attack is a function of a :class:`~anonymization.attacks.network.Network` pair (one to learn on, one to attack), a
publisher (the pipeline that ships, or the naive one) and a seed; it returns trials, which `judgement` turns into a
figure with an interval. The attacker knows this code and every parameter; it does not have the keys.
"""
