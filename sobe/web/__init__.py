"""What surrounds figures and tables on the site: cards, files, documentation, addresses."""
