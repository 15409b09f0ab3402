filedesc://kelmouth.arc 0.0.0.0 20040503040000 text/plain 77
1 0 Kelmouth Library
URL IP-address Archive-date Content-type Archive-length

dns:news.kelmouth.example 192.0.2.53 20040503040400 text/dns 58
20040503040506
news.kelmouth.example.	3600	IN	A	192.0.2.7

http://news.kelmouth.example:80/harbour/301 192.0.2.7 20040503040506 text/html 2108
HTTP/1.1 200 OK
Content-Type: text/html; charset=utf-8
Content-Length: 2027

<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The committee of district 301</title><meta property="article:published_time" content="2004-05-02T08:00:00+02:00"><meta name="author" content="Ada Lindqvist"></head><body><article><h1>The committee of district 301</h1><p>The reservoir committee of district 301 met for the 2. time on Alder Row, although the treasurer warned that the reserve fund was nearly empty. Its chair said that 27431 visitors had come since spring, and that the plan for the reservoir would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p><p>The theatre committee of district 301 met for the 3. time on Binder Lane, while the engineers were still waiting for the spare parts from abroad. Its chair said that 27444 visitors had come since spring, and that the plan for the theatre would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p><p>The quarry committee of district 301 met for the 4. time on Cask Street, so that children could reach the school without crossing the main road. Its chair said that 27457 visitors had come since spring, and that the plan for the quarry would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p><p>The harbour committee of district 301 met for the 5. time on Dover Steps, because the old pumps had failed twice during the winter floods. Its chair said that 27470 visitors had come since spring, and that the plan for the harbour would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p><p>The orchard committee of district 301 met for the 6. time on Elm Yard, after neighbours collected four hundred signatures in a single week. Its chair said that 27483 visitors had come since spring, and that the plan for the orchard would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p></article></body></html>
http://news.kelmouth.example:80/harbour/302 192.0.2.7 20040503040507 text/html 2121
HTTP/1.1 404 Not Found
Content-Type: text/html; charset=utf-8
Content-Length: 2033

<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The committee of district 302</title><meta property="article:published_time" content="2004-05-02T08:00:00+02:00"><meta name="author" content="Ada Lindqvist"></head><body><article><h1>The committee of district 302</h1><p>The bakery committee of district 302 met for the 2. time on Alder Row, so that children could reach the school without crossing the main road. Its chair said that 27522 visitors had come since spring, and that the plan for the bakery would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p><p>The lighthouse committee of district 302 met for the 3. time on Binder Lane, because the old pumps had failed twice during the winter floods. Its chair said that 27535 visitors had come since spring, and that the plan for the lighthouse would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p><p>The tramway committee of district 302 met for the 4. time on Cask Street, after neighbours collected four hundred signatures in a single week. Its chair said that 27548 visitors had come since spring, and that the plan for the tramway would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p><p>The reservoir committee of district 302 met for the 5. time on Dover Steps, although the treasurer warned that the reserve fund was nearly empty. Its chair said that 27561 visitors had come since spring, and that the plan for the reservoir would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p><p>The theatre committee of district 302 met for the 6. time on Elm Yard, while the engineers were still waiting for the spare parts from abroad. Its chair said that 27574 visitors had come since spring, and that the plan for the theatre would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p></article></body></html>
http://news.kelmouth.example:80/find?q=old harbour 192.0.2.7 200405030405 text/html 2106
HTTP/1.1 200 OK
Content-Type: text/html; charset=utf-8
Content-Length: 2025

<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The committee of district 303</title><meta property="article:published_time" content="2004-05-02T08:00:00+02:00"><meta name="author" content="Ada Lindqvist"></head><body><article><h1>The committee of district 303</h1><p>The orchard committee of district 303 met for the 2. time on Alder Row, after neighbours collected four hundred signatures in a single week. Its chair said that 27613 visitors had come since spring, and that the plan for the orchard would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p><p>The ferry committee of district 303 met for the 3. time on Binder Lane, although the treasurer warned that the reserve fund was nearly empty. Its chair said that 27626 visitors had come since spring, and that the plan for the ferry would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p><p>The library committee of district 303 met for the 4. time on Cask Street, while the engineers were still waiting for the spare parts from abroad. Its chair said that 27639 visitors had come since spring, and that the plan for the library would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p><p>The bakery committee of district 303 met for the 5. time on Dover Steps, so that children could reach the school without crossing the main road. Its chair said that 27652 visitors had come since spring, and that the plan for the bakery would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p><p>The lighthouse committee of district 303 met for the 6. time on Elm Yard, because the old pumps had failed twice during the winter floods. Its chair said that 27665 visitors had come since spring, and that the plan for the lighthouse would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p></article></body></html>
http://news.kelmouth.example:80/harbour/304 192.0.2.7 20040503 text/html 2159
HTTP/1.1 200 OK
Content-Type: text/html; charset=utf-8
Transfer-Encoding: chunked

12c
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The committee of district 304</title><meta property="article:published_time" content="2004-05-02T08:00:00+02:00"><meta name="author" content="Ada Lindqvist"></head><body><article><h1>The committee of district 304</h1><p>The theatre co
12c
mmittee of district 304 met for the 2. time on Alder Row, while the engineers were still waiting for the spare parts from abroad. Its chair said that 27704 visitors had come since spring, and that the plan for the theatre would be read aloud again before anybody was asked to vote on it. Nobody in th
12c
e hall objected to that.</p><p>The quarry committee of district 304 met for the 3. time on Binder Lane, so that children could reach the school without crossing the main road. Its chair said that 27717 visitors had come since spring, and that the plan for the quarry would be read aloud again before 
12c
anybody was asked to vote on it. Nobody in the hall objected to that.</p><p>The harbour committee of district 304 met for the 4. time on Cask Street, because the old pumps had failed twice during the winter floods. Its chair said that 27730 visitors had come since spring, and that the plan for the h
12c
arbour would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p><p>The orchard committee of district 304 met for the 5. time on Dover Steps, after neighbours collected four hundred signatures in a single week. Its chair said that 27743 visitors had co
12c
me since spring, and that the plan for the orchard would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p><p>The ferry committee of district 304 met for the 6. time on Elm Yard, although the treasurer warned that the reserve fund was nearly empty. I
db
ts chair said that 27756 visitors had come since spring, and that the plan for the ferry would be read aloud again before anybody was asked to vote on it. Nobody in the hall objected to that.</p></article></body></html>
0


ftp://files.kelmouth.example/ 192.0.2.7 20040503040506 no-type 24
220 the ftp of Kelmouth

http://news.kelmouth.example:80/robots 192.0.2.7 20040503040506  18
SSH-2.0-Kelmouth

