"""Remedies as edits, one kind in each file. `stepdown.rewrite.remedies` knows them all."""
