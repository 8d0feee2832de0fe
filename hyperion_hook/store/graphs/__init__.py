"""Import graphs by commit, kept between runs."""
