"""Arguments that mean nothing: exit code 2, and one line that says what is wrong."""

import pytest

HUGE = "9" * 5000

WRONG = [
    ("", "which command? choose quickstart, train, eval, compare, watch, play, replay, plot"),
    ("nonsense", "unknown command 'nonsense': choose quickstart, train, eval"),
    ("evl", "unknown command 'evl': perhaps eval?"),
    ("--json eval", "options such as --json go behind the command"),
    ("replay", "which command? choose record, verify, info, gif, convert; see scratch2048 replay"),
    ("replay record2 x", "unknown command 'record2': perhaps record?"),
    ("eval --gmaes 3", "unknown option --gmaes (perhaps --games); see scratch2048 eval --help"),
    ("eval -x", "unknown option -x"),
    ("eval random greedy", "unexpected argument 'greedy'"),
    ("eval --games", "--games needs a value"),
    ("eval --games x", "--games must be a whole number, not 'x'"),
    ("eval --games 1.5", "--games must be a whole number, not '1.5'"),
    ("eval --games nan", "--games must be a whole number, not 'nan'"),
    ("eval --games=", "--games must be a whole number, not ''"),
    ("eval --games 0", "--games must be 1 to 10000000, not 0"),
    ("eval --games -1", "--games must be 1 to 10000000, not -1"),
    ("eval --games 1000000000000", "--games must be 1 to 10000000, not 1000000000000"),
    (f"eval --games {HUGE}", "--games is too large"),
    ("eval --seed -1", "--seed must be 0 or more, not -1"),
    ("eval --seed x", "--seed must be a whole number, not 'x'"),
    ("eval --workers 0", "--workers must be 1 or more, not 0"),
    (
        "eval nobody",
        "unknown agent 'nobody': choose random, greedy, ntuple, policy, or give a run folder",
    ),
    ("eval greedy --plot x.txt", "x.txt: a plot is a .png, .svg, .pdf file"),
    ("train", "which agent? scratch2048 train ntuple (or policy), or go on with a run"),
    ("train --games 5", "which agent? scratch2048 train ntuple (or policy), or go on with a run"),
    ("train nobody", "unknown agent 'nobody': choose ntuple or policy"),
    ("train policy --rate 0", "--rate must be above 0"),
    ("train policy --lambda 1.5", "--lambda must be 0 to 1, not 1.5"),
    (
        "train policy --environments 3",
        "--environments must be a multiple of 2, the parts into which",
    ),
    ("train policy --hidden 0", "--hidden must be numbers of units, 1 to 8192 each, not (0,)"),
    ("train policy --algorithm ppo --replay 1", "--replay goes with --algorithm replay"),
    ("train policy --buffer 8", "--buffer goes with --algorithm replay or reinforce, or --restart"),
    ("train policy --algorithm reinforce --priority 0", "--priority goes with --algorithm replay"),
    (
        "train policy --algorithm replay --replay 0",
        "--replay must be above 0: algorithm ppo is the",
    ),
    (
        "train policy --algorithm actor-critic --epochs 2",
        "--epochs goes with --algorithm ppo or replay",
    ),
    (
        "train policy --algorithm pairs --batch 8",
        "--batch goes with --algorithm reinforce or actor",
    ),
    (
        "train policy --algorithm reinforce --lambda 1",
        "--lambda goes with --algorithm actor-critic or",
    ),
    (
        "train policy --algorithm reinforce --imitate greedy",
        "--imitate does not go with algorithm rei",
    ),
    ("train policy --imitation 0.5", "--imitation goes with --imitate"),
    ("train policy --demonstrations 0.5", "--demonstrations goes with --imitate"),
    ("train policy --steps 0", "--steps must be a whole number, 1 or more, not 0"),
    ("train policy --imitate nobody", "unknown agent 'nobody'"),
    ("train ntuple --alpha x", "--alpha must be a number, not 'x'"),
    ("train ntuple --alpha nan", "--alpha must be above 0 and at most 10, not nan"),
    ("train ntuple --alpha inf", "--alpha must be above 0 and at most 10, not inf"),
    ("train ntuple --alpha 0", "--alpha must be above 0 and at most 10, not 0.0"),
    ("train ntuple --algorithm sarsa", "--algorithm must be tc or td0, not 'sarsa'"),
    ("train ntuple --network 9x9", "--network: unknown network '9x9': choose "),
    ("train ntuple --games 0", "--games must be a whole number, 1 or more, not 0"),
    ("train ntuple --seed -1", "--seed must be a whole number, 0 or more, not -1"),
    (
        "train ntuple --split 64,512",
        "--split must be whole numbers, with spaces between, not '64,5",
    ),
    ("train ntuple --split", "--split needs a tile, or several: --split 2048 8192"),
    ("train ntuple --split 2048 5", "--split must be a tile from 4 to 32768, not 5"),
    ("train ntuple --threads 0", "--threads must be a whole number, 1 or more, not 0"),
    ("train ntuple --threads 9999", "--threads must be at most 256, not 9999"),
    ("train --resume x --out y", "--out does not go with --resume"),
    ("quickstart x", "unexpected argument 'x'"),
    ("quickstart --games 0", "--games must be a whole number, 1 or more, not 0"),
    ("quickstart --eval-games 0", "--eval-games must be 1 to 10000000, not 0"),
    ("quickstart --threads 0", "--threads must be a whole number, 1 or more, not 0"),
    ("quickstart --seed -1", "--seed must be a whole number, 0 or more, not -1"),
    ("watch greedy --games 0", "--games must be 1 to 10000000, not 0"),
    ("watch greedy --seed -1", "--seed must be 0 or more, not -1"),
    ("watch greedy --fps 0", "--fps must be a number above 0, not 0"),
    ("watch greedy --fps nan", "--fps must be a number above 0, not nan"),
    ("watch greedy --fps inf", "--fps must be a number above 0, not inf"),
    ("watch greedy --size 1", "--size must be 2 to 64, not 1"),
    ("watch greedy --size 6 --record a.json", "--size must be 2 to 5 for a replay, not 6"),
    ("watch greedy --gif a.png", "a.png: a GIF is a .gif file"),
    ("watch greedy --record a.gif --gif a.gif", "a.gif: cannot hold both"),
    ("watch nobody", "unknown agent 'nobody'"),
    ("play --size 65", "--size must be 2 to 64, not 65"),
    ("play --four-probability 2", "--four-probability must be between 0 and 1, not 2"),
    ("play --four-probability nan", "--four-probability must be between 0 and 1, not nan"),
    ("play --agent nobody", "unknown agent 'nobody'"),
    ("replay record greedy", "missing -o FILE, --out FILE; see scratch2048 replay record --help"),
    ("replay record greedy -o a.json --games 0", "--games must be 1 to 10000000, not 0"),
    ("replay record nobody -o a.json", "unknown agent 'nobody'"),
    ("replay verify", "missing FILE: name at least one replay"),
    ("replay info", "missing FILE; see scratch2048 replay info --help"),
    ("replay gif a.json -o a.png", "a.png: a GIF is a .gif file"),
    ("replay convert a -o b", "missing --to {scratch2048,2048rl,2048league}"),
    ("replay convert a -o b --to c", "--to must be 2048league, 2048rl or scratch2048, not 'c'"),
    ("replay convert", "missing FILE and --to {scratch2048,2048rl,2048league} and -o FILE"),
    ("bench nobody", "unknown group 'nobody': choose agents, all, env or nets"),
    ("bench --rounds 0", "--rounds must be 1 or more, not 0"),
    ("bench --rounds 1.5", "--rounds must be a whole number, not '1.5'"),
    ("--tyro-print-completion", "give a shell: --tyro-print-completion bash|zsh|fish|tcsh"),
    ("--tyro-print-completion csh", "give a shell: --tyro-print-completion bash|zsh|fish|tcsh"),
    ("--tyro-write-completion bash", "give a shell: --tyro-write-completion bash|zsh|fish|tcsh"),
]


@pytest.mark.parametrize(("line", "words"), WRONG, ids=[line[:60] for line, _ in WRONG])
def test_one_line(run, folder, line, words):
    result = run(*line.split())
    assert result.code == 2
    assert words in result.error
    assert not list(folder.iterdir())


def test_lines_are_not_broken_in_narrow_terminals(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    value = "x" * 120
    assert run("eval", "--games", value).error == (
        f"--games must be a whole number, not '{value}'; see scratch2048 eval --help"
    )


def test_the_last_of_an_option_given_twice_counts(run):
    assert "not -7" in run("eval", "--games", "5", "--games", "-7").error


def test_control_characters_are_not_printed(run):
    assert run("eval", "\x1b[31m\nred.file").error == "[31m red.file: no such file or run folder"
