"""One file a campaign: each attacks the whole program in one way and prints what became of it.

`python -m tests.faults.campaigns NAME [--long]` runs one, `all` every one. The suite runs their short forms.
"""
