"""Quality of functions and files: cognitive and NPath complexity, Halstead, and what the change touches."""
