"""Derivation of the tables in ``data/`` from a checkout of the report's data repository.

One module per subject. Each turns upstream's files into rows of our own schema
and records every value it changes in a :class:`~sobe.tables.derive.common.Ledger`,
which becomes ``data/corrections.csv``.
"""
