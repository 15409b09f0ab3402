"""How the weights that decide what is article are learned: one command, fixed seeds, the same bytes each time.

    python -m archive.training BENCH --evaluate        word F1 of pages of sites that the weights have not seen
    python -m archive.training BENCH -o FILE           learns from all pages of BENCH, and writes the weights
    … --dumps                                          the same with text dumps, and weights of their lines

BENCH is a folder with ``html/NAME.warc.gz`` and ``html/NAME.gold.jsonl.gz``: captured pages, and their texts as people
wrote them down; for dumps with ``text/STYLE-NAME.jsonl.gz``. The pages are their publishers' and no part of this project;
the weights are sums over them. ``DATASHEET.md`` and ``DATASHEET_DUMPS.md`` beside this file say what they were learned from,
how well they do, and where they fail. Needs the extra ``[train]``; nothing here is imported when pages are extracted.

    pages        gold and page -> blocks with labels
    vocabulary   weights of class names and words, from other sites than those they are used on
    fit          trees, and the file
    evaluate     cross-validation by site
    dumps        dumps and gold -> lines with labels
    fit_dumps    the same for dumps: trees, and how well they do
"""
