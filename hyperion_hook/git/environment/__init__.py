"""How git is started safely: which program, in which environment, under which settings, trusting which folders."""
