"""The claims ledger: every quantitative statement of the summary, recomputed and judged.

`data/claims.csv` says what is claimed, where and how precisely; the functions in the modules
``glance`` to ``funding`` compute the same quantity from the tables, once for each defensible
definition or source; `verdicts` judges by one rule; `ledger` puts them together; `page` gives
chapters what they show of it. No verdict is stored anywhere.
"""
