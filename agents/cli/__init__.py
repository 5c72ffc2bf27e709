"""The command line `scratch2048`: one small module per subcommand, the only place that prints."""
