"""Which commits fix bugs and which introduced them. In: a history. Out: labels."""
