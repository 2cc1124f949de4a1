"""Each claim as a schema.org ClaimReview, from what the page of claims shows."""

from types import SimpleNamespace

from sobe.analysis.claims import verdicts
from sobe.publish import citation, metadata


def app(project, *found):
    claims = [
        {"kind": "claim", "title": f"Claim {name}", "at": f"claim-{name}", "verdict": verdict}
        for name, verdict in found
    ]
    other = {"kind": "section", "title": "S", "at": "s", "verdict": None}
    return SimpleNamespace(
        sobe_cff=citation.read(project.root), sobe_found={"claims": [other, *claims]}
    )


def badge(word, text=""):
    return {"verdict": word, "text": text or word, "url": "#x"}


def test_a_claim_has_its_verdict_rating_and_address(project):
    found = app(project, ("a", badge(verdicts.DOES_NOT_HOLD, "不成立")), ("b", None))
    [review] = metadata.reviews(found, "claims", "https://example.org/claims.html")
    assert review["url"] == "https://example.org/claims.html#claim-a"
    assert review["claimReviewed"] == "Claim a"
    assert review["reviewRating"] == {
        "@type": "Rating",
        "alternateName": "不成立",
        "ratingValue": 1,
        "bestRating": 5,
        "worstRating": 1,
    }
    assert review["itemReviewed"]["appearance"]["url"].startswith("https://doi.org/")


def test_what_decides_nothing_has_no_rating_and_a_page_without_address_no_review(project):
    found = app(project, ("a", badge(verdicts.NOT_CHECKABLE)))
    [review] = metadata.reviews(found, "claims", "https://example.org/claims.html")
    assert review["reviewRating"] == {"@type": "Rating", "alternateName": verdicts.NOT_CHECKABLE}
    assert metadata.reviews(found, "claims", "") == []
    assert metadata.reviews(found, "cost", "https://example.org/cost.html") == []


def test_every_verdict_is_rated_or_decides_nothing():
    open_ones = {verdicts.NOT_CHECKABLE, verdicts.NOT_GRADED}
    assert set(metadata.RATINGS) == set(verdicts.VERDICTS) - open_ones
