"""How git is started safely: which program, in which environment, trusting which folders."""
