"""Benchmarks run when they are asked for, with the plugin that times them; see README.md."""


def pytest_ignore_collect(collection_path, config):
    """Leaves this folder out where pytest-benchmark is switched off, as it is by default."""
    return None if config.pluginmanager.hasplugin("benchmark") else True
