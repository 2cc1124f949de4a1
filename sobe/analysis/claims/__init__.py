"""The claims ledger: every statement of the summary that can be right or wrong, judged.

`data/claims.csv` says what is claimed, how the sentence is read, what its wording allows and
which reading decides. `data/claim_readings.csv` names the readings, fixed before verdicts. The
modules `capability` to `scale` compute the readings from the tables. `verdicts` judges by one
rule, and `ledger` combines both. `stability` finds what would change a verdict. `sentences` proves
that no sentence of the summary is left out. No verdict is stored; `sobe.charts.claims` shows them.
"""
