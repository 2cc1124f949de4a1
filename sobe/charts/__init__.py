"""What a chapter shows: figures, tables, verdicts and the estimator, as data.

Here: the declaration of a figure, shared parts of charts, the theme, tables and numbers in prose,
outputs as JSON with their plain HTML, and their translation. Not here: fits and verdicts
(`sobe.analysis`), nor pages (`sobe.site`).
"""
