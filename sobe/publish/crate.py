"""`ro-crate-metadata.json` (RO-Crate 1.1): figures with their chapter, tables, sources, software.

No library writes it: it is one JSON file of a known form, made from records of the site.
"""

import json

from sobe.publish import citation
from sobe.site import collect
from sobe.site import figures as rec
from sobe.site.datadoc import ARCHIVE
from sobe.tables.sources import address_of

NAME = "ro-crate-metadata.json"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
#: What computes and draws the figures.
SOFTWARE = (
    "jupyter-book",
    "papermill",
    "altair",
    "vl-convert-python",
    "pandas",
    "numpy",
    "scipy",
    "statsmodels",
)
TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "csv": "text/csv",
    "metadata": "application/json",
    "spec": "application/json",
    "embed": "text/html",
}


def _ref(name):
    return {"@id": name}


def person(author):
    """Return an author as schema.org has it: a person, or an organization."""
    made = {
        "@id": author.orcid or "#" + author.name.replace(" ", "-"),
        "@type": "Person" if author.given or author.orcid else "Organization",
        "name": author.name,
        "affiliation": author.affiliation,
    }
    return {key: value for key, value in made.items() if value}


def _software():
    from importlib.metadata import PackageNotFoundError, metadata

    for package in SOFTWARE:
        try:
            found = metadata(package)
        except PackageNotFoundError:
            continue
        yield {
            "@id": f"https://pypi.org/project/{package}/{found['Version']}/",
            "@type": "SoftwareApplication",
            "name": package,
            "version": found["Version"],
            "url": f"https://pypi.org/project/{package}/{found['Version']}/",
        }


def _source(source):
    where = address_of(source) or f"#source-{source['key']}"
    return {
        "@id": where,
        "@type": "CreativeWork",
        "name": source["title"],
        "author": source["authors"],
        "datePublished": source["year"],
        **({"license": source["licence"]} if source["licence"] else {}),
    }


def graph(records, package, cff, commit, title, pages, language, address=""):
    """Describe the site as an RO-Crate.

    Parameters
    ----------
    records
        Of the figures, as `sobe.site.figures` makes them.
    package
        The data package, as `sobe.site.datadoc` reads it.
    cff, commit
        CITATION.cff as a dict, and the `Commit`.
    title, language
        Of the edition.
    pages
        {file: (title, notebook file or "")}.
    address
        Of the edition, or "" where it is not known.

    Returns
    -------
    dict
        The crate, ready for JSON.
    """
    entities = {}

    def add(entity):
        entities.setdefault(entity["@id"], entity)
        return _ref(entity["@id"])

    edition, report = citation.edition(cff), citation.report(cff)
    authors = [add(person(author)) for author in edition.authors]
    based = add(
        {
            "@id": report.address,
            "@type": "ScholarlyArticle",
            "name": report.title,
            "datePublished": report.year,
            "version": report.version,
            "author": [add(person(author)) for author in report.authors],
            "publisher": report.publisher,
            "license": _ref(LICENCE),
        }
    )
    licence = add(
        {
            "@id": LICENCE,
            "@type": "CreativeWork",
            "name": "Creative Commons Attribution 4.0 International",
            "identifier": "CC-BY-4.0",
        }
    )
    software = [add(entity) for entity in _software()]
    source_code = add(
        {
            "@id": "#software",
            "@type": "SoftwareSourceCode",
            "name": f"{edition.title}: source",
            "version": edition.version,
            "identifier": commit.id or "unknown",
            "programmingLanguage": "Python",
            "author": authors,
            "license": "MIT",
            "softwareRequirements": software,
        }
    )
    sources = {}

    def sourced(source):
        if source["key"] not in sources:
            sources[source["key"]] = add(_source(source))
        return sources[source["key"]]

    files = []
    tables = {}
    for name, resource in package.tables.items():
        named = list(
            dict.fromkeys(row["source"] for row in package.rows(name) if row.get("source"))
        )
        known = [sourced(source) for key in named if (source := package.source(key))]
        tables[name] = add(
            {
                "@id": f"data/{resource['path']}",
                "@type": "File",
                "name": resource["title"],
                "description": resource["description"],
                "encodingFormat": "text/csv",
                "license": licence,
                "isBasedOn": _distinct(known) or based,
            }
        )
        files.append(tables[name])
    for file, kind, label in (
        ("data/datapackage.json", "application/json", "Description of the tables"),
        (f"data/{ARCHIVE}", "application/zip", "All tables"),
    ):
        files.append(
            add(
                {
                    "@id": file,
                    "@type": "File",
                    "name": label,
                    "encodingFormat": kind,
                    "license": licence,
                }
            )
        )
    for file, (name, notebook) in pages.items():
        parts = [
            _ref(f"#figure-{record['name']}")
            for record in records
            if f"{record['page']}.html" == file
        ]
        page = {
            "@id": file,
            "@type": "File",
            "name": name,
            "encodingFormat": "text/html",
            "inLanguage": language,
            "license": licence,
        }
        if parts:
            page["mentions"] = parts
        if notebook:
            files.append(
                add(
                    {
                        "@id": notebook,
                        "@type": ["File", "SoftwareSourceCode"],
                        "name": f"{name}: executed notebook",
                        "encodingFormat": "application/x-ipynb+json",
                        "programmingLanguage": "Python",
                    }
                )
            )
            page["isBasedOn"] = _ref(notebook)
        files.append(add(page))
    for record in records:
        made = {kind: f"figures/{record['name']}.{end}" for kind, end in rec.FILES.items()}
        for kind, file in made.items():
            files.append(
                add(
                    {
                        "@id": file,
                        "@type": ["File", "ImageObject"] if kind in ("svg", "png") else "File",
                        "name": f"{record['title']} ({kind})",
                        "encodingFormat": TYPES[kind],
                        "license": licence,
                    }
                )
            )
        file = f"{record['page']}.html"
        notebook = pages.get(file, ("", ""))[1]
        used = [tables[table["name"]] for table in record["tables"]]
        add(
            {
                "@id": f"#figure-{record['name']}",
                "@type": "CreativeWork",
                "name": record["title"],
                "description": record["description"],
                "isPartOf": _ref(file),
                "hasPart": [_ref(name) for name in made.values()],
                "license": licence,
                "isBasedOn": _distinct(used + [sourced(source) for source in record["sources"]]),
                "version": edition.version,
                "identifier": f"{address}{file}#figure-{record['name']}",
            }
        )
        add(
            {
                "@id": f"#making-{record['name']}",
                "@type": "CreateAction",
                "name": f"Computing “{record['title']}”",
                "object": _distinct(used + ([_ref(notebook)] if notebook else [])),
                "instrument": [source_code, *software],
                "result": _ref(f"#figure-{record['name']}"),
                "agent": authors[0],
            }
        )
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": title,
        "description": " ".join(cff["abstract"].split()),
        "version": edition.version,
        "datePublished": edition.date,
        "license": licence,
        "author": authors,
        "isBasedOn": based,
        "inLanguage": language,
        "hasPart": _distinct(files),
        "mentions": [
            _ref(f"#{kind}-{record['name']}") for record in records for kind in ("figure", "making")
        ],
        "identifier": f"https://doi.org/{edition.doi}" if edition.doi else f"commit {commit}",
    }
    if address:
        root["url"] = address
    head = {
        "@id": NAME,
        "@type": "CreativeWork",
        "conformsTo": _ref("https://w3id.org/ro/crate/1.1"),
        "about": _ref("./"),
    }
    return {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [head, root, *entities.values()],
    }


def _distinct(references):
    return [_ref(name) for name in dict.fromkeys(reference["@id"] for reference in references)]


def write(app, out):
    """Write the crate of the site at ``out``."""
    pages = {}
    for name in sorted(app.env.found_docs):
        source = f"_sources/{app.env.doc2path(name, base=False)}"
        title = app.env.titles[name].astext() if name in app.env.titles else name
        pages[f"{name}.html"] = (
            title,
            source if source.endswith(".ipynb") and (out / source).is_file() else "",
        )
    made = graph(
        list(app.sobe_records.values()),
        app.sobe_package,
        app.sobe_cff,
        app.sobe_commit,
        app.config.project,
        pages,
        app.config.language or "en",
        collect.permanent(app),
    )
    (out / NAME).write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
