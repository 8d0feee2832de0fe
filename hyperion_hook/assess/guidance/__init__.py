"""What helps the author and the reviewer beside the score: what to read, who knows it, what is like it, what to do."""
