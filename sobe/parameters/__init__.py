"""Parameters of chapters: what a value may be, and how a reader writes it.

A chapter declares its parameters once, under ``parameters`` in the head of its page. Here: reading
that declaration and the values given (`domain`), how values are written (`grammar`), and what data
a chapter needs (`needs`). Not here: the cell with the defaults, which papermill reads
(`sobe.pipeline.parameters`), and the table that readers see (`sobe.charts.parameters`).
"""
