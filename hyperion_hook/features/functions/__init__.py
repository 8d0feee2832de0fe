"""Where the functions of a file begin and end. In: text and its language. Out: lizard's function records."""
