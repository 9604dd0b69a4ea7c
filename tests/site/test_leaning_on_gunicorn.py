"""What our web process takes for granted of gunicorn's insides, part by part.

gunicorn has no hook for reading requests (``get_thread_pool`` and the server hooks come too late,
a thread is taken by then), so ``site/listening.py`` overrides its threaded worker.  Each test
names one expectation: where another release breaks it, read the new source, then this list.
"""

import ast
import inspect
import io
import textwrap

import pytest
from gunicorn import SERVER, util
from gunicorn.http import errors
from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.base import Worker
from gunicorn.workers.gthread import PollableMethodQueue, TConn, ThreadWorker

from sanderling.site.lines import Line, Paced
from sanderling.site.listening import Listener

# What gunicorn's loop and the end of a thread call on the worker: anything new would be run
# on connections that we keep elsewhere than gunicorn does.
CALLED = {
    "run": {
        "notify", "set_accept_enabled", "wait_for_and_dispatch_events", "is_parent_alive",
        "murder_keepalived", "murder_pending", "_cap_keepalive",
    },
    "wait_for_and_dispatch_events": set(),
    "enqueue_req": set(),
    "set_accept_enabled": set(),
    "handle_exit": set(),
    "handle": {
        "handle_error", "handle_http2", "handle_h2c_upgrade", "handle_request", "_keepalive_after",
    },
    "handle_request": {"wsgi"},
}  # fmt: skip
# The connections and flags that they look at themselves.
KEPT = {
    "run": {
        "alive", "cfg", "keepalived_conns", "method_queue", "nr_conns", "poller", "sockets",
        "tpool", "worker_connections", "_accepting",
    },
    "handle_request": {
        "alive", "cfg", "keepalived_conns", "log", "max_keepalived", "max_requests", "nr",
    },
    "enqueue_req": {"finish_request", "handle", "method_queue", "tpool"},
}  # fmt: skip
OVERRIDDEN = {
    "load_wsgi": Worker,
    "run": ThreadWorker,
    "accept": ThreadWorker,
    "wait_for_and_dispatch_events": ThreadWorker,
    "murder_keepalived": ThreadWorker,
    "murder_pending": ThreadWorker,
    "finish_request": ThreadWorker,
    "handle_error": Worker,
    "_cap_keepalive": ThreadWorker,
}


def uses_of_self(function):
    """Return the names that a function calls on ``self``, and those that it only looks at."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and is_of_self(node.func)
    }
    named = {node.attr for node in ast.walk(tree) if is_of_self(node)}
    return called, named - called


def is_of_self(node):
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    )


@pytest.mark.parametrize("name", CALLED)
def test_the_loop_and_the_threads_call_what_we_know(name):
    called, _ = uses_of_self(getattr(ThreadWorker, name))
    assert called == CALLED[name]


@pytest.mark.parametrize("name", KEPT)
def test_they_keep_what_we_know(name):
    _, looked_at = uses_of_self(getattr(ThreadWorker, name))
    assert looked_at == KEPT[name]


@pytest.mark.parametrize("name", OVERRIDDEN)
def test_what_we_override_is_there_and_is_called_alike(name):
    theirs = inspect.signature(getattr(OVERRIDDEN[name], name))
    ours = inspect.signature(getattr(Listener, name))
    assert list(ours.parameters) == list(theirs.parameters)
    assert name in vars(Listener)


def test_the_last_look_comes_before_the_poller_is_closed():
    source = inspect.getsource(ThreadWorker.run)
    assert source.index("murder_keepalived(force=True)") < source.index("poller.close()")


def test_the_method_queue_brings_calls_of_threads_into_the_loop():
    calls = PollableMethodQueue()
    calls.init()
    heard = []
    calls.defer(heard.append, 1)
    calls.defer(heard.append, 2)
    calls.run_callbacks(None)
    calls.close()
    assert heard == [1, 2]


def test_a_connection_has_what_a_thread_asks_of_it():
    ours = set(inspect.signature(TConn.__init__).parameters)
    assert ours == {"self", "cfg", "sock", "client", "server"}
    for name in ("init", "close", "wait_for_data"):
        assert getattr(Line, name) is getattr(TConn, name)
    assert {"initialized", "data_ready", "is_http2", "parser"} <= set(
        TConn.__init__.__code__.co_names
    )


def test_what_the_loop_has_read_is_what_the_parser_begins_with():
    assert list(inspect.signature(RequestParser.__init__).parameters)[:4] == [
        "self", "cfg", "source", "source_addr",
    ]  # fmt: skip
    assert issubclass(Paced, SocketUnreader)
    read = SocketUnreader(io.BytesIO())
    read.unread(b"GET / HTTP/1.1\r\n")
    assert read.read(3) == b"GET"
    assert read.take_buffered() == b" / HTTP/1.1\r\n"


def test_words_and_errors_that_we_borrow():
    assert SERVER == "gunicorn"
    assert util.http_date().endswith("GMT")
    for name in ("LimitRequestLine", "LimitRequestHeaders", "ExpectationFailed"):
        assert issubclass(getattr(errors, name), Exception)
    assert issubclass(errors.LimitRequestLine, errors.ParseException)
