"""The chapters with values that readers could give: (chapter, PARAMS), all executed at once."""

#: Values at the ends of what each chapter allows, alone and together; also those of readers who
#: leave out organisms or years.
EXTREMES = [
    ("recording", "hz_cap=1 whole_brain=[c_elegans,human] until=2015"),
    ("recording", "hz_cap=100000 whole_brain=[human] since=1950"),
    ("cost", "reader_budget_usd=1e5 reader_organism=human mouse_budget_usd=1e13"),
    ("cost", "reader_budget_usd=1e13 reader_organism=c_elegans human_budget_usd=1e5"),
    ("scale", "voxel_nm=1 bytes_per_voxel=1000"),
    ("scale", "voxel_nm=1000 bytes_per_voxel=0.01 organisms=[c_elegans,human]"),
    ("capability", "organisms=[mouse] since=1950 until=2100"),
]
OTHERS = [
    ("capability", "organisms=[mouse] since=2000 until=2002"),  # no simulation of these years
    ("funding", "tiers=[1m] domains=[technology] since=2015"),
    ("claims", "draws=100"),
    ("trends", "ahead=3"),
]
CHINESE = [("cost", "lang=zh_CN"), ("capability", "lang=zh_CN")]
RERUNS = [*EXTREMES, *OTHERS, *CHINESE]
