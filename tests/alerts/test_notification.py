"""Alerts on the terminal, and sent to a real server."""

import json
import threading
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tensorboard_plugin_hidden.alerts.notification import Webhook, console, line, webhook
from tensorboard_plugin_hidden.errors import HiddenError, HiddenWarning
from tensorboard_plugin_hidden.format.alerts import Alert

ALERT = Alert(16, "merging", "warning", "fc", "gap", 0.1, 2.0, None, 15, "fc: 4 and 9 are merging.", (4, 9), "", (7,))


class Server:
    """Takes what is posted."""

    def __init__(self, status=200, seconds=0.0):
        self.posted = []
        posted = self.posted
        self.release = threading.Event()
        release = self.release

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                release.wait(seconds)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                posted.append((self.path, self.headers["Content-Type"], json.loads(body)))
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.release.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def test_a_line_says_when_where_and_how_bad():
    assert line(ALERT) == "step 16, fc: 4 and 9 are merging. [warning]"
    network = Alert(3, "divergence", "error", "", "loss", 2.0, 1.0, 1.5, 2, "Training is unstable.")
    assert line(network) == "step 3: Training is unstable. [error]"


def test_the_terminal_gets_one_line(capsys):
    console(ALERT)
    captured = capsys.readouterr()
    assert captured.err == "hidden: step 16, fc: 4 and 9 are merging. [warning]\n"
    assert captured.out == ""


def test_alerts_are_posted_in_order():
    with Server() as server:
        hook = webhook(server.url).for_run("cnn")
        for step in (16, 17):
            hook(Alert(step, *(getattr(ALERT, name) for name in Alert.__slots__[1:])))
        hook.drain()
    assert [path for path, _, _ in server.posted] == ["/hook", "/hook"]
    assert [kind for _, kind, _ in server.posted] == ["application/json"] * 2
    assert [body["step"] for _, _, body in server.posted] == [16, 17]
    body = server.posted[0][2]
    assert body["text"] == "cnn: step 16, fc: 4 and 9 are merging. [warning]"
    assert (body["run"], body["rule"], body["limit"], body["classes"]) == ("cnn", "merging", None, [4, 9])


def test_what_is_posted_names_classes_and_samples():
    with Server() as server:
        hook = webhook(server.url)
        hook.send(ALERT, [f"class {number}" for number in range(6)], [f"image {row}" for row in range(8)])
        hook(ALERT)
        hook.drain()
    named, alone = (body for _, _, body in server.posted)
    assert (named["classes"], named["samples"]) == ([4, 9], [7])
    assert named["class_names"] == ["class 4", "9"], "a class without a name is its number"
    assert named["sample_ids"] == ["image 7"]
    assert not {"class_names", "sample_ids"} & alone.keys()


def test_nobody_waits_for_a_server_that_is_slow():
    with Server(seconds=60) as server:
        hook = webhook(server.url)
        hook(ALERT)
        assert server.posted == []
        with pytest.warns(HiddenWarning, match="do not reach the webhook at 127.0.0.1: no answer within"):
            hook.drain(0.05)


@pytest.mark.parametrize("status", [500, 404, 302])
def test_failures_are_one_warning(status):
    with Server(status) as server:
        hook = webhook(server.url)
        hook(ALERT)
        hook(ALERT)
        with pytest.warns(HiddenWarning, match=f"webhook at 127.0.0.1: HTTPError: HTTP Error {status}") as caught:
            hook.drain()
        # Others' objects may be collected meanwhile, with warnings of their own.
        assert len([one for one in caught if issubclass(one.category, HiddenWarning)]) == 1
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            hook(ALERT)
            hook.drain()
    assert [path for path, _, _ in server.posted] == ["/hook"] * 3, "no redirect is followed"


def test_nobody_there_is_a_warning_without_the_secret_in_the_address():
    with Server() as server:
        url = server.url
    hook = webhook(url + "/secret-token")
    hook(ALERT)
    with pytest.warns(HiddenWarning) as caught:
        hook.drain()
    assert "URLError" in str(caught[0].message)
    assert "secret-token" not in str(caught[0].message)


def test_no_thread_is_left_and_none_begins_without_an_alert():
    before = threading.enumerate()

    def threads():
        mine = [thread for thread in threading.enumerate() if thread.name == "hidden-webhook"]
        return [thread for thread in mine if thread not in before]

    with Server() as server:
        hook = webhook(server.url)
        hook.drain()
        assert threads() == []
        hook(ALERT)
        assert len(threads()) == 1
        hook.drain()
        assert threads() == []
        hook(ALERT)
        hook.drain()
    assert len(server.posted) == 2


@pytest.mark.parametrize("url", ["ftp://example.org", "file:///etc/passwd", "example.org", "http://", "http://[", 3])
def test_other_addresses_are_refused(url):
    with pytest.raises(HiddenError, match="not the address of a webhook"):
        Webhook(url)
