"""Every setting: the Config in force (``load``), how values are read (``kinds``), and the models' own."""
