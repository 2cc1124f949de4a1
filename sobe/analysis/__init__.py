"""What the book computes from the tables: fits, projections, prices, claims and the estimator.

Here: numbers and intervals from rows. Not here: charts, words for readers of a chapter, or pages.
"""
