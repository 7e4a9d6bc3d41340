"""The hundred cases: what Pixie must stand, each clause in a line, by the name that a test's mark gives it.

    @pytest.mark.case("N2.strange", "N11.strange")

    N  the network and the browser     E  exports                  F  faults of the server
    P  paths and files                 S  secrets                  K  keeping what is kept
    I  zips from strangers             B  bad input                D  defences with no case of their own
    X  what is shown                   T  tools that misbehave

tests/test_battery.py fails where a clause has no test, and where a mark names none of these.
"""

__all__ = ["CLAUSES"]

_TABLE = """
N1.listens      one socket listens, on 127.0.0.1, and no connection leads elsewhere
N1.default      without settings that is port 7860
N1.public       a host beyond this machine is exit code 2 with the setting's name
N2.strange      any other name, any route, any method: 403, and nothing is done
N2.own          127.0.0.1, localhost in any case and [::1], with any port: answered as ever
N3.refused      no Host, an empty one, two, 16 KiB of it, a broken Origin, a proxy's target: refused, and it lives
N3.http2        HTTP/2 by prior knowledge or upgrade is not spoken
N4.page         a rebound name doesn't see the page
N4.refused      a page that is same-origin by a rebound name gets nothing by any kind of request
N5.form         a form of each kind that sends itself from elsewhere is refused
N5.no_cors      so is a fetch without preflight
N5.beacon       and a beacon
N5.curl         the same JSON as text/plain is 415 from a program too
N6.origins      an Origin that isn't exactly ours is 403, by GET and by POST, on every path
N6.websocket    and for a WebSocket
N6.from_pages   a page without an origin, sandboxed, of data or from the disk, gets nothing
N7.refused      a page on another port, or by the other name of this machine, gets nothing
N7.link         but may link to a page
N8.refused      pictures, scripts and streams of suggestions, events, exports and files are refused to other sites
N8.no_tool      and no tool hears of it
N8.policy       every answer says Cross-Origin-Resource-Policy: same-origin
N9.pages        a link from elsewhere opens a page
N9.others       and neither the API nor a file
N9.framing      no page is framed
N9.prefill      a query never starts a run
N10.examples    the commands of the documents work verbatim, without an Origin
N10.referer     without an Origin, a strange Referer is 403
N11.refused     a WebSocket is refused on every path, whatever its origin
N11.strange     and whatever its host
N12.lint        every answer of every route, of success, refusal and fault, has every header and none that it may not have
N12.exact       the policy of each kind of answer is word for word what it should be
N13.safe        GET and HEAD change nothing
N13.override    a header or a parameter that names another method is ignored
N13.methods     any other method is 405
N14.curl        a tool does nothing for a program without its token, or by a strange name
N14.page        nor for a page
N15.port        whoever has the tool's port isn't taken for the tool, and nothing is sent to it
N15.stranger    nor whoever has it once the tool is gone
N15.address     the address that is printed is by number
N16.location    no redirect leads away
N16.reflected   nothing of a request is markup in an answer
N17.others      with hundreds of slow connections, others are answered
N17.head        a head that never ends is hung up on
N17.body        a body that doesn't come is 408
N17.unread      who doesn't read is dropped
N17.bounded     and nothing of it stays
P1.refused      an address that tries to leave its folder is 404, on every route that takes a name
P1.unopened     and nothing is opened for it
P1.alike        whether or not anything is there
P2.elsewhere    a file or run asked for through another tool, run or case isn't there
P2.deleted      nor one that was deleted
P3.kinds        links, pipes, sockets, devices and files of holes that a tool leaves aren't taken, and it is said
P3.served       what was put in a file's place later isn't followed either
P4.race         nor while it is being swapped
P5.names        files keep apart under safe names, whatever they were called
P6.direct       a page that a tool made is a download
P6.framed       in a frame it has no rights
P6.again        nor from the browser's cache
P7.direct       an SVG runs nothing and fetches nothing, opened by itself
P7.img          it is shown in an img
P7.inlined      it is never put into a page as markup
P8.table        a file is served by its ending alone, with the policy of its kind
P8.untyped      nothing is without a type
P8.declared     whatever a tool declares it to be
P9.header       a download's name makes one clean header
P10.ranges      one range or the whole, to GET and HEAD
P10.meanwhile   a file that is deleted meanwhile is sent to its end
P10.bounded     a large file and slow readers hold no memory
I1.names        an entry's name that leads out or isn't safe everywhere is refused by name, and nothing is written
I2.kinds        links, devices and odd modes are refused
I3.bombs        bombs are refused in no time, and leave nothing
I4.broken       so is what programs read differently
I5.inert        nothing of a zip runs before it is confirmed
I6.manifest     a hostile declaration is refused or warned of, and nothing of it reaches a shell
I7.secrets      a replaced tool's secrets wait to be confirmed
I8.kill         an import that is killed is done or undone
X1.markdown     Markdown makes no link but to the web or ours, no markup, no request
X2.html         HTML is cleaned to what harms nobody, and stays so
X3.htmx         nothing of a tool's speaks to htmx
X4.svg          an SVG is a picture
X5.latex        a formula can't do more than stand there
X6.plotly       nor can a chart
X7.maps         nor a map
X8.hostile      a hostile text is text in every field
X8.terminal     and in a terminal
X9.silent       nothing that a tool says makes the browser ask another machine
X10.clean       every kind of page with every library breaks no policy
X10.blocked     and what is injected is blocked
E1.plain        csv is the data and comes back byte for byte
E1.spreadsheet  csv for spreadsheets disarms texts, quotes every field and leaves numbers alone
E1.menu         the menu says which is for what
E2.strings      every text of a workbook is a text, without a link or a part that leads away
E3.stated       what a workbook can't hold is stated in it, and it opens
E3.over         more than it holds is 413 with what holds it
E4.names        a run's zip has safe relative names and follows no link
E4.old          times before those of a zip are its first
E4.zip64        more than 4 GB is a zip that others read
E4.nothing_else no .env, database or environment is in it
E4.hashes       run.json has size and hash of every file
E4.meanwhile    a run that is deleted meanwhile is sent whole, or broken off
E4.back         imported again, it gives the same bytes
E5.dropped      exports that are dropped leave nothing, and others go on
S1.mode         .env is its owner's alone from the beginning, and one that wasn't is repaired and told
S1.killed       a save that is killed leaves the old or the new
S2.answers      a secret stands in no answer, whatever is asked
S2.kept         nor in the database, in a log, a file, a backup, or on a command line
S2.exports      nor in an export
S2.faults       nor in what is said or logged of a fault
S3.masked       what a tool says of it is dots, in outputs, streams, log and error
S3.forms        split, in JSON, in URLs, and line by line
S3.file         a file with it is left alone, and its run is flagged
S3.asks         and an export of such a run says so
S3.short        one too short to mask is warned of
S4.environment  a tool sees the allow-list and its own secrets
S4.said         and that it can read what its user can is said
S5.values       a value comes back exactly or is refused, and never sets another
S5.names        names that would change more are refused
S6.set          an answer says that and when it was set, and a blank keeps it
S6.browser      the browser keeps nothing of it
S7.copies       no export, copy or backup has it
S7.tools        a shared or imported tool has none, and a removed one takes its own along
B1.size         a body beyond its limit is 413, with a length or in chunks, of each kind
B1.head         too long an address is 414, too many headers 431
B1.expect       who asks first is told before sending
B1.encoding     a compressed body is 415
B1.bounded      and nothing of it stays in memory
B2.depth        JSON too deep or with too many values is 400, soon
B2.long         so is a string beyond the limit 413
B3.inputs       a number that not every program reads is refused, in JSON and in forms, with its field
B3.outputs      in an output it is null with a word, or the run says what was wrong
B3.browser      whatever Pixie answers and shows is JSON that a browser reads
B4.refused      what isn't UTF-8 is 400 in bodies, queries and names
B4.headers      and never a fault in a header
B5.refused      NUL and half a surrogate pair are 422 at their field, in JSON and in forms
B5.kept         all other text is kept as it is and shown escaped
B5.ids          ids are ASCII
B5.search       a search folds forms and case
B6.api          any JSON in any field is taken as it is, or 422 with its path
B6.types        for every type of input
B7.table        a table of a million rows is kept, and shown in part
B7.words        so are megabytes of Markdown, and a hundred thousand items
B8.forms        a broken multipart form is 400, one that doesn't fit 422
B8.names        a sent file's name leads nowhere
B8.lies         a lying type is found out where it matters
B8.bombs        a picture that unfolds to gigabytes is never unfolded
B9.filters      what is syntax elsewhere is text in every filter
B9.orders       no order and no size but those that there are
T1.start        a start that fails says at which step, in time, and leaves nothing
T2.exit         so does one that exits, each time anew and only when asked
T3.identity     who isn't the tool is never taken for it
T3.warned       listening beyond this machine is warned of
T4.silence      a tool that hangs or drips ends at its limit, and holds up nobody
T4.stalled      a silent one is said to be
T4.suggestions  suggestions that come late are none
T5.death        a tool that dies ends its run with how, and the next one works
T5.partial      what it left is kept as partial
T6.garbage      what is no answer ends its run in words, and the next one works
T6.redirect     a redirect isn't followed
T6.headers      no header of a tool's reaches a browser
T7.cut          an answer without end, or inflated, is cut at its cap at no cost
T8.streams      a stream without end or of great events ends at its cap
T8.forged       no event of Pixie's own can be forged
T9.pipes        a tool that floods its output never waits, and first and last of it stay
T9.proxies      the way to a tool leads past every proxy
T10.gone        a cancelled tool is gone with all it started, within eight seconds
T11.quota       a tool that fills the disk or memory ends at its quota
T12.told        what a tool does to other runs' files is found
T13.late        what comes after the end is ignored
T13.claims      a file that is only claimed is said to be missing
T13.caps        runs are capped
F1.kill         killed at any system call of a run, nothing acknowledged is lost and every run ends
F2.publish      nor of publishing and of the log
F3.care         nor of sweeps, purges, backups, exports, imports, settings and migrations
F4.processes    what a killed server left running goes, and a stranger with its number stays
F6.full         a full disk refuses in words, loses nothing, and recovers
F6.fsync        an fsync that failed is never taken for one that didn't
F7.read_only    a folder that can't be written is served with a notice
F7.busy         a database that another holds makes writes 503 within seconds
F8.damage       a damaged database is refused, copied aside and never written over
F9.second       a second server of the folder ends with 1 and the first one's number
F9.stale        a killed one's lock is no obstacle
F9.network      a network file system is warned of
F10.clock       a run's duration, the order of its events and the sweeper stand a clock that jumps
F11.uncut       a stream is cut by no clock
F11.let_go      who leaves is let go
F11.resumed     who comes back misses nothing and gets nothing twice
F11.tabs        eight tabs load
F11.hundred     a hundred read one run and see the same
F11.comments    comments come in between
F11.end         streams end cleanly with the server
F11.json        the events are JSON by Accept
F11.happenings  the stream of happenings tells of runs and tools, and ends with the server
F12.crowd       hundreds of runs keep to the cap and to their turn
F12.queue       beyond the queue is 429
F13.signals     SIGTERM, SIGINT twice, SIGHUP and a closed terminal end it in ten seconds with its runs marked
F13.stopping    a server that stops takes nothing new
F14.sqlite      nothing but SQLite opens the database
F14.two         two processes lose no row
K1.machine      whatever is done in whatever order, what is kept stays
K2.marks        a mark that was answered wins over a purge
K3.settings     a sweeper whose settings can't be read is off
K3.never        what runs or has no end is never swept
K4.brake        it asks before it takes many
K5.undo         a deletion can be undone exactly
K5.links        a purge follows no link, and opened files are read to their end
K6.quarantine   what nobody knows is set aside, never deleted
K7.triggers     raw SQL can't delete what is protected, and a missing trigger is made anew
K7.restore      a backup brings everything back
D2.rules        the guard's rules, each by itself
D4.policy       the pages' policy allows no script but ours
D6.limits       each limit is a setting and holds at its number
D6.starting     healthz is true only when all is up
D6.launcher     the launcher's state is for developers
D6.openapi      the document of the API is valid, whole, served, printed and right in its examples
D6.client       the client is what the generator would make of it
D6.document     every route answers as the document of the API says, under fuzzing
"""

CLAUSES = dict(line.split(maxsplit=1) for line in _TABLE.strip().splitlines())
"""What each clause says, by its name."""
