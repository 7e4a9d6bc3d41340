"""What web pages from elsewhere try: every kind of request that a browser sends without asking anybody.

    with elsewhere() as port:                        another server of this machine
        tab.goto(f"http://evil.test:{port}")
        said = tab.evaluate(ATTACK, {"home": ..., "reads": [...], "form": ..., "json": ...})

`said` has the name of each attempt with what the page made of it; what reached Pixie is for Pixie to tell.
"""

import http.server
import threading
from contextlib import contextmanager

__all__ = ["ATTACK", "HARMLESS", "elsewhere"]

HARMLESS = {"refused", "403", "opaque", "silence", "sent", "TypeError", "NetworkError", "SecurityError"}
"""What a page may make of an attempt: that it failed, or nothing at all. `sent` is all that is told of beacons and pings."""

ATTACK = """async ({home, reads, form, json}) => {
  const said = {};
  const within = work => Promise.race([work, new Promise(done => setTimeout(() => done('silence'), 4000))]);
  const attempts = [];
  const tried = (name, begin) => attempts.push(within((async () => begin())())
    .then(outcome => { said[name] = String(outcome); }, failure => { said[name] = failure.name; }));
  const answered = async answer => answer.type === 'opaque' ? 'opaque' : answer.status === 403 ? '403' : await answer.text();
  const loaded = (tag, attributes) => new Promise(done => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.onload = element.onloadeddata = () => done('loaded');
    element.onerror = () => done('refused');
    (document.body || document.documentElement).append(element);
  });
  const framed = attributes => new Promise(done => {
    const element = Object.assign(document.createElement('iframe'), attributes);
    element.onload = () => { try { done(element.contentDocument.body.innerText && 'shown'); } catch { done('refused'); } };
    document.body.append(element);
  });

  for (const path of reads) {
    const url = home + path;
    tried('fetch ' + path, () => fetch(url).then(answered));
    tried('blind fetch ' + path, () => fetch(url, {mode: 'no-cors'}).then(answered));
    tried('fetch with cookies ' + path, () => fetch(url, {credentials: 'include'}).then(answered));
    tried('xhr ' + path, () => new Promise(done => {
      const asked = new XMLHttpRequest();
      asked.open('GET', url);
      asked.onload = () => done(asked.status); asked.onerror = () => done('refused');
      asked.send();
    }));
    tried('img ' + path, () => loaded('img', {src: url}));
    tried('script ' + path, () => loaded('script', {src: url}));
    tried('module ' + path, () => loaded('script', {type: 'module', src: url}));
    tried('import ' + path, () => import(url).then(() => 'imported'));
    tried('style ' + path, () => loaded('link', {rel: 'stylesheet', href: url}));
    tried('preload ' + path, () => loaded('link', {rel: 'preload', as: 'image', href: url + '#preload'}));
    tried('prefetch ' + path, () => loaded('link', {rel: 'prefetch', href: url}));
    tried('icon ' + path, () => { document.head.append(Object.assign(document.createElement('link'), {rel: 'icon', href: url})); return 'sent'; });
    tried('video ' + path, () => loaded('video', {src: url, preload: 'auto'}));
    tried('audio ' + path, () => loaded('audio', {src: url, preload: 'auto'}));
    tried('object ' + path, () => loaded('object', {data: url}));
    tried('embed ' + path, () => { document.body.append(Object.assign(document.createElement('embed'), {src: url})); return 'sent'; });
    tried('background ' + path, () => { document.body.style.backgroundImage = `url("${url}#back")`; return 'sent'; });
    tried('font ' + path, () => new FontFace('f', `url("${url}")`).load().then(() => 'loaded'));
    tried('worker ' + path, () => new Promise(done => { new Worker(url).onerror = () => done('refused'); }));
    tried('events ' + path, () => new Promise(done => {
      const source = new EventSource(url);
      source.onmessage = source.onopen = () => done('opened');
      source.onerror = () => { source.close(); done('refused'); };
    }));
    tried('websocket ' + path, () => new Promise(done => {
      const socket = new WebSocket(url.replace('http', 'ws'));
      socket.onopen = () => done('opened'); socket.onerror = () => done('refused');
    }));
    tried('frame ' + path, () => framed({src: url}));
    tried('sandboxed frame ' + path, () => loaded('iframe', {sandbox: 'allow-scripts allow-forms', src: url}).then(() => 'sent'));
  }

  const fields = new URLSearchParams('a=1');
  const parts = new FormData();
  parts.set('a', '1');
  const body = '{"inputs": {}}';
  for (const url of [home + form, home + json]) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      tried(`${method} json ${url}`, () => fetch(url, {method, headers: {'Content-Type': 'application/json'}, body}).then(answered));
      tried(`${method} bare ${url}`, () => fetch(url, {method}).then(answered));
    }
    for (const [name, data] of Object.entries({fields, parts, text: body, typed: new Blob([body], {type: 'text/plain'})})) {
      tried(`POST ${name} ${url}`, () => fetch(url, {method: 'POST', body: data}).then(answered));
      tried(`blind POST ${name} ${url}`, () => fetch(url, {method: 'POST', mode: 'no-cors', body: data}).then(answered));
      tried(`keepalive POST ${name} ${url}`, () => fetch(url, {method: 'POST', mode: 'no-cors', keepalive: true, body: data}).then(answered));
      tried(`beacon ${name} ${url}`, () => navigator.sendBeacon(url, data) ? 'sent' : 'refused');
    }
    tried(`override ${url}`, () => fetch(url, {headers: {'X-HTTP-Method-Override': 'POST'}}).then(answered));
    tried(`ping ${url}`, () => {
      const link = Object.assign(document.createElement('a'), {href: '#', ping: url});
      document.body.append(link); link.click();
      return 'sent';
    });
    for (const enctype of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']) {
      tried(`form ${enctype} ${url}`, () => {
        const target = 'frame' + Math.random();
        const frame = framed({name: target});
        const sent = Object.assign(document.createElement('form'), {method: 'post', action: url, enctype, target});
        sent.append(Object.assign(document.createElement('input'), {name: 'a', value: '1'}));
        document.body.append(sent);
        return frame.then(() => { sent.submit(); return 'sent'; });
      });
    }
  }
  await Promise.all(attempts);
  return said;
}"""


class _Empty(http.server.BaseHTTPRequestHandler):
    """Any path is an empty page."""

    body = b"<!doctype html><title>elsewhere</title><body>"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def elsewhere():
    """Another server on this machine; yields its port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Empty)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
