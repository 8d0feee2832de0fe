"""Every setting: the Config in force (``load``), what each may be (``settings``), and the models' own."""
