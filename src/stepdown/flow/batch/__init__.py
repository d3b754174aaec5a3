"""Batches: many repositories, one ledger, any executor."""
