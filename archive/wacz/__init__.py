"""A corpus as WACZ 1.1.1, the zip that ReplayWeb.page opens: its records, an index of them, and its articles as pages.

records   every record that a row names, proven by the digest of its row, into ``archive/``
index     what can be replayed, by URL and time, into ``indexes/``
pages     the articles that can be looked at, into ``pages/``
package   the zip, and ``datapackage.json``, which has the digest of all of it
export    all of these, in one step: the file is there whole and valid, or not at all
rules     what the specification demands of a file; ``cdxj`` what it demands of the index
surt      the keys that an index is sorted by; ``sorting`` sorts more lines than memory holds
"""
