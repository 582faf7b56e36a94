# Help reaches every verb; the completion script is valid shell.
$ signmark help | head -n 3
signmark marks AI-generated media so that anyone can tell, later and offline, that it
was generated, by whom, and whether it was altered.
Usage: signmark [OPTIONS] SUBCOMMAND
$ signmark help mark | head -n 1
Mark a generated file: content, visible label, AIGC record, manifest
$ signmark help key new | head -n 1
Make keys; without ROLE a usable set of all three
$ signmark help key frobnicate
signmark: error: there is no verb "frobnicate"
hint: signmark --help lists them
code: cli.usage
[exit 2]
$ for verb in mark verify inspect propagate key trust doctor help completion; do signmark $verb --help > /dev/null || echo $verb; done
$ signmark completion bash > c.sh && bash -n c.sh && source c.sh && COMP_WORDS=(signmark key ro); COMP_CWORD=2; _signmark; echo "${COMPREPLY[@]}"
rotate
