"""What a commit message and an identity say: fix, revert, hotfix, program or person."""
