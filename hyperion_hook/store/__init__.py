"""What is kept between runs, in SQLite files that can always be rebuilt."""
