"""What Python does for the page: its data, its file, its server. tests/browser has the rest."""

import base64
import http.client
import re
import threading

import numpy as np
import pytest

from networks.compact import load_compact, save_compact
from networks.demos.draw import PageServer, draw_page, export
from networks.demos.draw.page import WEB, page_data
from networks.layers import Dense
from networks.models import MLP


@pytest.fixture(scope="module")
def model():
    return MLP([784, 6, 10], activation="tanh", dropout=0.5, seed=1)


def numbers(text, dtype="<f4"):
    return np.frombuffer(base64.b64decode(text), dtype)


def dense(model):
    return [layer for layer in model.network.layers if isinstance(layer, Dense)]


def test_weights(model):
    layers = page_data(model)["layers"]
    assert [layer["outputs"] for layer in layers] == [6, 10]
    assert [layer["activation"] for layer in layers] == ["tanh", None]
    for found, layer in zip(layers, dense(model), strict=True):
        np.testing.assert_array_equal(numbers(found["w"]["floats"]), layer.w.value.ravel())
        np.testing.assert_array_equal(numbers(found["b"]), layer.b.value.ravel())


def test_weights_of_8_bits_stay_small(model, tmp_path):
    save_compact(model, tmp_path / "small.safetensors")
    small = load_compact(MLP, tmp_path / "small.safetensors")
    for found, layer in zip(page_data(small)["layers"], dense(small), strict=True):
        assert set(found["w"]) == {"bytes", "scales"}
        codes = numbers(found["w"]["bytes"], np.int8).reshape(layer.w.value.shape)
        scales = numbers(found["w"]["scales"])[:, None]
        np.testing.assert_allclose(codes * scales, layer.w.value, rtol=1e-6)
    assert len(draw_page(small)) < len(draw_page(model)) - 3 * 784 * 6


def test_a_row_of_zeros_is_no_trouble():
    model = MLP([784, 3, 10], seed=0)
    dense(model)[0].w.value[1] = 0
    found = page_data(model)["layers"][0]["w"]
    np.testing.assert_array_equal(numbers(found["floats"]), dense(model)[0].w.value.ravel())


@pytest.mark.parametrize(
    "model",
    [
        MLP([784, 3, 11]),
        MLP([100, 3, 10]),
        MLP([784, 3, 10], output="sigmoid"),
        MLP([784, 3, 10], output="linear", loss="squared-error"),
    ],
    ids=["letters", "small images", "sigmoid", "linear"],
)
def test_another_kind_of_network_is_refused(model):
    with pytest.raises(ValueError, match="the page needs a network from 784 pixels"):
        draw_page(model)


def test_there_are_examples_of_every_digit(model):
    examples = page_data(model)["examples"]
    assert sorted(examples) == list("0123456789")
    for ways in examples.values():
        assert len(ways) == 4
        points = [point for way in ways for stroke in way for point in stroke]
        assert np.shape(points)[1] == 2
        assert 0.05 < np.min(points) < np.max(points) < 0.95


def test_the_page_is_one_file_that_asks_for_nothing(model):
    page = draw_page(model)
    assert not re.search(r'(?:src|href|action)="(?!data:)', page)
    assert "fetch(" not in page
    assert "import " not in re.sub(r"<style>.*?</style>|/\*.*?\*/", "", page, flags=re.DOTALL)
    assert "default-src 'none'" in page
    for path in WEB.iterdir():
        code = path.read_text(encoding="utf-8")
        assert path.name == "index.html" or code in page, path
        assert len(code.splitlines()) < 300


def test_export(model, tmp_path):
    folder = tmp_path / "new" / "site"
    path = export(model, folder)
    assert path == folder / "index.html"
    assert path.read_text(encoding="utf-8") == draw_page(model)
    assert export(model, folder) == path  # once more, over the first
    assert [each.name for each in folder.iterdir()] == ["index.html"]


def test_a_failed_export_leaves_nothing(model, tmp_path):
    (tmp_path / "index.html").mkdir()  # cannot be replaced by a file
    with pytest.raises(OSError):
        export(model, tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["index.html"]


@pytest.fixture
def server():
    with PageServer("<p>ü</p>") as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(server, method, path):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_the_server_gives_the_page_and_nothing_else(server, capfd):
    assert server.url == f"http://127.0.0.1:{server.server_port}/"
    for path in ("/", "/index.html", "/?x=1"):
        answer, body = ask(server, "GET", path)
        assert (answer.status, body.decode()) == (200, "<p>ü</p>")
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    answer, body = ask(server, "HEAD", "/")
    assert (answer.status, answer.headers["Content-Length"], body) == (200, "9", b"")
    assert ask(server, "GET", "/../etc/passwd")[0].status == 404
    assert ask(server, "POST", "/")[0].status == 501
    assert capfd.readouterr() == ("", "")


def test_a_port_is_not_shared(server):
    with pytest.raises(OSError):
        PageServer("", server.server_port)
