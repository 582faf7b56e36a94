# Wrong usage ends with 2 and says what helps.
$ signmark
signmark: error: no verb given
hint: signmark --help, or signmark VERB --help
code: cli.usage
[exit 2]
$ signmark frobnicate
signmark: error: there is no verb "frobnicate"
hint: signmark --help, or signmark VERB --help
code: cli.usage
[exit 2]
$ signmark mark nothing.png
signmark: error: nothing.png: no output named
hint: write -o OUT, or --in-place to replace nothing.png
code: cli.usage
[exit 2]
$ signmark verify --at yesterday nothing.png
signmark: error: "yesterday" is not an RFC 3339 time
hint: write it like 2026-11-22T11:53:00Z
code: base.time
[exit 2]
$ signmark --limit nonsense=1 doctor
signmark: error: there is no limit "nonsense"
hint: `signmark doctor` lists all limits
code: base.limit.unknown
[exit 2]
$ signmark --version
signmark 0.1.0
