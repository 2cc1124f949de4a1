"""The computations of the book: fits, projections, prices, claims and the estimator.

Here: numbers and intervals from the rows of tables. Not here: charts, texts of chapters, and pages.
"""
