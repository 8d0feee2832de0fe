"""What a project declares to need from outside, by manifest, and whether the versions can be had together."""
