"""Official registers: what their files look like and what their codes mean. Pure: no database, no clock, no network."""
