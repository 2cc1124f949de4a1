"""What the PDF says of its own accord, by edition; all else comes from the chapters and their catalogues."""

WORDS = {
    "en": {
        "language": "en", "figure": "Figure", "table": "Table", "contents": "Contents", "figures": "Figures", "tables": "Tables",
        "code": "Code", "code_intro": "The cells behind the figures and numbers, chapter by chapter, as they were executed.",
        "part": "Appendix", "references": "References",
        "version": "Version {version}, {date}", "commit": ", commit {commit}", "report": "Computed from the data of the report, doi:{doi}",
        "licence": "Text, figures and data: CC BY 4.0. Code: MIT.", "online": "Online", "data": "Data", "sources": "Sources",
        "independent": "An independent edition, recomputed from the data of the State of Brain Emulation Report 2025. The report’s authors do not endorse it.",
        "next": "continued on the next page", "before": ", continued", "absent": "Online also: {}", "see": " See {}.", "aside_reference": " ({}).", "and": ", ", "stop": ". ", "colon": ": ",
        "shows": "{figure} shows {why}.", "page": "Page", "what": "What is plotted", "title": "Title",
        "catalogue": "The figures of this book", "row": "Amount", "column": "Domain", "idea": "Idea", "aside": "The summary’s words",
        "estimator": "In the HTML edition ({address}) every choice changes the numbers at once. Here the estimator stands as it opens there: {case}.",
        "still": "The estimator as it opens", "still_costs": "What the first connectome costs, million US dollars; parts without cost are left out",
    },
    "zh": {
        "language": "zh-CN", "figure": "图", "table": "表", "contents": "目录", "figures": "图", "tables": "表",
        "code": "代码", "code_intro": "各章图表与数字背后的代码单元，按执行时的原样列出。",
        "part": "附录", "references": "参考文献",
        "version": "版本 {version}，{date}", "commit": "，提交 {commit}", "report": "依据报告数据计算，doi:{doi}",
        "licence": "文字、图表与数据：CC BY 4.0；代码：MIT。", "online": "在线", "data": "数据", "sources": "来源",
        "independent": "独立版本，依据《大脑模拟现状报告 2025》的数据重新计算。报告作者未对本版予以认可。",
        "next": "续下页", "before": "（续）", "absent": "网页版另有：{}", "see": "见{}。", "aside_reference": "（{}）。", "and": "、", "stop": "。", "colon": "：",
        "shows": "由{figure}可见{why}。", "page": "页", "what": "所示内容", "title": "标题",
        "catalogue": "本书的图", "row": "金额", "column": "领域", "idea": "设想", "aside": "",
        "estimator": "在网页版（{address}）中，每次选择都会立即改变各项数字。此处为其打开时的情形：{case}。",
        "still": "估算器打开时的情形", "still_costs": "首个连接组的成本构成，单位百万美元；不含费用为零的部分",
    },
}  # fmt: skip
